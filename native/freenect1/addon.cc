// Session to JavaScript and back.
#include "session.h"

#include <node_api.h>

#include <cstring>
#include <future>
#include <memory>
#include <set>
#include <thread>

using freenect::Facts;
using freenect::Failure;
using freenect::Picture;
using freenect::Session;
using freenect::State;

namespace {

// How long a program that ends waits for a device to close.
constexpr std::chrono::milliseconds PATIENCE{3000};

struct Handle {
  std::shared_ptr<Session> session;
  // Set once the thread will never call back again.
  std::future<void> quiet;
  // The buffers that are swapped with the session's.
  Picture depth, video;
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

napi_value truth(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
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

// open(candidates: string[], serial: string, patient: boolean, wake: () => void): handle
napi_value open(napi_env env, napi_callback_info info) {
  size_t count = 4;
  napi_value parameters[4];
  napi_get_cb_info(env, info, &count, parameters, nullptr, nullptr);
  uint32_t length = 0;
  bool patient = false;
  if (count < 4 || napi_get_value_bool(env, parameters[2], &patient) != napi_ok || napi_get_array_length(env, parameters[0], &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "open(candidates, serial, patient, wake)");
    return nullptr;
  }
  std::vector<std::string> candidates;
  for (uint32_t i = 0; i < length; i++) {
    napi_value candidate;
    napi_get_element(env, parameters[0], i, &candidate);
    candidates.push_back(stringOf(env, candidate));
  }
  napi_threadsafe_function wake;
  if (napi_create_threadsafe_function(env, parameters[3], nullptr, text(env, "freenect1"), 0, 1, nullptr, nullptr,
                                      nullptr, nullptr, &wake) != napi_ok) {
    napi_throw_type_error(env, nullptr, "wake must be a function");
    return nullptr;
  }
  auto session = std::make_shared<Session>(std::move(candidates), stringOf(env, parameters[1]), patient, [wake] {
    napi_call_threadsafe_function(wake, nullptr, napi_tsfn_nonblocking);
  });
  std::promise<void> quiet;
  auto* data = new Handle{session, quiet.get_future(), {}, {}};
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

napi_value pictureOf(napi_env env, const Picture& picture) {
  napi_value result;
  if (picture.number == 0) {
    napi_get_undefined(env, &result);
    return result;
  }
  void* data = nullptr;
  napi_value buffer;
  napi_create_arraybuffer(env, picture.bytes.size(), &data, &buffer);
  std::memcpy(data, picture.bytes.data(), picture.bytes.size());
  const std::chrono::duration<double, std::milli> age = freenect::Clock::now() - picture.arrived;
  napi_create_object(env, &result);
  set(env, result, "bytes", buffer);
  set(env, result, "format", number(env, picture.mode.format));
  set(env, result, "width", number(env, picture.mode.width));
  set(env, result, "height", number(env, picture.mode.height));
  set(env, result, "number", number(env, picture.number));
  set(env, result, "ticks", number(env, picture.ticks));
  set(env, result, "age", number(env, age.count()));
  return result;
}

// take(handle): {state, depth?, video?}
napi_value take(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value parameter;
  napi_get_cb_info(env, info, &count, &parameter, nullptr, nullptr);
  Handle* handle = handleOf(env, parameter);
  if (!handle) return nullptr;
  const State state = handle->session->take(handle->depth, handle->video);
  napi_value result;
  napi_create_object(env, &result);
  set(env, result, "state",
      text(env, state == State::opening ? "opening" : state == State::streaming ? "streaming" : "over"));
  set(env, result, "depth", pictureOf(env, handle->depth));
  set(env, result, "video", pictureOf(env, handle->video));
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
  void* data = nullptr;
  constexpr size_t VALUES = sizeof(freenect::Sighting) / sizeof(double);
  napi_create_arraybuffer(env, known.sightings.size() * sizeof(freenect::Sighting), &data, &buffer);
  if (!known.sightings.empty())
    std::memcpy(data, known.sightings.data(), known.sightings.size() * sizeof(freenect::Sighting));
  napi_create_typedarray(env, napi_float64_array, known.sightings.size() * VALUES, buffer, 0, &sightings);
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

// tell(handle, {infrared?: boolean, tilt?: degrees, led?: number, stop?: true})
napi_value tell(napi_env env, napi_callback_info info) {
  size_t count = 2;
  napi_value parameters[2];
  napi_get_cb_info(env, info, &count, parameters, nullptr, nullptr);
  Handle* handle = handleOf(env, parameters[0]);
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
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {{"open", open}, {"take", take}, {"facts", facts}, {"why", why}, {"tell", tell}};
  for (const auto& [name, function] : functions) {
    napi_value value;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
  }
  return exports;
}
