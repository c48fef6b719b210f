#pragma once

#include <memory>
#include <utility>

#include "../program/operation.h"

namespace convolab {

/// An operation that is no more than a function of a slice.
template <typename Run>
std::unique_ptr<Operation> perSlice(Run run) {
  class PerSlice final : public Operation {
   public:
    explicit PerSlice(Run run) : run_(std::move(run)) {}
    void run(const Slice& slice) override { run_(slice); }

   private:
    Run run_;
  };
  return std::make_unique<PerSlice>(std::move(run));
}

}  // namespace convolab
