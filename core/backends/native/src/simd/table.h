#pragma once
// The kernels of one SIMD path as a table of functions: all that the program knows of them. Each path fills its own
// from the same source (table.cpp, compiled once per path), and one is chosen when a program is made.

#include <cstdint>

#include "../kernels/shapes.h"

namespace convolab {

struct Kernels {
  /// `baseline`, `avx2`, `avx512`, `neon`
  const char* name;

  void (*packWeights)(const Correlation&, const float* weights, const uint8_t* connected, float* packed);
  void (*packFlippedWeights)(const Correlation&, const float* weights, const uint8_t* connected, float* packed);
  void (*correlate)(const Correlation&, Range rows, const float* x, const float* packed, const float* bias, Activation,
                    float* y);
  void (*addGradients)(const Correlation&, Range maps, Range rows, const float* x, const float* dy, float* lanes,
                       bool withBias);
  void (*finishGradients)(const Correlation&, Range maps, const float* lanes, const uint8_t* connected, float* dw,
                          float* db);
  void (*sumPixels)(const float* dy, int maps, int pixels, float* db);
  void (*spread)(const Spread&, const float* from, float* to);

  void (*localForward)(const LocalWindows&, Range rows, const float* x, const float* weights, const float* bias,
                       Activation, float* y);
  void (*localInputGradient)(const LocalWindows&, Range channels, const float* dy, const float* weights, float* dx);
  void (*localWeightGradient)(const LocalWindows&, Range maps, const float* x, const float* dy, float* dw, float* db);

  void (*denseForward)(const Affine&, Range outputs, const float* x, const float* weights, const float* bias,
                       Activation, float* y);
  void (*denseInputGradient)(const Affine&, Range inputs, const float* dy, const float* weights, float* dx);
  void (*denseWeightGradient)(const Affine&, int slices, Range outputs, int pitch, const float* rows, const float* dy,
                              float* dw);
  void (*denseBiasGradient)(int outputs, int slices, Range rows, const float* dy, float* db);
  void (*transposeLanes)(const float* values, int count, int pitch, float* rows);

  void (*meanPool)(const Pooling&, Range rows, const float* x, float* y);
  void (*meanPoolGradient)(const Pooling&, Range rows, const float* dy, float* dx);
  void (*maxPool)(const Pooling&, Range rows, const float* x, float* y);
  void (*maxPoolGradient)(const Pooling&, Range rows, const float* x, const float* dy, float* dx);

  void (*meanOfMaps)(const Maps&, const float* x, float* y);
  void (*meanOfMapsGradient)(const Maps&, const float* dy, float* dx);
  void (*maxOfMaps)(const Maps&, const float* x, float* y);
  void (*maxOfMapsGradient)(const Maps&, const float* x, const float* dy, float* dx);

  void (*respondLocally)(const LocalResponse&, Range rows, const float* x, float* y);
  void (*respondLocallyGradient)(const LocalResponse&, Range rows, const float* x, const float* dy, float* scratch,
                                 float* dx);
  void (*scaleMap)(Activation, int pixels, const Scaling&, const float* x, float* y);
  void (*momentsOfMap)(int pixels, int images, const float* x, float* mean, float* squares);
  void (*productsOfMap)(int pixels, int images, const Scaling&, const float* x, const float* dy, float* sum,
                        float* product);
  void (*normalGradientOfMap)(int pixels, int images, const NormalGradient&, const float* x, const float* dy,
                              float* dx);
  void (*rbfForward)(const Affine&, const float* x, const float* centres, float* y);
  void (*rbfInputGradient)(const Affine&, const float* x, const float* dy, const float* centres, float* dx);
  void (*rbfWeightGradient)(const Affine&, const float* x, const float* dy, const float* centres, float* dw);
  void (*applyMask)(const Mask&, int elements, const float* x, float* y);

  void (*activate)(Activation, int elements, const float* x, float* y);
  void (*exponential)(int elements, const float* x, float* y);
  void (*activationGradient)(Activation, int elements, const float* y, const float* dy, float* dx);
  void (*addChannelBias)(Activation, int channels, int pixels, const float* x, const float* bias, float* y);
  void (*addValues)(int elements, const float* a, const float* b, float* y);

  void (*softmax)(int count, const float* x, float* y);
  void (*softmaxGradient)(int count, const float* y, const float* dy, float* dx);
  void (*softmaxCrossEntropy)(const Loss&, const float* y, const Targets&, float* losses, float* dy);
  void (*meanSquaredError)(const Loss&, const float* y, const Targets&, float* losses, float* dy);
  void (*binaryCrossEntropy)(const Loss&, const float* y, const Targets&, float* losses, float* dy);
  void (*hinge)(const Loss&, const float* y, const Targets&, float* losses, float* dy);
  void (*largestIndex)(int count, const float* y, int32_t* indices);

  void (*gatherBytes)(const Gathering&, const uint8_t* const* images, const float* scale, const float* shift, float* x);
  void (*gatherFloats)(const Gathering&, const float* const* images, const float* scale, const float* shift, float* x);
  void (*stepSgd)(const SgdStep&, int64_t count, const float* gradient, float* weight, float* const* states);
  void (*stepAdam)(const AdamStep&, int64_t count, const float* gradient, float* weight, float* const* states);
  void (*stepRmsprop)(const RmspropStep&, int64_t count, const float* gradient, float* weight, float* const* states);
  float (*sumSquares)(int64_t count, const float* values);
  void (*multiplyBy)(float factor, int64_t count, float* values);
  void (*limitTo)(float bound, int64_t count, float* values);
  void (*approach)(float share, float factor, int64_t count, const float* observed, float* value);
  void (*accumulate)(int64_t count, const float* more, float* sum);
  bool (*allFinite)(int64_t count, const float* values);

  /// Panels of at most 16 x depth (A), 32 x depth (B) and 16 x 32 (C); returns the operations done.
  int64_t (*multiplyPanels)(int depth, const float* a, const float* b, float* c);

  /// Of a tile of a matrix product in double precision.
  int tileColumns;
  void (*multiplyTile)(int depth, const double* a, const double* b, double* c);
  double (*updateRow)(int count, double vRow, double wRow, double xRow, const double* v, const double* w,
                      const double* x, double* row, double* p);
  void (*reflectPanel)(int rows, double tau, const double* v, double* panel);
  void (*rotatePanel)(int64_t count, const uint32_t* rows, const double* turns, double* panel);
};

/// The table of the path of that name, or null where this build or this processor does not have it.
const Kernels* findKernels(const char* name);

/// The fastest path that this processor can run.
const Kernels& bestKernels();

}  // namespace convolab
