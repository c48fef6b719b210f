#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace convolab {

/// A fixed number of threads that go through the same program side by side. They are kept between calls; the caller
/// is one of them.
class Team {
 public:
  /// Throws `memory.exhausted` where the system refuses a thread.
  explicit Team(int threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  int size() const { return size_; }

  /// Runs work(thread) on every thread, and returns when all are done.
  void run(const std::function<void(int)>& work);

  /// Within `run`: shares out tasks 0 to count - 1, whoever comes first, and returns when all are done. Every thread
  /// must call it. What the tasks compute may therefore not depend on who does them.
  template <typename Task>
  void share(int count, Task task) {
    for (int k = next_.fetch_add(1, std::memory_order_relaxed); k < count;
         k = next_.fetch_add(1, std::memory_order_relaxed)) {
      task(k);
    }
    meet();
  }

  /// Within `run`: waits until every thread is here.
  void meet();

 private:
  void serve(int thread);
  void close();

  const int size_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::condition_variable wake_;
  const std::function<void(int)>* work_ = nullptr;
  uint64_t round_ = 0;
  bool closing_ = false;

  std::atomic<int> next_{0};
  std::atomic<int> arrived_{0};
  std::atomic<uint32_t> meetings_{0};
};

}  // namespace convolab
