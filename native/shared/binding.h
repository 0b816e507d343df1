// Sessions to JavaScript and back. A session has run(), the body of its thread, and stop(), facts known(), and why().
#pragma once

#include "opening.h"

#include <node_api.h>

#include <cstring>
#include <future>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace facet {

// How long a program that ends waits for a device to close.
constexpr std::chrono::milliseconds PATIENCE{3000};

inline napi_value text(napi_env env, const std::string& value) {
  napi_value result;
  napi_create_string_utf8(env, value.data(), value.size(), &result);
  return result;
}

inline napi_value number(napi_env env, double value) {
  napi_value result;
  napi_create_double(env, value, &result);
  return result;
}

inline napi_value truth(napi_env env, bool value) {
  napi_value result;
  napi_get_boolean(env, value, &result);
  return result;
}

inline napi_value nameOf(napi_env env, State state) {
  return text(env, state == State::opening ? "opening" : state == State::streaming ? "streaming" : "over");
}

inline void set(napi_env env, napi_value object, const char* name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

inline std::string stringOf(napi_env env, napi_value value) {
  size_t length = 0;
  napi_get_value_string_utf8(env, value, nullptr, 0, &length);
  std::string result(length, '\0');
  napi_get_value_string_utf8(env, value, result.data(), length + 1, &length);
  return result;
}

inline double ageOf(Clock::time_point moment) {
  return std::chrono::duration<double, std::milli>(Clock::now() - moment).count();
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

// A Float64Array, five numbers each.
inline napi_value sightingsOf(napi_env env, const std::vector<Sighting>& sightings) {
  napi_value buffer, result;
  void* data = nullptr;
  const size_t bytes = sightings.size() * sizeof(Sighting);
  napi_create_arraybuffer(env, bytes, &data, &buffer);
  if (bytes > 0) std::memcpy(data, sightings.data(), bytes);
  napi_create_typedarray(env, napi_float64_array, bytes / sizeof(double), buffer, 0, &result);
  return result;
}

// The parameters of a call, of which at most COUNT are taken.
template <size_t COUNT>
struct Parameters {
  size_t given = COUNT;
  napi_value value[COUNT];

  Parameters(napi_env env, napi_callback_info info) {
    napi_get_cb_info(env, info, &given, value, nullptr, nullptr);
  }
  napi_value operator[](size_t i) const { return value[i]; }
};

// A session, and the buffers that are swapped with its own.
template <typename Session, typename Buffers>
class Handle {
 public:
  // Starts the session's thread. @param wake a thread-safe function, which the thread releases at its end
  static napi_value start(napi_env env, napi_threadsafe_function wake, std::shared_ptr<Session> session) {
    std::promise<void> quiet;
    auto* handle = new Handle{session, quiet.get_future(), {}};
    opened().add(env, handle);
    std::thread([session, wake, quiet = std::move(quiet)]() mutable {
      session->run();
      napi_release_threadsafe_function(wake, napi_tsfn_release);
      quiet.set_value();
    }).detach();
    napi_value result;
    napi_create_external(env, handle, forget, nullptr, &result);
    return result;
  }

  // @returns null, having thrown, for anything else
  static Handle* of(napi_env env, napi_value value) {
    void* handle = nullptr;
    if (napi_get_value_external(env, value, &handle) == napi_ok) return static_cast<Handle*>(handle);
    napi_throw_type_error(env, nullptr, "not a session");
    return nullptr;
  }

  std::shared_ptr<Session> session;
  // Set once the thread will never call back again.
  std::future<void> quiet;
  Buffers buffers;

 private:
  static void end(void* data) {
    auto* handle = static_cast<Handle*>(data);
    handle->session->stop();
    handle->quiet.wait_for(PATIENCE);
  }

  static void forget(napi_env env, void* data, void*) {
    auto* handle = static_cast<Handle*>(data);
    opened().remove(env, handle);
    handle->session->stop();
    delete handle;
  }

  Handle(std::shared_ptr<Session> session, std::future<void> quiet, Buffers buffers)
      : session(std::move(session)), quiet(std::move(quiet)), buffers(std::move(buffers)) {}

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
  };
  static Open& opened() {
    static Open open;
    return open;
  }
};

// @returns null where the value is no function. The name is for debuggers
inline napi_threadsafe_function wakeOf(napi_env env, napi_value value, const char* name) {
  napi_threadsafe_function wake;
  if (napi_create_threadsafe_function(env, value, nullptr, text(env, name), 0, 1, nullptr, nullptr, nullptr, nullptr,
                                      &wake) != napi_ok)
    return nullptr;
  return wake;
}

inline std::function<void()> calling(napi_threadsafe_function wake) {
  return [wake] { napi_call_threadsafe_function(wake, nullptr, napi_tsfn_nonblocking); };
}

// why(handle): {stage?, detail}, once it is over
template <typename Handle>
napi_value why(napi_env env, napi_callback_info info) {
  const Parameters<1> parameters(env, info);
  Handle* handle = Handle::of(env, parameters[0]);
  if (!handle) return nullptr;
  const Failure& failure = handle->session->why();
  napi_value result;
  napi_create_object(env, &result);
  if (failure.stage) set(env, result, "stage", text(env, failure.stage));
  set(env, result, "detail", text(env, failure.detail));
  return result;
}

struct Function {
  const char* name;
  napi_callback function;
};

inline napi_value exported(napi_env env, napi_value exports, std::initializer_list<Function> functions) {
  for (const auto& [name, function] : functions) {
    napi_value value;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    set(env, exports, name, value);
  }
  return exports;
}

}  // namespace facet
