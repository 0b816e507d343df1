#pragma once
#include <libfreenect2/config.h>
#include <libfreenect2/frame_listener.hpp>
#include <libfreenect2/packet_pipeline.h>
#include <string>

namespace libfreenect2 {

class Freenect2Device {
 public:
  // The polynomials that follow in the library are left out: Facet asks Registration.
  struct ColorCameraParams {
    float fx, fy, cx, cy;
  };
  struct IrCameraParams {
    float fx, fy, cx, cy, k1, k2, k3, p1, p2;
  };
  struct Config {
    float MinDepth, MaxDepth;
    bool EnableBilateralFilter, EnableEdgeAwareFilter;
    Config();
  };
  virtual ~Freenect2Device();
  virtual std::string getSerialNumber() = 0;
  virtual ColorCameraParams getColorCameraParams() = 0;
  virtual IrCameraParams getIrCameraParams() = 0;
  virtual void setConfiguration(const Config& config) = 0;
  virtual void setColorFrameListener(FrameListener* listener) = 0;
  virtual void setIrAndDepthFrameListener(FrameListener* listener) = 0;
  virtual bool start() = 0;
  virtual bool stop() = 0;
  virtual bool close() = 0;
};

class Freenect2 {
 public:
  explicit Freenect2(void* usb_context = nullptr);
  virtual ~Freenect2();
  int enumerateDevices();
  std::string getDefaultDeviceSerialNumber();
  Freenect2Device* openDevice(const std::string& serial, const PacketPipeline* pipeline);
};

}  // namespace libfreenect2
