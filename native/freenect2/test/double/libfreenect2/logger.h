#pragma once
#include <string>

namespace libfreenect2 {

class Logger {
 public:
  enum Level { None = 0, Error = 1, Warning = 2, Info = 3, Debug = 4 };
  virtual ~Logger();
  virtual Level level() const;
  virtual void log(Level level, const std::string& message) = 0;

 protected:
  Level level_;
};
// The library deletes the one before.
void setGlobalLogger(Logger* logger);

}  // namespace libfreenect2
