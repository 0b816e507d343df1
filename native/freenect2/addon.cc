// Session to JavaScript and back.
#include "session.h"

#include <node_api.h>

#include <cstring>
#include <future>
#include <memory>
#include <set>
#include <thread>

using facet::Facts;
using facet::Failure;
using facet::Moment;
using facet::Session;
using facet::State;

namespace {

// How long a program that ends waits for a device to close.
constexpr std::chrono::milliseconds PATIENCE{3000};

struct Handle {
  std::shared_ptr<Session> session;
  // Set once the thread will never call back again.
  std::future<void> quiet;
  // The buffers that are swapped with the session's.
  Moment moment;
};

napi_value text(napi_env env, const std::string& value) {
  napi_value result;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

void set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

std::string stringOf(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string result(length, '\0');
  napi_get_value_string_utf8(env, value, result.data(), length + 1, &length);
  return result;
}

Handle* handleOf(napi_env env, napi_value value) {
  void* handle = nullptr;
  if (napi_get_value_external(env, value, &handle) == napi_ok) return static_cast<Handle*>(handle);
  napi_throw_type_error(env, nullptr, "not a session");
  return nullptr;
}

void end(void* data) {
  auto* handle = static_cast<Handle*>(data);
  handle->session->stop();
  handle->quiet.wait_for(PATIENCE);
}

// Sessions end before what they call back into: with their environment (a thread's, say), or with the program, which ends
// environments without a word to them.
class Open {
 public:
  void add(napi_env env, Handle* handle) {
    napi_add_env_cleanup_hook(env, end, handle);
    const std::lock_guard<std::mutex> lock(mutex);
    handles.insert(handle);
  }
  void remove(napi_env env, Handle* handle) {
    napi_remove_env_cleanup_hook(env, end, handle);
    const std::lock_guard<std::mutex> lock(mutex);
    handles.erase(handle);
  }
  ~Open() {
    const std::lock_guard<std::mutex> lock(mutex);
    for (Handle* handle : handles) end(handle);
  }

 private:
  std::mutex mutex;
  std::set<Handle*> handles;
} opened;

void forget(napi_env env, void* data, void*) {
  auto* handle = static_cast<Handle*>(data);
  opened.remove(env, handle);
  handle->session->stop();
  delete handle;
}

// open(pipeline: string, serial: string, wake: () => void): handle
napi_value open(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value parameters[3];
  napi_get_cb_info(env, info, &count, parameters, nullptr, nullptr);
  napi_threadsafe_function wake;
  if (count < 3 || napi_create_threadsafe_function(env, parameters[2], nullptr, text(env, "freenect2"), 0, 1, nullptr,
                                                   nullptr, nullptr, nullptr, &wake) != napi_ok) {
    napi_throw_type_error(env, nullptr, "open(pipeline, serial, wake)");
    return nullptr;
  }
  auto session = std::make_shared<Session>(stringOf(env, parameters[0]), stringOf(env, parameters[1]), [wake] {
    napi_call_threadsafe_function(wake, nullptr, napi_tsfn_nonblocking);
  });
  std::promise<void> quiet;
  auto* data = new Handle{session, quiet.get_future(), {}};
  opened.add(env, data);
  std::thread([session, wake, quiet = std::move(quiet)]() mutable {
    session->run();
    napi_release_threadsafe_function(wake, napi_tsfn_release);
    quiet.set_value();
  }).detach();
  napi_value handle;
  napi_create_external(env, data, forget, nullptr, &handle);
  return handle;
}

// A copy; undefined where there is nothing.
template <typename Value>
napi_value bufferOf(napi_env env, const std::vector<Value>& values) {
  napi_value buffer;
  void* data = nullptr;
  if (values.empty()) {
    napi_get_undefined(env, &buffer);
    return buffer;
  }
  napi_create_arraybuffer(env, values.size() * sizeof(Value), &data, &buffer);
  std::memcpy(data, values.data(), values.size() * sizeof(Value));
  return buffer;
}

double ageOf(facet::Clock::time_point moment) {
  return std::chrono::duration<double, std::milli>(facet::Clock::now() - moment).count();
}

// take(handle): {state, moment?: {number, age, depth, infrared?, colour?, colourAge}}
napi_value take(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value parameter;
  napi_get_cb_info(env, info, &count, &parameter, nullptr, nullptr);
  Handle* handle = handleOf(env, parameter);
  if (!handle) return nullptr;
  const State state = handle->session->take(handle->moment);
  napi_value result;
  napi_create_object(env, &result);
  set(env, result, "state",
      text(env, state == State::opening ? "opening" : state == State::streaming ? "streaming" : "over"));
  const Moment& moment = handle->moment;
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
  size_t count = 1;
  napi_value parameter;
  napi_get_cb_info(env, info, &count, &parameter, nullptr, nullptr);
  Handle* handle = handleOf(env, parameter);
  if (!handle) return nullptr;
  const Facts& known = handle->session->known();
  napi_value result, buffer, sightings;
  const size_t values = known.sightings.size() * sizeof(facet::Sighting) / sizeof(double);
  void* data = nullptr;
  napi_create_arraybuffer(env, values * sizeof(double), &data, &buffer);
  if (values > 0) std::memcpy(data, known.sightings.data(), values * sizeof(double));
  napi_create_typedarray(env, napi_float64_array, values, buffer, 0, &sightings);
  napi_create_object(env, &result);
  set(env, result, "serial", text(env, known.serial));
  set(env, result, "fx", number(env, known.fx));
  set(env, result, "fy", number(env, known.fy));
  set(env, result, "cx", number(env, known.cx));
  set(env, result, "cy", number(env, known.cy));
  set(env, result, "sightings", sightings);
  return result;
}

// why(handle): {stage?, detail}, once it is over
napi_value why(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value parameter;
  napi_get_cb_info(env, info, &count, &parameter, nullptr, nullptr);
  Handle* handle = handleOf(env, parameter);
  if (!handle) return nullptr;
  const Failure& failure = handle->session->why();
  napi_value result;
  napi_create_object(env, &result);
  if (failure.stage) set(env, result, "stage", text(env, failure.stage));
  set(env, result, "detail", text(env, failure.detail));
  return result;
}

// stop(handle): it is over soon
napi_value stop(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value parameter;
  napi_get_cb_info(env, info, &count, &parameter, nullptr, nullptr);
  if (Handle* handle = handleOf(env, parameter)) handle->session->stop();
  return nullptr;
}

}  // namespace

NAPI_MODULE_INIT() {
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {{"open", open}, {"take", take}, {"facts", facts}, {"why", why}, {"stop", stop}};
  for (const auto& [name, function] : functions) {
    napi_value value;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
  }
  return exports;
}
