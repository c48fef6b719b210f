// Compiled once per SIMD path, with that path's instruction set and its name in CONVOLAB_PATH. Nothing here may be
// inline and shared with other files: the linker could keep the copy that needs instructions the processor lacks.

#include "table.h"

#include "../kernels/conv.h"
#include "../kernels/dense.h"
#include "../kernels/doubles.h"
#include "../kernels/dropout.h"
#include "../kernels/global_pool.h"
#include "../kernels/local.h"
#include "../kernels/margins.h"
#include "../kernels/normalize.h"
#include "../kernels/peak.h"
#include "../kernels/pool.h"
#include "../kernels/rbf.h"
#include "../kernels/softmax.h"
#include "../kernels/step.h"
#include "../kernels/update.h"

#define CONVOLAB_TEXT(name) #name
#define CONVOLAB_NAME(name) CONVOLAB_TEXT(name)

namespace convolab {
namespace CONVOLAB_PATH {

extern const Kernels kernels;
const Kernels kernels = {
    .name = CONVOLAB_NAME(CONVOLAB_PATH),
    .packWeights = packWeights,
    .packFlippedWeights = packFlippedWeights,
    .correlate = correlate,
    .addGradients = addGradients,
    .finishGradients = finishGradients,
    .sumPixels = sumPixels,
    .spread = spread,
    .localForward = localForward,
    .localInputGradient = localInputGradient,
    .localWeightGradient = localWeightGradient,
    .denseForward = denseForward,
    .denseInputGradient = denseInputGradient,
    .denseWeightGradient = denseWeightGradient,
    .denseBiasGradient = denseBiasGradient,
    .transposeLanes = transposeLanes,
    .meanPool = meanPool,
    .meanPoolGradient = meanPoolGradient,
    .maxPool = maxPool,
    .maxPoolGradient = maxPoolGradient,
    .meanOfMaps = meanOfMaps,
    .meanOfMapsGradient = meanOfMapsGradient,
    .maxOfMaps = maxOfMaps,
    .maxOfMapsGradient = maxOfMapsGradient,
    .respondLocally = respondLocally,
    .respondLocallyGradient = respondLocallyGradient,
    .scaleMap = scaleMap,
    .momentsOfMap = momentsOfMap,
    .productsOfMap = productsOfMap,
    .normalGradientOfMap = normalGradientOfMap,
    .rbfForward = rbfForward,
    .rbfInputGradient = rbfInputGradient,
    .rbfWeightGradient = rbfWeightGradient,
    .applyMask = applyMask,
    .activate = activate,
    .exponential = exponential,
    .activationGradient = activationGradient,
    .addChannelBias = addChannelBias,
    .addValues = addValues,
    .softmax = softmax,
    .softmaxGradient = softmaxGradient,
    .softmaxCrossEntropy = softmaxCrossEntropy,
    .meanSquaredError = meanSquaredError,
    .binaryCrossEntropy = binaryCrossEntropy,
    .hinge = hinge,
    .largestIndex = largestIndex,
    .gatherBytes = gather<uint8_t>,
    .gatherFloats = gather<float>,
    .stepSgd = stepSgd,
    .stepAdam = stepAdam,
    .stepRmsprop = stepRmsprop,
    .sumSquares = sumSquares,
    .multiplyBy = multiplyBy,
    .limitTo = limitTo,
    .approach = approach,
    .accumulate = accumulate,
    .allFinite = allFinite,
    .multiplyPanels = multiplyPanels,
    .tileColumns = kTileVectors * kDoubles,
    .multiplyTile = multiplyTile,
    .updateRow = updateRow,
    .reflectPanel = reflectPanel,
    .rotatePanel = rotatePanel,
};

}  // namespace CONVOLAB_PATH
}  // namespace convolab
