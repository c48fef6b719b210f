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

/// An operation that is a function of a slice and a range of `count` parts, such as its maps, that can be computed side by
/// side.
template <typename Run>
std::unique_ptr<Operation> perParts(int count, Run run) {
  class PerParts final : public Operation {
   public:
    PerParts(int count, Run run) : count_(count), run_(std::move(run)) {}
    void run(const Slice& slice) override { run_(slice, {0, count_}); }
    int parts() const override { return count_; }
    void runParts(const Slice& slice, Range parts) override { run_(slice, parts); }

   private:
    const int count_;
    Run run_;
  };
  return std::make_unique<PerParts>(count, std::move(run));
}

/// An operation that is a function of a slice and a range of rows of its maps. `step` rows belong together (a pooling
/// window's), and `run` counts in these; what is left over at the bottom belongs to the last of them.
template <typename Run>
std::unique_ptr<Operation> perRows(int rows, int step, Run run) {
  class PerRows final : public Operation {
   public:
    PerRows(int rows, int step, Run run) : rows_(rows), step_(step), run_(std::move(run)) {}
    void run(const Slice& slice) override { run_(slice, {0, parts()}); }
    int rows() const override { return rows_; }
    int rowStep() const override { return step_; }
    void runRows(const Slice& slice, Range rows) override {
      run_(slice, {rows.first / step_, rows.last == rows_ ? parts() : rows.last / step_});
    }
    int parts() const override { return rows_ / step_; }
    void runParts(const Slice& slice, Range parts) override { run_(slice, parts); }

   private:
    const int rows_, step_;
    Run run_;
  };
  return std::make_unique<PerRows>(rows, step, std::move(run));
}

}  // namespace convolab
