#include "library.h"

#include <dlfcn.h>
#include <map>
#include <mutex>

namespace freenect {

namespace {

template <typename Function>
bool find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(handle, name));
  return function != nullptr;
}

// @returns the name of a function that is missing, or null
const char* bind(void* handle, Library& library) {
#define REQUIRED(name) \
  if (!find(handle, "freenect_" #name, library.name)) return "freenect_" #name
#define OPTIONAL(name) find(handle, "freenect_" #name, library.name)
  REQUIRED(init);
  REQUIRED(shutdown);
  REQUIRED(set_log_level);
  REQUIRED(set_log_callback);
  REQUIRED(process_events_timeout);
  REQUIRED(num_devices);
  REQUIRED(select_subdevices);
  REQUIRED(open_device);
  REQUIRED(open_device_by_camera_serial);
  REQUIRED(close_device);
  REQUIRED(set_user);
  REQUIRED(get_user);
  REQUIRED(set_depth_callback);
  REQUIRED(set_video_callback);
  REQUIRED(start_depth);
  REQUIRED(start_video);
  REQUIRED(stop_depth);
  REQUIRED(stop_video);
  REQUIRED(get_video_mode_count);
  REQUIRED(get_video_mode);
  REQUIRED(set_video_mode);
  REQUIRED(get_depth_mode_count);
  REQUIRED(get_depth_mode);
  REQUIRED(set_depth_mode);
  REQUIRED(set_tilt_degs);
  REQUIRED(set_led);
  OPTIONAL(list_device_attributes);
  OPTIONAL(free_device_attributes);
  OPTIONAL(copy_registration);
  OPTIONAL(destroy_registration);
#undef REQUIRED
#undef OPTIONAL
  return nullptr;
}

}  // namespace

const Library* openLibrary(const std::vector<std::string>& candidates, std::string& failure) {
  static std::mutex mutex;
  static std::map<void*, Library> opened;
  const std::lock_guard<std::mutex> lock(mutex);
  for (const auto& candidate : candidates) {
    void* handle = dlopen(candidate.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      failure += std::string(failure.empty() ? "" : "; ") + dlerror();
      continue;
    }
    const auto known = opened.find(handle);
    if (known != opened.end()) return &known->second;
    Library library{};
    if (const char* missing = bind(handle, library)) {
      failure += std::string(failure.empty() ? "" : "; ") + candidate + ": no " + missing;
      dlclose(handle);
      continue;
    }
    Dl_info info{};
    library.path = dladdr(reinterpret_cast<void*>(library.init), &info) && info.dli_fname ? info.dli_fname : candidate;
    return &opened.emplace(handle, library).first->second;
  }
  return nullptr;
}

}  // namespace freenect
