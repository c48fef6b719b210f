#pragma once
// One maker for each kernel; each family in its own file.

#include <memory>

#include "../program/operation.h"

namespace convolab {

std::unique_ptr<Operation> makeConvForward(Binder& binder);
std::unique_ptr<Operation> makeConvInputGradient(Binder& binder);
std::unique_ptr<Operation> makeConvWeightGradient(Binder& binder);

std::unique_ptr<Operation> makeLocalForward(Binder& binder);
std::unique_ptr<Operation> makeLocalInputGradient(Binder& binder);
std::unique_ptr<Operation> makeLocalWeightGradient(Binder& binder);

std::unique_ptr<Operation> makeDenseForward(Binder& binder);
std::unique_ptr<Operation> makeDenseInputGradient(Binder& binder);
std::unique_ptr<Operation> makeDenseWeightGradient(Binder& binder);

std::unique_ptr<Operation> makeMaxPool(Binder& binder);
std::unique_ptr<Operation> makeMaxPoolGradient(Binder& binder);
std::unique_ptr<Operation> makeMeanPool(Binder& binder);
std::unique_ptr<Operation> makeMeanPoolGradient(Binder& binder);

std::unique_ptr<Operation> makeActivation(Binder& binder);
std::unique_ptr<Operation> makeActivationGradient(Binder& binder);
std::unique_ptr<Operation> makeChannelBias(Binder& binder);
std::unique_ptr<Operation> makeChannelBiasGradient(Binder& binder);
std::unique_ptr<Operation> makeConcat(Binder& binder);
std::unique_ptr<Operation> makeConcatGradient(Binder& binder);
std::unique_ptr<Operation> makeAdd(Binder& binder);

std::unique_ptr<Operation> makeGlobalPool(Binder& binder);
std::unique_ptr<Operation> makeGlobalPoolGradient(Binder& binder);

std::unique_ptr<Operation> makeChannelScale(Binder& binder);
std::unique_ptr<Operation> makeChannelScaleInputGradient(Binder& binder);
std::unique_ptr<Operation> makeChannelScaleWeightGradient(Binder& binder);
std::unique_ptr<Operation> makeLocalResponse(Binder& binder);
std::unique_ptr<Operation> makeLocalResponseGradient(Binder& binder);

std::unique_ptr<Operation> makeBatchStatistics(Binder& binder);
std::unique_ptr<Operation> makeBatchNormalize(Binder& binder);
std::unique_ptr<Operation> makeBatchNormWeightGradient(Binder& binder);
std::unique_ptr<Operation> makeBatchNormInputGradient(Binder& binder);

std::unique_ptr<Operation> makeRbf(Binder& binder);
std::unique_ptr<Operation> makeRbfInputGradient(Binder& binder);
std::unique_ptr<Operation> makeRbfWeightGradient(Binder& binder);

/// Both passes.
std::unique_ptr<Operation> makeDropout(Binder& binder);

std::unique_ptr<Operation> makeSoftmax(Binder& binder);
std::unique_ptr<Operation> makeSoftmaxGradient(Binder& binder);
std::unique_ptr<Operation> makeSoftmaxCrossEntropy(Binder& binder);
std::unique_ptr<Operation> makeMeanSquaredError(Binder& binder);
std::unique_ptr<Operation> makeBinaryCrossEntropy(Binder& binder);
std::unique_ptr<Operation> makeHinge(Binder& binder);

// For tests alone, and in no plan.

/// Writes one element beyond its output: by it the tests know that guards are watched.
std::unique_ptr<Operation> makeOverrun(Binder& binder);
std::unique_ptr<Operation> makeExponential(Binder& binder);

}  // namespace convolab
