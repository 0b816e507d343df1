// Tries in a process of its own what could end Facet's: whether libfreenect2 loads (the system's loader speaks before main does), and,
// with a pipeline's name, whether that can be made here. The library calls exit(-1) where OpenGL has no display or is too old.
// Exits 0 where all is well and 3 where the library was built without the pipeline; what else went wrong is on stderr.
#include "pipeline.h"

int main(int count, char** words) {
  if (count < 2) return 0;
  const libfreenect2::PacketPipeline* pipeline = facet::pipelineOf(words[1]);
  if (!pipeline) return 3;
  delete pipeline;
  return 0;
}
