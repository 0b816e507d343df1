#include "session.h"

#include "pipeline.h"

#include <libfreenect2/logger.h>

#include <cmath>
#include <cstring>

namespace facet {

namespace {

using libfreenect2::Frame;

constexpr int SPACING = 24;
constexpr float DISTANCES[] = {500, 700, 1000, 2000};

// Keeps what went wrong last instead of printing it. The library owns it, and there is one for all.
class Messages : public libfreenect2::Logger {
 public:
  Messages() { level_ = Warning; }
  void log(Level level, const std::string& message) override {
    if (level != Error) return;
    const std::lock_guard<std::mutex> lock(mutex);
    last = message;
  }
  static std::string said() {
    const std::lock_guard<std::mutex> lock(mutex);
    return last;
  }
  static void forget() {
    const std::lock_guard<std::mutex> lock(mutex);
    last.clear();
  }

 private:
  static std::mutex mutex;
  static std::string last;
};
std::mutex Messages::mutex;
std::string Messages::last;

}  // namespace

void Session::run() {
  libfreenect2::setGlobalLogger(new Messages());
  Messages::forget();
  failure.stage = stream();
  failure.detail = Messages::said();
  enter(State::over);
}

const char* Session::stream() {
  libfreenect2::Freenect2 freenect2;
  if (freenect2.enumerateDevices() <= 0) return "absent";
  // The library deletes it, whatever comes of opening.
  libfreenect2::PacketPipeline* decoder = pipelineOf(pipeline);
  if (!decoder) return "pipeline";
  const std::string wanted = serial.empty() ? freenect2.getDefaultDeviceSerialNumber() : serial;
  libfreenect2::Freenect2Device* device = freenect2.openDevice(wanted, decoder);
  if (!device) return "open";
  libfreenect2::Freenect2Device::Config config;
  // Both or none: the edge filter asks for each pixel what only the bilateral pass writes down, so that without that pass it takes
  // 99 % of the depth away. Together they cost the processor more than half of its time.
  config.EnableBilateralFilter = config.EnableEdgeAwareFilter = filter;
  device->setConfiguration(config);
  device->setColorFrameListener(this);
  device->setIrAndDepthFrameListener(this);
  const char* failed = device->start() ? nullptr : "start";
  if (!failed) {
    calibrate(*device);
    enter(State::streaming);
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [this] { return stopping; });
  }
  device->stop();
  device->close();
  return failed;
}

void Session::calibrate(libfreenect2::Freenect2Device& device) {
  const auto depth = device.getIrCameraParams();
  auto own = std::make_unique<libfreenect2::Registration>(depth, device.getColorCameraParams());
  facts.serial = device.getSerialNumber();
  facts.fx = depth.fx;
  facts.fy = depth.fy;
  facts.cx = depth.cx;
  facts.cy = depth.cy;
  for (int v = SPACING / 2; v < DEPTH_HEIGHT; v += SPACING)
    for (int u = SPACING / 2; u < DEPTH_WIDTH; u += SPACING)
      for (const float millimetres : DISTANCES) {
        float x = -1, y = -1;
        own->apply(u, v, millimetres, x, y);
        if (x >= 0 && x < COLOUR_WIDTH && y >= 0 && y < COLOUR_HEIGHT)
          facts.sightings.push_back({double(u), double(v), millimetres, x, y});
      }
  const std::lock_guard<std::mutex> lock(mutex);
  registration = std::move(own);
}

// Infrared comes before the depth of the same exposure, and colour when it comes: depth leads.
bool Session::onNewFrame(Frame::Type type, Frame* frame) {
  // The library keeps every frame.
  if (frame->status != 0) return false;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (!registration) return false;
    if (type == Frame::Color) {
      if (frame->width != size_t(COLOUR_WIDTH) || frame->height != size_t(COLOUR_HEIGHT) || frame->bytes_per_pixel != 4) return false;
      newColour.resize(COLOUR_PIXELS);
      const auto* from = reinterpret_cast<const uint32_t*>(frame->data);
      if (frame->format == Frame::RGBX)
        for (int i = 0; i < COLOUR_PIXELS; i++) newColour[i] = from[i] | 0xff000000u;
      else
        for (int i = 0; i < COLOUR_PIXELS; i++)
          newColour[i] = 0xff000000u | (from[i] & 0xff) << 16 | (from[i] & 0xff00) | (from[i] >> 16 & 0xff);
      newColourArrived = Clock::now();
      return false;
    }
    if (frame->width != size_t(DEPTH_WIDTH) || frame->height != size_t(DEPTH_HEIGHT) || frame->bytes_per_pixel != 4) return false;
    if (type == Frame::Ir) {
      receive(*frame, newInfrared);
      return false;
    }
    receive(*frame, latest.depth);
    latest.number = ++number;
    latest.arrived = Clock::now();
    latest.infrared.swap(newInfrared);
    newInfrared.clear();
    if (!newColour.empty()) {
      latest.colour.swap(newColour);
      latest.colourArrived = newColourArrived;
      newColour.clear();
    }
  }
  announce();
  return false;
}

// Whole numbers from floats without the lens's distortion; 0 where there is none, or none that is a number.
void Session::receive(const Frame& frame, std::vector<uint16_t>& into) {
  Frame straight(DEPTH_WIDTH, DEPTH_HEIGHT, 4);
  registration->undistortDepth(&frame, &straight);
  into.resize(DEPTH_PIXELS);
  const auto* from = reinterpret_cast<const float*>(straight.data);
  for (int i = 0; i < DEPTH_PIXELS; i++) {
    const float value = from[i];
    into[i] = value > 0 && std::isfinite(value) ? uint16_t(value < 65534.5f ? value + 0.5f : 65535) : 0;
  }
}

void Session::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
  }
  changed.notify_all();
}

State Session::take(Moment& moment) {
  woken = false;
  moment.number = 0;
  const std::lock_guard<std::mutex> lock(mutex);
  if (latest.number > 0) {
    std::swap(moment, latest);
    latest.number = 0;
    latest.colour.clear();
  }
  return state;
}

}  // namespace facet
