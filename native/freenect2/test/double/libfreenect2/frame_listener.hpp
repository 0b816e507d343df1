// Shapes of libfreenect2 0.2's interface as far as Facet uses it, in declarations of our own: for a library that pretends.
#pragma once
#include <cstddef>
#include <cstdint>

namespace libfreenect2 {

class Frame {
 public:
  enum Type { Color = 1, Ir = 2, Depth = 4 };
  enum Format { Invalid = 0, Raw = 1, Float = 2, BGRX = 4, RGBX = 5, Gray = 6 };
  size_t width, height, bytes_per_pixel;
  unsigned char* data;
  uint32_t timestamp = 0, sequence = 0;
  float exposure = 0, gain = 0, gamma = 0;
  uint32_t status = 0;
  Format format = Invalid;
  Frame(size_t width, size_t height, size_t bytes_per_pixel, unsigned char* data = nullptr);
  virtual ~Frame();

 protected:
  unsigned char* rawdata;
};

class FrameListener {
 public:
  virtual ~FrameListener();
  virtual bool onNewFrame(Frame::Type type, Frame* frame) = 0;
};

}  // namespace libfreenect2
