#pragma once
#include <libfreenect2/config.h>

namespace libfreenect2 {

class PacketPipeline {
 public:
  virtual ~PacketPipeline() = default;
};
class CpuPacketPipeline : public PacketPipeline {};
class OpenGLPacketPipeline : public PacketPipeline {};

}  // namespace libfreenect2
