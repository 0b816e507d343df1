// The ways in which libfreenect2 computes depth, by the names that Facet has for them.
#pragma once

#include <libfreenect2/packet_pipeline.h>

#include <string>

namespace facet {

// @returns null where the library was built without it, or for no name of one
inline libfreenect2::PacketPipeline* pipelineOf(const std::string& name) {
  if (name == "cpu") return new libfreenect2::CpuPacketPipeline();
#ifdef LIBFREENECT2_WITH_OPENGL_SUPPORT
  if (name == "opengl") return new libfreenect2::OpenGLPacketPipeline();
#endif
#ifdef LIBFREENECT2_WITH_OPENCL_SUPPORT
  if (name == "opencl") return new libfreenect2::OpenCLPacketPipeline();
#endif
  return nullptr;
}

}  // namespace facet
