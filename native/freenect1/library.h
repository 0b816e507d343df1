// The part of libfreenect's binary interface that Facet uses, the same from 0.5 to 0.7, and the library itself, opened at run time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>
#include <sys/time.h>

namespace freenect {

struct Context;
struct Device;

enum Resolution : int32_t { MEDIUM = 1 };
enum VideoFormat : int32_t { RGB = 0, INFRARED_8 = 2, INFRARED_10 = 3 };
enum DepthFormat : int32_t { RAW_11 = 0, MILLIMETRES = 5 };
enum Part : int32_t { MOTOR = 1, CAMERA = 2 };
enum Level : int32_t { ERROR = 1, WARNING = 2 };

// Passed and returned by value.
struct Mode {
  uint32_t reserved;
  int32_t resolution;
  int32_t format;
  // Of one frame.
  int32_t bytes;
  int16_t width;
  int16_t height;
  int8_t bits;
  int8_t padding;
  int8_t rate;
  int8_t valid;
};
static_assert(sizeof(Mode) == 24, "libfreenect's frame mode has 24 bytes");

// A Kinect's own calibration, as it came from the factory.
struct Registration {
  int32_t polynomials[29];
  uint16_t padding[3];
  // Centimetres: emitter to depth camera, depth to colour camera, the plane of reference, on it a column of 1280.
  float emitter, baseline, distance, pixel;
  // Columns that raw depth counts from.
  double constShift;
  // By raw depth.
  uint16_t* millimetres;
  // By millimetres below 10000: 256ths of columns between where depth and colour see them.
  int32_t* shift;
  // By depth pixel, of 640 x 480: column * 256 and row in colour, before the shift.
  int32_t (*table)[2];
};
static_assert(sizeof(Registration) == 176, "libfreenect's registration has 176 bytes");

struct Attributes {
  Attributes* next;
  const char* serial;
};

using Callback = void (*)(Device*, void* picture, uint32_t timestamp);
using LogCallback = void (*)(Context*, int32_t level, const char* message);

// Functions of the library; those below `optional` may be null.
struct Library {
  int (*init)(Context**, void*);
  int (*shutdown)(Context*);
  void (*set_log_level)(Context*, int32_t);
  void (*set_log_callback)(Context*, LogCallback);
  int (*process_events_timeout)(Context*, timeval*);
  int (*num_devices)(Context*);
  void (*select_subdevices)(Context*, int32_t);
  int (*open_device)(Context*, Device**, int);
  int (*open_device_by_camera_serial)(Context*, Device**, const char*);
  int (*close_device)(Device*);
  void (*set_user)(Device*, void*);
  void* (*get_user)(Device*);
  void (*set_depth_callback)(Device*, Callback);
  void (*set_video_callback)(Device*, Callback);
  int (*start_depth)(Device*);
  int (*start_video)(Device*);
  int (*stop_depth)(Device*);
  int (*stop_video)(Device*);
  int (*get_video_mode_count)();
  Mode (*get_video_mode)(int);
  int (*set_video_mode)(Device*, Mode);
  int (*get_depth_mode_count)();
  Mode (*get_depth_mode)(int);
  int (*set_depth_mode)(Device*, Mode);
  int (*set_tilt_degs)(Device*, double);
  int (*set_led)(Device*, int32_t);
  // optional
  int (*list_device_attributes)(Context*, Attributes**);
  void (*free_device_attributes)(Attributes*);
  Registration (*copy_registration)(Device*);
  int (*destroy_registration)(Registration*);

  // The file that the loader found.
  std::string path;
};

// Opens the first of the candidates that is a libfreenect. Libraries stay open: some keep threads.
// @returns null where none is; `failure` says what the loader said of each
const Library* openLibrary(const std::vector<std::string>& candidates, std::string& failure);

}  // namespace freenect
