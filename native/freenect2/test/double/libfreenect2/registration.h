#pragma once
#include <libfreenect2/libfreenect2.hpp>

namespace libfreenect2 {

class Registration {
 public:
  Registration(Freenect2Device::IrCameraParams depth, Freenect2Device::ColorCameraParams colour);
  ~Registration();
  void apply(int dx, int dy, float dz, float& cx, float& cy) const;
  void undistortDepth(const Frame* depth, Frame* undistorted) const;

 private:
  Freenect2Device::IrCameraParams depth;
  Freenect2Device::ColorCameraParams colour;
};

}  // namespace libfreenect2
