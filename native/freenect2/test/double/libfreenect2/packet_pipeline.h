#pragma once
#include <libfreenect2/config.h>

namespace libfreenect2 {

// Virtual tables lie in the library, as the real ones do: addons are compiled without type information.
class PacketPipeline {
 public:
  virtual ~PacketPipeline();
};
class CpuPacketPipeline : public PacketPipeline {
 public:
  CpuPacketPipeline();
  ~CpuPacketPipeline() override;
};
class OpenGLPacketPipeline : public PacketPipeline {
 public:
  OpenGLPacketPipeline();
  ~OpenGLPacketPipeline() override;
};

}  // namespace libfreenect2
