// Session to JavaScript and back.
#include "../shared/binding.h"
#include "session.h"

using namespace facet;

namespace {

using Opened = Handle<Session, Moment>;

// open(pipeline: string, serial: string, filter: boolean, wake: () => void): handle
napi_value open(napi_env env, napi_callback_info info) {
  const Parameters<4> parameters(env, info);
  bool filter = false;
  napi_threadsafe_function wake = nullptr;
  if (parameters.given == 4 && napi_get_value_bool(env, parameters[2], &filter) == napi_ok)
    wake = wakeOf(env, parameters[3], "freenect2");
  if (!wake) {
    napi_throw_type_error(env, nullptr, "open(pipeline, serial, filter, wake)");
    return nullptr;
  }
  return Opened::start(env, wake,
                       std::make_shared<Session>(stringOf(env, parameters[0]), stringOf(env, parameters[1]), filter,
                                                 calling(wake)));
}

// take(handle): {state, moment?: {number, age, depth, infrared?, colour?, colourAge}}
napi_value take(napi_env env, napi_callback_info info) {
  const Parameters<1> parameters(env, info);
  Opened* handle = Opened::of(env, parameters[0]);
  if (!handle) return nullptr;
  Moment& moment = handle->buffers;
  const State state = handle->session->take(moment);
  napi_value result;
  napi_create_object(env, &result);
  set(env, result, "state", nameOf(env, state));
  if (moment.number == 0) return result;
  napi_value taken;
  napi_create_object(env, &taken);
  set(env, taken, "number", number(env, moment.number));
  set(env, taken, "age", number(env, ageOf(moment.arrived)));
  set(env, taken, "depth", bufferOf(env, moment.depth));
  set(env, taken, "infrared", bufferOf(env, moment.infrared));
  set(env, taken, "colour", bufferOf(env, moment.colour));
  set(env, taken, "colourAge", number(env, ageOf(moment.colourArrived)));
  set(env, result, "moment", taken);
  return result;
}

// facts(handle): once it streams
napi_value facts(napi_env env, napi_callback_info info) {
  const Parameters<1> parameters(env, info);
  Opened* handle = Opened::of(env, parameters[0]);
  if (!handle) return nullptr;
  const Facts& known = handle->session->known();
  napi_value result;
  napi_create_object(env, &result);
  set(env, result, "serial", text(env, known.serial));
  set(env, result, "fx", number(env, known.fx));
  set(env, result, "fy", number(env, known.fy));
  set(env, result, "cx", number(env, known.cx));
  set(env, result, "cy", number(env, known.cy));
  set(env, result, "sightings", sightingsOf(env, known.sightings));
  return result;
}

// stop(handle): it is over soon
napi_value stop(napi_env env, napi_callback_info info) {
  const Parameters<1> parameters(env, info);
  if (Opened* handle = Opened::of(env, parameters[0])) handle->session->stop();
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  return exported(env, exports,
                  {{"open", open}, {"take", take}, {"facts", facts}, {"why", why<Opened>}, {"stop", stop}});
}
