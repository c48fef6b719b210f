#pragma once

#include "../program/program.h"
#include "js.h"

namespace convolab {

/// A plan as core/backends/native/lower.ts hands it over.
Plan readPlan(const js::Value& plan);

/// Samples, and how they become the input of `plan`; checks every size. The memory stays JavaScript's.
Source readSource(const js::Value& source, const Plan& plan);

/// Sample indices, all below `count`.
js::Value::Span<const uint32_t> readIndices(const js::Value& indices, int64_t count);

/// The SIMD path of that name, the fastest for an empty one. Throws `device.unavailable`.
const Kernels& kernelsNamed(const std::string& name);

}  // namespace convolab
