#pragma once
// What a kernel is told about its operands: plain numbers, checked once when the plan is compiled. All extents are in
// elements of one sample; every pointer to values counts 16 floats (one slice) per element.

#include <cstdint>

namespace convolab {

/// f of (2).
enum class Activation { linear, sigmoid, tanh, relu, leakyRelu, elu, gelu, softplus, scaledTanh };

/// A cross-correlation. Padding is not in memory: taps that fall into it are skipped.
struct Correlation {
  int channels, height, width;
  int maps, kernelHeight, kernelWidth;
  int strideY, strideX;
  /// Row and column of the input that the first output starts at, negated.
  int padTop, padLeft;
  int outHeight, outWidth;

  int plane() const { return height * width; }
  int outPlane() const { return outHeight * outWidth; }
  int taps() const { return kernelHeight * kernelWidth; }
};

/// A correlation whose weights are shared only within regions of outputs.
struct LocalWindows {
  Correlation shape;
  int regionHeight, regionWidth;
  int regionRows, regionColumns;

  int regions() const { return regionRows * regionColumns; }
};

/// Rows of a tile of a matrix product in double precision, and columns of a panel that is turned and reflected at once.
inline constexpr int kDoubleTileRows = 4, kPanelColumns = 32;

/// Rows, maps, outputs: [first, last).
struct Range {
  int first, last;
};

/// Maps copied into wider rows of zeros: the element (row, column) goes to (row * dilationY, left + column *
/// dilationX), those outside the new extent are dropped.
struct Spread {
  int channels, height, width;
  int newHeight, newWidth;
  int dilationY, dilationX, left;
};

/// Square windows over each map.
struct Pooling {
  int channels, height, width;
  int size, stride, pad;
  int outHeight, outWidth;
};

/// W [outputs, inputs].
struct Affine {
  int inputs, outputs;
};

/// Samples to a slice of values: stored * scale[c] + shift[c], placed in a field of stored zeros, which may be smaller.
struct Gathering {
  int channels, height, width;
  int newHeight, newWidth, top, left;
  /// Whether left and right change places, after the image has its place.
  bool mirror;
};

/// What a loss compares a slice with: a label per lane, or values [classes][16].
struct Targets {
  const int32_t* labels;
  const float* values;
};

struct Loss {
  int classes;
  /// Lanes that hold an image; the others get a gradient of 0.
  int images;
  /// 1 / number of samples of the batch.
  float scale;
  /// Of softmax cross-entropy: share of the target that is spread over all classes.
  float smoothing = 0;
  /// Of hinge.
  float margin = 1;
  bool oneVersusRest = false;
};

/// Normalisation across maps (28), `reach` maps to either side.
struct LocalResponse {
  int channels, height, width;
  int reach;
  float k, alpha, beta;
};

/// Maps of so many pixels each.
struct Maps {
  int channels, pixels;
};

/// What one map goes through: factor (x - centre) + bias.
struct Scaling {
  float centre, factor, bias;
};

/// What a mask of dropout is drawn from.
struct Mask {
  uint32_t key0, key1, step, layer;
  /// Place in the batch of the slice's first image.
  uint32_t firstImage;
  /// Kept where the upper 24 bits of a word are at least this, times `scale`.
  uint32_t threshold;
  float scale;
};

/// A step of batch normalisation's input gradient for one map: factor (dy - meanOfDy - n meanOfProduct), with the
/// normalised n = inverse (x - centre).
struct NormalGradient {
  float centre, inverse, factor;
  float meanOfDy, meanOfProduct;
};

struct SgdStep {
  float rate, momentum, weightDecay;
  bool nesterov;
};

struct AdamStep {
  /// Already over 1 - beta1^t.
  float rate;
  /// Each beta, and 1 less it.
  float beta1, rest1, beta2, rest2;
  float epsilon;
  /// 1 / sqrt(1 - beta2^t)
  float root;
  /// Weight decay by way of the gradient, or what is kept of a weight apart from it.
  float weightDecay, kept;
};

struct RmspropStep {
  float rate;
  /// Of the mean square that carries over, and 1 less it.
  float share, rest;
  float epsilon, momentum, weightDecay;
};

}  // namespace convolab
