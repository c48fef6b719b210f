#include "team.h"

#include <string>
#include <system_error>

#include "failure.h"

namespace convolab {

namespace {

/// How often a thread looks again before it sleeps: the others are usually only microseconds behind.
constexpr int kPatience = 2000;

void pauseBriefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

Team::Team(int threads) : size_(threads) {
  try {
    for (int thread = 1; thread < size_; thread++) threads_.emplace_back([this, thread] { serve(thread); });
  } catch (const std::system_error&) {
    close();
    throw Failure("memory.exhausted", "The system has no room for " + std::to_string(threads) + " threads");
  }
}

Team::~Team() { close(); }

void Team::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Team::run(const std::function<void(int)>& work) {
  {
    const std::lock_guard lock(mutex_);
    work_ = &work;
    round_++;
  }
  wake_.notify_all();
  work(0);
  meet();
}

void Team::serve(int thread) {
  uint64_t seen = 0;
  for (;;) {
    const std::function<void(int)>* work = nullptr;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return closing_ || round_ != seen; });
      if (closing_) return;
      seen = round_;
      work = work_;
    }
    (*work)(thread);
    meet();
  }
}

void Team::meet() {
  const uint32_t meeting = meetings_.load(std::memory_order_acquire);
  if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
    // Nobody takes a task or arrives before the meeting is over, so these need no care.
    arrived_.store(0, std::memory_order_relaxed);
    next_.store(0, std::memory_order_relaxed);
    meetings_.store(meeting + 1, std::memory_order_release);
    meetings_.notify_all();
    return;
  }
  for (int look = 0; look < kPatience; look++) {
    if (meetings_.load(std::memory_order_acquire) != meeting) return;
    pauseBriefly();
  }
  meetings_.wait(meeting, std::memory_order_acquire);
}

}  // namespace convolab
