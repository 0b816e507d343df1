// What one opening of a device has in common, whatever library is behind it: its state, and how whoever watches is woken.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>

namespace facet {

using Clock = std::chrono::steady_clock;

// Where the device's own calibration has colour see a depth pixel; pixel centres are whole numbers.
struct Sighting {
  double u, v, millimetres, colourU, colourV;
};

// Why a session is over, and what the library or the loader said of it. No stage where it was asked to end.
struct Failure {
  const char* stage = nullptr;
  std::string detail;
};

enum class State { opening, streaming, over };

class Opening {
 public:
  // Once it is over.
  const Failure& why() const { return failure; }

 protected:
  // @param wake called from the session's threads when there is something new; once until the next take
  explicit Opening(std::function<void()> wake) : wake(std::move(wake)) {}

  void enter(State next) {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      state = next;
    }
    announce();
  }
  void announce() {
    if (!woken.exchange(true)) wake();
  }

  Failure failure;
  std::mutex mutex;
  State state = State::opening;
  std::atomic<bool> woken{false};

 private:
  const std::function<void()> wake;
};

}  // namespace facet
