// A libfreenect2 that pretends to have a Kinect v2 and feeds the listener as the library's decoders would. PRETEND2 chooses what
// goes wrong; PRETEND2_LOG names a file that receives what the device was told.
#include <libfreenect2/libfreenect2.hpp>
#include <libfreenect2/logger.h>
#include <libfreenect2/registration.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <thread>

namespace libfreenect2 {

static std::unique_ptr<Logger> logger;

static bool pretends(const char* what) {
  const char* chosen = getenv("PRETEND2");
  return chosen && strcmp(chosen, what) == 0;
}

static void note(const std::string& line) {
  const char* path = getenv("PRETEND2_LOG");
  if (!path) return;
  FILE* file = fopen(path, "a");
  fprintf(file, "%s\n", line.c_str());
  fclose(file);
}

Frame::Frame(size_t width, size_t height, size_t bytes, unsigned char* given)
    : width(width), height(height), bytes_per_pixel(bytes), data(given), rawdata(nullptr) {
  if (!given) data = rawdata = static_cast<unsigned char*>(calloc(width * height, bytes));
}
Frame::~Frame() { free(rawdata); }
FrameListener::~FrameListener() = default;
Logger::~Logger() = default;
Logger::Level Logger::level() const { return level_; }
void setGlobalLogger(Logger* made) { logger.reset(made); }
PacketPipeline::~PacketPipeline() = default;
CpuPacketPipeline::CpuPacketPipeline() = default;
CpuPacketPipeline::~CpuPacketPipeline() = default;
OpenGLPacketPipeline::~OpenGLPacketPipeline() = default;
// As the library does without a display.
OpenGLPacketPipeline::OpenGLPacketPipeline() {
  if (!pretends("no display")) return;
  fputs("[Error] [OpenGLDepthPacketProcessorImpl] GLFW error 65544 X11: The DISPLAY environment variable is missing\n"
        "[Error] [OpenGLDepthPacketProcessor] Failed to initialize GLFW.\n", stderr);
  exit(-1);
}
Freenect2Device::~Freenect2Device() = default;
Freenect2Device::Config::Config() : MinDepth(0.5f), MaxDepth(4.5f), EnableBilateralFilter(true), EnableEdgeAwareFilter(true) {}

Registration::Registration(Freenect2Device::IrCameraParams depth, Freenect2Device::ColorCameraParams colour)
    : depth(depth), colour(colour) {}
Registration::~Registration() = default;
// The colour camera 52 mm beside; in the mirrored picture on the other side.
void Registration::apply(int dx, int dy, float dz, float& cx, float& cy) const {
  cx = colour.fx * ((dx - depth.cx) / depth.fx + 52 / dz) + colour.cx;
  cy = colour.fy * (dy - depth.cy) / depth.fy + colour.cy;
}
// One column to the right, as if the lens did that.
void Registration::undistortDepth(const Frame* from, Frame* to) const {
  memcpy(to->data + 4, from->data, from->width * from->height * 4 - 4);
}

class Device : public Freenect2Device {
 public:
  ~Device() override { stop(); }
  std::string getSerialNumber() override { return "PRETEND02"; }
  ColorCameraParams getColorCameraParams() override { return {1070, 1070, 950, 545}; }
  IrCameraParams getIrCameraParams() override { return {pretends("absurd") ? 3650.f : 366.f, 366, 258, 207, 0, 0, 0, 0, 0}; }
  void setConfiguration(const Config& config) override {
    note(std::string("bilateral ") + (config.EnableBilateralFilter ? "on" : "off") + ", edges " +
         (config.EnableEdgeAwareFilter ? "on" : "off"));
    // The edge filter reads what only the bilateral pass fills, and finds an edge nearly everywhere.
    blind = config.EnableEdgeAwareFilter && !config.EnableBilateralFilter;
  }
  void setColorFrameListener(FrameListener* listener) override { colour = listener; }
  void setIrAndDepthFrameListener(FrameListener* listener) override { depth = listener; }
  bool start() override {
    if (pretends("no start")) return false;
    running = true;
    feeder = std::thread([this] { feed(); });
    return true;
  }
  bool stop() override {
    running = false;
    if (feeder.joinable()) feeder.join();
    return true;
  }
  bool close() override {
    note("close");
    return true;
  }

 private:
  void feed() {
    for (int n = 0; running; n++) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (pretends("silent") || (pretends("unplugged") && n > 2)) continue;
      Frame picture(1920, 1080, 4), infrared(512, 424, 4), distance(512, 424, 4), torn(100, 424, 4), faulty(512, 424, 4);
      picture.format = Frame::BGRX;
      // Blue in the first column, which is the last one unmirrored.
      for (int row = 0; row < 1080; row++) picture.data[row * 1920 * 4] = 255;
      auto* brightness = reinterpret_cast<float*>(infrared.data);
      auto* millimetres = reinterpret_cast<float*>(distance.data);
      for (int i = 0; i < 512 * 424; i++) {
        brightness[i] = 1234.4f;
        millimetres[i] = blind && i % 104 != 0 ? 0 : 700.6f + float(i % 512);
      }
      millimetres[0] = std::numeric_limits<float>::quiet_NaN();
      millimetres[1] = std::numeric_limits<float>::infinity();
      millimetres[2] = -5;
      millimetres[3] = 1e9f;
      brightness[3] = 65535;
      faulty.status = 1;
      colour->onNewFrame(Frame::Color, &picture);
      depth->onNewFrame(Frame::Depth, &torn);
      depth->onNewFrame(Frame::Depth, &faulty);
      depth->onNewFrame(Frame::Ir, &infrared);
      depth->onNewFrame(Frame::Depth, &distance);
      note("depth");
    }
  }

  FrameListener *colour = nullptr, *depth = nullptr;
  std::atomic<bool> running{false}, blind{false};
  std::thread feeder;
};

static Device device;

Freenect2::Freenect2(void*) {}
Freenect2::~Freenect2() { note("gone"); }
// Each is opened to ask its serial number, and those that may not be opened are not counted.
int Freenect2::enumerateDevices() {
  if (pretends("denied")) logger->log(Logger::Error, "[Freenect2Impl] failed to open Kinect v2: @1:2 LIBUSB_ERROR_ACCESS Access denied");
  return pretends("nothing") || pretends("denied") ? 0 : 1;
}
std::string Freenect2::getDefaultDeviceSerialNumber() { return "PRETEND02"; }
Freenect2Device* Freenect2::openDevice(const std::string& serial, const PacketPipeline* pipeline) {
  note(dynamic_cast<const OpenGLPacketPipeline*>(pipeline) ? "opengl" : "cpu");
  delete pipeline;
  if (pretends("busy")) logger->log(Logger::Error, "[Freenect2Impl] failed to claim interface: @1:2 LIBUSB_ERROR_BUSY");
  else if (serial == "PRETEND02") return &device;
  return nullptr;
}

}  // namespace libfreenect2
