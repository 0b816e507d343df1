// One opening of a Kinect v2 through libfreenect2, which decodes in threads of its own; whoever watches takes the latest pictures.
#pragma once

#include "../shared/opening.h"

#include <libfreenect2/frame_listener.hpp>
#include <libfreenect2/libfreenect2.hpp>
#include <libfreenect2/registration.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <vector>

namespace facet {

constexpr int DEPTH_WIDTH = 512, DEPTH_HEIGHT = 424, DEPTH_PIXELS = DEPTH_WIDTH * DEPTH_HEIGHT;
constexpr int COLOUR_WIDTH = 1920, COLOUR_HEIGHT = 1080, COLOUR_PIXELS = COLOUR_WIDTH * COLOUR_HEIGHT;

// One moment, mirrored as the library has it and without the lens's distortion.
struct Moment {
  // Counts the depth pictures that arrived, those that nobody took too; 0 where none is here.
  uint32_t number = 0;
  Clock::time_point arrived, colourArrived;
  // Millimetres, 0 where nothing was measured; brightness; RGBA. Empty where it did not come with the depth.
  std::vector<uint16_t> depth, infrared;
  std::vector<uint32_t> colour;
};

// Mirrored, as the pictures are.
struct Facts {
  std::string serial;
  double fx = 0, fy = 0, cx = 0, cy = 0;
  std::vector<Sighting> sightings;
};

class Session : public Opening, public libfreenect2::FrameListener {
 public:
  // @param pipeline cpu, opengl or opencl
  // @param filter whether the library smooths depth and takes off what flies at edges
  Session(std::string pipeline, std::string serial, bool filter, std::function<void()> wake)
      : Opening(std::move(wake)), pipeline(std::move(pipeline)), serial(std::move(serial)), filter(filter) {}

  // Body of the session's thread.
  void run();
  bool onNewFrame(libfreenect2::Frame::Type type, libfreenect2::Frame* frame) override;

  void stop();
  State take(Moment& moment);
  const Facts& known() const { return facts; }

 private:
  const char* stream();
  void calibrate(libfreenect2::Freenect2Device& device);
  void receive(const libfreenect2::Frame& frame, std::vector<uint16_t>& into);

  const std::string pipeline, serial;
  const bool filter;
  Facts facts;
  std::condition_variable changed;
  bool stopping = false;
  // Everything that follows is guarded by the mutex. Undistorts; null until the device told its calibration.
  std::unique_ptr<libfreenect2::Registration> registration;
  uint32_t number = 0;
  std::vector<uint16_t> newInfrared;
  std::vector<uint32_t> newColour;
  Clock::time_point newColourArrived;
  Moment latest;
};

}  // namespace facet
