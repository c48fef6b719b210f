#include "buffer.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "failure.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace convolab {

namespace {

/// Floats before and after the data: a whole slice of one element, so that alignment stays.
constexpr int64_t kGuard = 64;
constexpr uint32_t kPattern = 0x7fc0dead;
constexpr size_t kAlignment = 64;

/// Large buffers ask for large pages: a pass over the maps of a slice then finds all of them in the translation cache.
void preferLargePages([[maybe_unused]] void* memory, [[maybe_unused]] size_t bytes) {
#if defined(__linux__)
  constexpr uintptr_t kPage = 2 << 20;
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(memory) + kPage - 1) / kPage * kPage;
  const uintptr_t end = (reinterpret_cast<uintptr_t>(memory) + bytes) / kPage * kPage;
  // A refusal costs nothing but speed.
  if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

}  // namespace

void Buffer::Release::operator()(void* memory) const { std::free(memory); }

Buffer::Buffer(int64_t count, const std::string& what) : count_(count) {
  const int64_t padded = (count + 15) / 16 * 16;
  const auto bytes = static_cast<size_t>(padded + 2 * kGuard) * sizeof(float);
  // Zeros from the system need not be written: pages come when the first thread works on them.
  memory_.reset(std::calloc(1, bytes + kAlignment));
  if (memory_ == nullptr) {
    throw Failure("memory.exhausted", "No memory for " + what + " (" + std::to_string(bytes >> 20) + " MB)");
  }
  const auto place = reinterpret_cast<uintptr_t>(memory_.get());
  auto* aligned = reinterpret_cast<float*>((place + kAlignment - 1) / kAlignment * kAlignment);
  preferLargePages(aligned, bytes);
  data_ = aligned + kGuard;
  gaps_ = {{-kGuard, 0}, {count_, padded + kGuard}};
  for (const auto& [begin, end] : gaps_) fillGuard(begin, end);
}

int64_t Buffer::bytes() const {
  return data_ == nullptr ? 0 : (count_ + 2 * kGuard) * static_cast<int64_t>(sizeof(float));
}

void Buffer::guardBetween(std::vector<std::pair<int64_t, int64_t>> ranges) {
  std::sort(ranges.begin(), ranges.end());
  int64_t at = 0;
  for (const auto& [begin, end] : ranges) {
    if (begin > at) gaps_.emplace_back(at, begin);
    at = std::max(at, end);
  }
  if (at < count_) gaps_.emplace_back(at, count_);
  for (const auto& [begin, end] : gaps_) fillGuard(begin, end);
}

bool Buffer::intact() const {
  return std::all_of(gaps_.begin(), gaps_.end(), [this](const auto& gap) { return holdsGuard(gap.first, gap.second); });
}

void Buffer::fillGuard(int64_t begin, int64_t end) {
  for (int64_t at = begin; at < end; at++) std::memcpy(data_ + at, &kPattern, sizeof(kPattern));
}

bool Buffer::holdsGuard(int64_t begin, int64_t end) const {
  for (int64_t at = begin; at < end; at++) {
    if (std::memcmp(data_ + at, &kPattern, sizeof(kPattern)) != 0) return false;
  }
  return true;
}

}  // namespace convolab
