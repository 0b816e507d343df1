// Session to JavaScript and back.
#include "../shared/binding.h"
#include "session.h"

using namespace facet;
using freenect::Facts;
using freenect::Picture;
using freenect::Session;

namespace {

struct Pictures {
  Picture depth, video;
};
using Opened = Handle<Session, Pictures>;

// open(candidates: string[], serial: string, patient: boolean, wake: () => void): handle
napi_value open(napi_env env, napi_callback_info info) {
  const Parameters<4> parameters(env, info);
  uint32_t length = 0;
  bool patient = false;
  if (parameters.given < 4 || napi_get_value_bool(env, parameters[2], &patient) != napi_ok ||
      napi_get_array_length(env, parameters[0], &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "open(candidates, serial, patient, wake)");
    return nullptr;
  }
  std::vector<std::string> candidates;
  for (uint32_t i = 0; i < length; i++) {
    napi_value candidate;
    napi_get_element(env, parameters[0], i, &candidate);
    candidates.push_back(stringOf(env, candidate));
  }
  const napi_threadsafe_function wake = wakeOf(env, parameters[3], "freenect1");
  if (!wake) {
    napi_throw_type_error(env, nullptr, "wake must be a function");
    return nullptr;
  }
  return Opened::start(env, wake,
                       std::make_shared<Session>(std::move(candidates), stringOf(env, parameters[1]), patient, calling(wake)));
}

napi_value pictureOf(napi_env env, const Picture& picture) {
  napi_value result;
  if (picture.number == 0) {
    napi_get_undefined(env, &result);
    return result;
  }
  napi_create_object(env, &result);
  set(env, result, "bytes", bufferOf(env, picture.bytes));
  set(env, result, "format", number(env, picture.mode.format));
  set(env, result, "width", number(env, picture.mode.width));
  set(env, result, "height", number(env, picture.mode.height));
  set(env, result, "number", number(env, picture.number));
  set(env, result, "ticks", number(env, picture.ticks));
  set(env, result, "age", number(env, ageOf(picture.arrived)));
  return result;
}

// take(handle): {state, depth?, video?}
napi_value take(napi_env env, napi_callback_info info) {
  const Parameters<1> parameters(env, info);
  Opened* handle = Opened::of(env, parameters[0]);
  if (!handle) return nullptr;
  auto& [depth, video] = handle->buffers;
  const State state = handle->session->take(depth, video);
  napi_value result;
  napi_create_object(env, &result);
  set(env, result, "state", nameOf(env, state));
  set(env, result, "depth", pictureOf(env, depth));
  set(env, result, "video", pictureOf(env, video));
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
  set(env, result, "library", text(env, known.library));
  set(env, result, "serial", text(env, known.serial));
  set(env, result, "millimetres", truth(env, known.millimetres));
  set(env, result, "infrared", truth(env, known.infrared));
  set(env, result, "motor", truth(env, known.motor));
  set(env, result, "emitter", number(env, known.emitter));
  set(env, result, "distance", number(env, known.distance));
  set(env, result, "pixel", number(env, known.pixel));
  set(env, result, "constShift", number(env, known.constShift));
  set(env, result, "sightings", sightingsOf(env, known.sightings));
  return result;
}

// tell(handle, {infrared?: boolean, tilt?: degrees, led?: number, stop?: true})
napi_value tell(napi_env env, napi_callback_info info) {
  const Parameters<2> parameters(env, info);
  Opened* handle = Opened::of(env, parameters[0]);
  if (!handle) return nullptr;
  Session& session = *handle->session;
  napi_value value;
  bool wanted = false;
  double real = 0;
  napi_get_named_property(env, parameters[1], "infrared", &value);
  if (napi_get_value_bool(env, value, &wanted) == napi_ok) session.showInfrared(wanted);
  napi_get_named_property(env, parameters[1], "tilt", &value);
  if (napi_get_value_double(env, value, &real) == napi_ok) session.tilt(real);
  napi_get_named_property(env, parameters[1], "led", &value);
  if (napi_get_value_double(env, value, &real) == napi_ok) session.led(static_cast<int32_t>(real));
  napi_get_named_property(env, parameters[1], "stop", &value);
  if (napi_get_value_bool(env, value, &wanted) == napi_ok && wanted) session.stop();
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  return exported(env, exports,
                  {{"open", open}, {"take", take}, {"facts", facts}, {"why", why<Opened>}, {"tell", tell}});
}
