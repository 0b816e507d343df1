#include "session.h"

#include <pthread.h>

#include <csignal>
#include <cstring>

namespace freenect {

namespace {

// The library's callbacks for messages know no device.
thread_local Session* current = nullptr;

// How long the library may wait for events before stop, tilt and light are looked at.
const timeval PATIENCE{0, 100000};
// libusb's answer where a signal came in between.
constexpr int INTERRUPTED = -10;
constexpr int32_t BLINKING_GREEN = 4;
constexpr size_t MESSAGES_KEPT = 1000;

// Depth pixels and millimetres at which the device is asked where colour sees them.
constexpr int WIDTH = 640, HEIGHT = 480, SPACING = 20;
constexpr int DISTANCES[] = {500, 700, 1000, 2000};
constexpr double COLUMN_SCALE = 256;

// The modes are looked through: asking for one that is not there ends the program in some versions.
template <typename Count, typename Get>
Mode find(Count count, Get get, int32_t format) {
  for (int i = 0, n = count(); i < n; i++) {
    const Mode mode = get(i);
    if (mode.valid && mode.resolution == MEDIUM && mode.format == format) return mode;
  }
  return Mode{};
}

void fill(Picture& picture, uint32_t number, const Mode& mode, const void* bytes, uint32_t ticks) {
  picture.bytes.resize(mode.bytes);
  std::memcpy(picture.bytes.data(), bytes, mode.bytes);
  picture.mode = mode;
  picture.number = number;
  picture.ticks = ticks;
  picture.arrived = Clock::now();
}

}  // namespace

void Session::run() {
  // Signals are the program's; here they would only interrupt libusb.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
#ifdef __linux__
  pthread_setname_np(pthread_self(), "facet-freenect");
#endif
  current = this;
  std::string refused;
  if (const Library* library = openLibrary(candidates, refused)) {
    facts.library = library->path;
    failure.stage = stream(*library);
    failure.detail = messages;
  } else {
    failure = {"library", refused};
  }
  current = nullptr;
  enter(State::over);
}

const char* Session::stream(const Library& library) {
  Context* context = nullptr;
  if (library.init(&context, nullptr) < 0) return "start";
  library.set_log_level(context, WARNING);
  library.set_log_callback(context, log);
  const char* failed = watch(library, context);
  library.shutdown(context);
  return failed;
}

const char* Session::watch(const Library& library, Context* context) {
  if (library.num_devices(context) <= 0) return "absent";
  Device* device = open(library, context);
  if (!device) return "open";
  library.set_user(device, this);
  const char* failed = start(library, device);
  if (!failed) {
    enter(State::streaming);
    double tilted = NAN;
    int32_t lit = -1;
    while (!stopping) {
      timeval patience = PATIENCE;
      const int result = library.process_events_timeout(context, &patience);
      if (result < 0 && result != INTERRUPTED) {
        failed = "lost";
        break;
      }
      const Mode& wanted = infraredWanted && infraredMode.valid ? infraredMode : colourMode;
      if (wanted.format != videoMode.format && !switchVideo(library, device, wanted)) {
        failed = "start";
        break;
      }
      const double degrees = tiltWanted;
      if (facts.motor && !std::isnan(degrees) && degrees != tilted) library.set_tilt_degs(device, tilted = degrees);
      const int32_t colour = ledWanted;
      if (facts.motor && colour >= 0 && colour != lit) library.set_led(device, lit = colour);
    }
    library.stop_depth(device);
    library.stop_video(device);
    // As it is when nobody looks through it.
    if (lit >= 0) library.set_led(device, BLINKING_GREEN);
  }
  library.close_device(device);
  return failed;
}

Device* Session::open(const Library& library, Context* context) {
  facts.serial = serial;
  if (serial.empty() && library.list_device_attributes && library.free_device_attributes) {
    Attributes* first = nullptr;
    if (library.list_device_attributes(context, &first) > 0 && first && first->serial) facts.serial = first->serial;
    library.free_device_attributes(first);
  }
  // Motor and light are no reason to do without the camera.
  for (const int32_t parts : {MOTOR | CAMERA, int32_t{CAMERA}}) {
    library.select_subdevices(context, parts);
    Device* device = nullptr;
    const int result = facts.serial.empty()
                           ? library.open_device(context, &device, 0)
                           : library.open_device_by_camera_serial(context, &device, facts.serial.c_str());
    if (result < 0 || !device) continue;
    facts.motor = parts & MOTOR;
    return device;
  }
  return nullptr;
}

const char* Session::start(const Library& library, Device* device) {
  calibrate(library, device);
  colourMode = find(library.get_video_mode_count, library.get_video_mode, RGB);
  infraredMode = find(library.get_video_mode_count, library.get_video_mode, INFRARED_10);
  if (!infraredMode.valid) infraredMode = find(library.get_video_mode_count, library.get_video_mode, INFRARED_8);
  facts.infrared = infraredMode.valid;
  // The library's millimetres are made with the device's calibration: without it they are none.
  if (facts.distance > 0) depthMode = find(library.get_depth_mode_count, library.get_depth_mode, MILLIMETRES);
  facts.millimetres = depthMode.valid;
  if (!depthMode.valid) depthMode = find(library.get_depth_mode_count, library.get_depth_mode, RAW_11);
  if (!depthMode.valid || !colourMode.valid) return "modes";
  library.set_depth_callback(device, [](Device*, void* bytes, uint32_t ticks) { current->receiveDepth(bytes, ticks); });
  library.set_video_callback(device, [](Device*, void* bytes, uint32_t ticks) { current->receiveVideo(bytes, ticks); });
  videoMode = colourMode;
  if (library.set_depth_mode(device, depthMode) < 0 || library.set_video_mode(device, videoMode) < 0) return "modes";
  if (library.start_depth(device) < 0) return "start";
  if (library.start_video(device) >= 0) return nullptr;
  library.stop_depth(device);
  return "start";
}

void Session::calibrate(const Library& library, Device* device) {
  if (!library.copy_registration || !library.destroy_registration) return;
  Registration registration = library.copy_registration(device);
  facts.emitter = registration.emitter;
  facts.distance = registration.distance;
  facts.pixel = registration.pixel;
  facts.constShift = registration.constShift;
  if (registration.table && registration.shift && registration.distance > 0) {
    for (int v = SPACING / 2; v < HEIGHT; v += SPACING)
      for (int u = SPACING / 2; u < WIDTH; u += SPACING)
        for (const int millimetres : DISTANCES) {
          const int32_t* at = registration.table[v * WIDTH + u];
          // The table's pixels begin at whole numbers, ours have their centres there.
          const double column = (at[0] + registration.shift[millimetres]) / COLUMN_SCALE - 0.5;
          if (column >= 0 && column < WIDTH && at[1] >= 0 && at[1] < HEIGHT)
            facts.sightings.push_back({double(u), double(v), double(millimetres), column, double(at[1])});
        }
  }
  library.destroy_registration(&registration);
}

// Colour and infrared share the camera's one video stream.
bool Session::switchVideo(const Library& library, Device* device, const Mode& mode) {
  library.stop_video(device);
  videoMode = mode;
  return library.set_video_mode(device, mode) >= 0 && library.start_video(device) >= 0;
}

void Session::receiveDepth(const void* bytes, uint32_t ticks) {
  {
    std::unique_lock<std::mutex> lock(mutex);
    if (patient) taken.wait(lock, [this] { return stopping || latestDepth.number == 0; });
    fill(latestDepth, ++depthNumber, depthMode, bytes, ticks);
    if (newVideo.number > 0) std::swap(latestVideo, newVideo);
    newVideo.number = 0;
  }
  announce();
}

void Session::receiveVideo(const void* bytes, uint32_t ticks) {
  fill(newVideo, ++videoNumber, videoMode, bytes, ticks);
}

void Session::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
  }
  taken.notify_all();
}

State Session::take(Picture& depth, Picture& video) {
  woken = false;
  depth.number = video.number = 0;
  State now;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (latestDepth.number > 0) std::swap(depth, latestDepth);
    if (latestVideo.number > 0) std::swap(video, latestVideo);
    now = state;
  }
  taken.notify_all();
  return now;
}

void Session::log(Context*, int32_t level, const char* message) {
  if (!current || level > ERROR) return;
  current->messages += message;
  if (current->messages.size() > MESSAGES_KEPT)
    current->messages.erase(0, current->messages.size() - MESSAGES_KEPT);
}

}  // namespace freenect
