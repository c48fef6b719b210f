#pragma once
// Training samples changed at random while a batch is gathered: each drawn from (seed, epoch, sample) alone, so that it
// comes out the same on any thread, in any batch and after any pause.

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "../lanes.h"
#include "steps.h"

namespace convolab::augment {

/// A step as it comes from JavaScript.
struct StepCall {
  std::string type;
  std::unordered_map<std::string, double> numbers;
};

class Augmentation {
 public:
  /// Throws `backend.unsupported` for a step that is not known.
  Augmentation(const std::vector<StepCall>& calls, Key key, uint32_t epoch, const Gathering& shape);

  /// The values of a slice, x [channels][newHeight][newWidth][16], from 16 samples and their images.
  template <typename Pixel>
  void show(const uint32_t* samples, const Pixel* const* images, const float* scale, const float* shift,
            float* x) const;

 private:
  struct Step {
    const Kind* kind;
    std::vector<double> numbers;
  };
  /// The four points of a grid that reach a pixel, and what each counts there.
  struct Reach {
    int first;
    double weights[4];
  };
  /// What a thread works with; made once for each.
  struct Desk {
    View view;
    /// The sample as it is stored, [channels][height + 2 ring][width + 2 ring], with zeros around.
    std::vector<double> image;
    /// The field along one row, at the columns of its grid.
    std::vector<Pair> line;
    /// Where in the stored image each pixel of a row comes from.
    std::vector<Pair> places;
  };
  /// Zeros around an image: whatever lies further out looks the same as these.
  static constexpr int kRing = 2;

  void draw(uint32_t sample, View& view) const;
  template <typename Pixel>
  void readImage(const Pixel* pixels, std::vector<double>& image) const;
  void findPlaces(int row, Desk& desk) const;
  void readRow(const Desk& desk, const float* scale, const float* shift, float* x) const;
  void blank(const Rectangle& hole, float* x) const;
  static Desk& desk();
  static std::vector<Reach> reaches(int pixels, double spacing);

  Gathering shape_;
  Key key_;
  uint32_t epoch_;
  std::vector<Step> steps_;
  /// Of the elastic step's grid.
  std::vector<Reach> rows_, columns_;
};

}  // namespace convolab::augment
