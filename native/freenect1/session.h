// One opening of a Kinect v1: a thread of its own talks to the library; whoever watches takes the latest pictures.
#pragma once

#include "../shared/opening.h"
#include "library.h"

#include <cmath>
#include <condition_variable>
#include <string>
#include <vector>

namespace freenect {

using facet::Clock;
using facet::Sighting;
using facet::State;

struct Picture {
  std::vector<uint8_t> bytes;
  Mode mode{};
  // Counts the pictures that arrived, those that nobody took too; 0 where none is here.
  uint32_t number = 0;
  // The device's own clock, 60 MHz.
  uint32_t ticks = 0;
  Clock::time_point arrived;
};

// What is known of an open device.
struct Facts {
  std::string library;
  std::string serial;
  // Depth comes in millimetres; in raw steps otherwise.
  bool millimetres = false;
  bool infrared = false;
  bool motor = false;
  // Of the registration; all 0 where the device does not tell.
  double emitter = 0, distance = 0, pixel = 0, constShift = 0;
  std::vector<Sighting> sightings;
};

class Session : public facet::Opening {
 public:
  // @param serial of the device, empty for any
  // @param patient each depth picture waits until the one before was taken: for recordings, of which none shall be lost
  Session(std::vector<std::string> candidates, std::string serial, bool patient, std::function<void()> wake)
      : Opening(std::move(wake)), candidates(std::move(candidates)), serial(std::move(serial)), patient(patient) {}

  // Body of the session's thread.
  void run();

  // The rest is for other threads.
  void stop();
  void showInfrared(bool wanted) { infraredWanted = wanted; }
  void tilt(double degrees) { tiltWanted = degrees; }
  void led(int32_t colour) { ledWanted = colour; }
  // Swaps what is new for the caller's buffers; a number of 0 where nothing is. Video is the latest that came before the depth.
  State take(Picture& depth, Picture& video);
  // Once it streams. They do not change any more.
  const Facts& known() const { return facts; }

 private:
  const char* stream(const Library& library);
  const char* watch(const Library& library, Context* context);
  const char* start(const Library& library, Device* device);
  Device* open(const Library& library, Context* context);
  void calibrate(const Library& library, Device* device);
  bool switchVideo(const Library& library, Device* device, const Mode& mode);
  void receiveDepth(const void* bytes, uint32_t ticks);
  void receiveVideo(const void* bytes, uint32_t ticks);
  static void log(Context*, int32_t level, const char* message);

  const std::vector<std::string> candidates;
  const std::string serial;
  const bool patient;

  std::atomic<bool> stopping{false};
  std::atomic<bool> infraredWanted{false};
  std::atomic<double> tiltWanted{NAN};
  std::atomic<int32_t> ledWanted{-1};

  // The thread's own.
  Mode depthMode{}, videoMode{}, colourMode{}, infraredMode{};
  uint32_t depthNumber = 0, videoNumber = 0;
  // Waits for the next depth.
  Picture newVideo;
  std::string messages;

  Facts facts;
  std::condition_variable taken;
  Picture latestDepth, latestVideo;
};

}  // namespace freenect
