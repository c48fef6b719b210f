// Which SIMD paths this processor can run.

#include <cstring>

#include "table.h"

namespace convolab {

namespace baseline {
extern const Kernels kernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kernels;
}
namespace avx512 {
extern const Kernels kernels;
}
#elif defined(__aarch64__)
namespace neon {
extern const Kernels kernels;
}
#endif

namespace {

struct Path {
  const Kernels* kernels;
  bool runs;
};

template <typename Visit>
void eachPath(Visit visit) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  visit(Path{&avx512::kernels, avx512});
  visit(Path{&avx2::kernels, avx2});
#elif defined(__aarch64__)
  visit(Path{&neon::kernels, true});
#endif
  visit(Path{&baseline::kernels, true});
}

}  // namespace

const Kernels* findKernels(const char* name) {
  const Kernels* found = nullptr;
  eachPath([&](const Path& path) {
    if (path.runs && std::strcmp(path.kernels->name, name) == 0) found = path.kernels;
  });
  return found;
}

const Kernels& bestKernels() {
  const Kernels* best = nullptr;
  eachPath([&](const Path& path) {
    if (path.runs && best == nullptr) best = path.kernels;
  });
  return *best;
}

}  // namespace convolab
