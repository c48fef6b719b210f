#pragma once

#include "../simd/table.h"

namespace convolab {

/// Floating-point operations per second that so many threads reach together in a matrix product whose operands lie in
/// the first cache: each thread's best over many short rounds.
double measurePeak(const Kernels& kernels, int threads);

}  // namespace convolab
