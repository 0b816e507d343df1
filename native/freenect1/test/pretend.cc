// A libfreenect that pretends to have a Kinect v1: compiled against the library's own headers, so that it cannot misunderstand its
// binary interface in the way that our declarations might. PRETEND chooses what goes wrong; PRETEND_LOG names a file that
// receives what the device was told.
#include "../library.h"

#include <libfreenect.h>
#include <libfreenect_registration.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>

#define SAME(ours, field, theirs, other) \
  static_assert(offsetof(freenect::ours, field) == offsetof(theirs, other), #field " is where the header has it")

static_assert(sizeof(freenect::Mode) == sizeof(freenect_frame_mode));
SAME(Mode, format, freenect_frame_mode, video_format);
SAME(Mode, bytes, freenect_frame_mode, bytes);
SAME(Mode, height, freenect_frame_mode, height);
SAME(Mode, valid, freenect_frame_mode, is_valid);
static_assert(sizeof(freenect::Registration) == sizeof(freenect_registration));
SAME(Registration, padding, freenect_registration, reg_pad_info);
SAME(Registration, emitter, freenect_registration, zero_plane_info);
SAME(Registration, constShift, freenect_registration, const_shift);
SAME(Registration, shift, freenect_registration, depth_to_rgb_shift);
SAME(Registration, table, freenect_registration, registration_table);
SAME(Attributes, serial, freenect_device_attributes, camera_serial);
static_assert(int(freenect::MEDIUM) == FREENECT_RESOLUTION_MEDIUM && int(freenect::RGB) == FREENECT_VIDEO_RGB &&
              int(freenect::INFRARED_8) == FREENECT_VIDEO_IR_8BIT && int(freenect::INFRARED_10) == FREENECT_VIDEO_IR_10BIT &&
              int(freenect::RAW_11) == FREENECT_DEPTH_11BIT && int(freenect::MILLIMETRES) == FREENECT_DEPTH_MM &&
              int(freenect::MOTOR) == FREENECT_DEVICE_MOTOR && int(freenect::CAMERA) == FREENECT_DEVICE_CAMERA &&
              int(freenect::ERROR) == FREENECT_LOG_ERROR && int(freenect::WARNING) == FREENECT_LOG_WARNING);

struct _freenect_context {
  freenect_log_cb log;
  int parts;
};
struct _freenect_device {
  freenect_context* context;
  void* user;
  freenect_depth_cb onDepth;
  freenect_video_cb onVideo;
  bool depthRuns, videoRuns;
  freenect_frame_mode depthMode, videoMode;
  int events;
};

static freenect_context context;
static freenect_device device;
static freenect_device_attributes attributes{nullptr, "PRETEND01"};
static uint8_t pixels[640 * 488 * 3];

static bool pretends(const char* what) {
  const char* chosen = getenv("PRETEND");
  return chosen && strcmp(chosen, what) == 0;
}

static void note(const std::string& line) {
  const char* path = getenv("PRETEND_LOG");
  if (!path) return;
  FILE* file = fopen(path, "a");
  fprintf(file, "%s\n", line.c_str());
  fclose(file);
}

static freenect_frame_mode video(freenect_video_format format, int height, int bytes) {
  freenect_frame_mode mode{};
  mode.resolution = FREENECT_RESOLUTION_MEDIUM;
  mode.video_format = format;
  mode.bytes = 640 * height * bytes;
  mode.width = 640;
  mode.height = height;
  mode.is_valid = 1;
  return mode;
}

static freenect_frame_mode depth(freenect_depth_format format) {
  freenect_frame_mode mode = video(FREENECT_VIDEO_RGB, 480, 2);
  mode.depth_format = format;
  return mode;
}

int freenect_init(freenect_context** made, freenect_usb_context*) {
  *made = &context;
  return 0;
}
int freenect_shutdown(freenect_context*) {
  note("shutdown");
  return 0;
}
void freenect_set_log_level(freenect_context*, freenect_loglevel) {}
void freenect_set_log_callback(freenect_context* of, freenect_log_cb log) { of->log = log; }
int freenect_num_devices(freenect_context*) { return pretends("nothing") ? 0 : 1; }
int freenect_list_device_attributes(freenect_context*, freenect_device_attributes** list) {
  *list = &attributes;
  return 1;
}
void freenect_free_device_attributes(freenect_device_attributes*) {}
void freenect_select_subdevices(freenect_context* of, freenect_device_flags parts) { of->parts = parts; }

int freenect_open_device(freenect_context* of, freenect_device** opened, int) {
  const char* refusal = pretends("denied")                                              ? "Could not open camera: -3\n"
                        : pretends("busy")                                              ? "Failed to claim camera interface: LIBUSB_ERROR_BUSY\n"
                        : pretends("no motor") && (of->parts & FREENECT_DEVICE_MOTOR) ? "Could not open motor: -3\n"
                                                                                        : nullptr;
  if (refusal) {
    of->log(of, FREENECT_LOG_ERROR, refusal);
    return -1;
  }
  device = freenect_device{};
  device.context = of;
  *opened = &device;
  return 0;
}
int freenect_open_device_by_camera_serial(freenect_context* of, freenect_device** opened, const char* serial) {
  if (strcmp(serial, attributes.camera_serial) == 0) return freenect_open_device(of, opened, 0);
  of->log(of, FREENECT_LOG_ERROR, "Couldn't find a device with that serial\n");
  return -1;
}
int freenect_close_device(freenect_device*) {
  note("close");
  return 0;
}
void freenect_set_user(freenect_device* of, void* user) { of->user = user; }
void* freenect_get_user(freenect_device* of) { return of->user; }
void freenect_set_depth_callback(freenect_device* of, freenect_depth_cb call) { of->onDepth = call; }
void freenect_set_video_callback(freenect_device* of, freenect_video_cb call) { of->onVideo = call; }
int freenect_start_depth(freenect_device* of) {
  of->depthRuns = true;
  return 0;
}
int freenect_start_video(freenect_device* of) {
  if (pretends("no bandwidth")) return -1;
  of->videoRuns = true;
  return 0;
}
int freenect_stop_depth(freenect_device* of) {
  of->depthRuns = false;
  return 0;
}
int freenect_stop_video(freenect_device* of) {
  of->videoRuns = false;
  return 0;
}
int freenect_get_video_mode_count() { return 3; }
freenect_frame_mode freenect_get_video_mode(int i) {
  return i == 0   ? video(FREENECT_VIDEO_RGB, 480, 3)
         : i == 1 ? video(FREENECT_VIDEO_IR_8BIT, 488, 1)
                  : video(FREENECT_VIDEO_IR_10BIT, 488, 2);
}
int freenect_set_video_mode(freenect_device* of, freenect_frame_mode mode) {
  // "The current video mode cannot be changed while streaming is active."
  if (of->videoRuns) return -1;
  note("video " + std::to_string(mode.video_format));
  of->videoMode = mode;
  return 0;
}
int freenect_get_depth_mode_count() { return 2; }
freenect_frame_mode freenect_get_depth_mode(int i) { return depth(i == 0 ? FREENECT_DEPTH_11BIT : FREENECT_DEPTH_MM); }
int freenect_set_depth_mode(freenect_device* of, const freenect_frame_mode mode) {
  note("depth " + std::to_string(mode.depth_format));
  of->depthMode = mode;
  return 0;
}
int freenect_set_tilt_degs(freenect_device*, double degrees) {
  note("tilt " + std::to_string(int(degrees)));
  return 0;
}
int freenect_set_led(freenect_device*, freenect_led_options colour) {
  note("led " + std::to_string(colour));
  return 0;
}

int freenect_process_events_timeout(freenect_context* of, timeval*) {
  usleep(5000);
  device.events++;
  // A signal came in between.
  if (device.events % 4 == 0) return -10;
  if (pretends("unplugged") && device.events > 6) {
    of->log(of, FREENECT_LOG_ERROR, "USB camera marked dead, stopping streams\n");
    return -1;
  }
  if (pretends("silent")) return 0;
  if (device.videoRuns) {
    // A dark room, and what the projector lights in it: 100 of 1023.
    const bool infrared = device.videoMode.video_format == FREENECT_VIDEO_IR_10BIT;
    for (int i = 0; i < device.videoMode.bytes; i++) pixels[i] = infrared ? (i % 2 == 0 ? 100 : 0) : 3;
    device.onVideo(&device, pixels, device.events);
  }
  if (device.depthRuns) {
    auto* values = reinterpret_cast<uint16_t*>(pixels);
    for (int i = 0; i < 640 * 480; i++) values[i] = 700 + device.events % 100;
    device.onDepth(&device, pixels, device.events);
  }
  return 0;
}

// Colour through 532 pixels around (330, 250), 25 mm beside; depth through 575.8 around (319.5, 239.5).
freenect_registration freenect_copy_registration(freenect_device*) {
  freenect_registration made{};
  made.zero_plane_info = {7.5f, 2.3f, pretends("absurd") ? 1200.f : 120.f, 0.1042f};
  made.const_shift = 200;
  made.raw_to_mm_shift = static_cast<uint16_t*>(calloc(2048, sizeof(uint16_t)));
  made.depth_to_rgb_shift = static_cast<int32_t*>(calloc(10000, sizeof(int32_t)));
  made.registration_table = static_cast<int32_t(*)[2]>(calloc(640 * 480, sizeof(int32_t[2])));
  const double share = 532 / 575.8;
  for (int mm = 1; mm < 10000; mm++) made.depth_to_rgb_shift[mm] = int32_t(-532.0 * 25 / mm * 256);
  for (int v = 0; v < 480; v++)
    for (int u = 0; u < 640; u++) {
      made.registration_table[v * 640 + u][0] = int32_t((330.5 + (u - 319.5) * share) * 256);
      made.registration_table[v * 640 + u][1] = int32_t(250.5 + (v - 239.5) * share);
    }
  return made;
}
int freenect_destroy_registration(freenect_registration* made) {
  free(made->raw_to_mm_shift);
  free(made->depth_to_rgb_shift);
  free(made->registration_table);
  return 0;
}
