#pragma once

#include "js.h"

namespace convolab {

// `workers` is { threads, path }, where an empty path is the fastest.

// addProduct({ rows, columns, depth, upper }, a, b, c, workers)
napi_value addProductOf(napi_env, const js::Arguments&);

// updateAndMultiply({ size, from, v, w, x }, a, p, workers)
napi_value updateAndMultiplyOf(napi_env, const js::Arguments&);

// panelElements(size): number
napi_value panelElementsOf(napi_env, const js::Arguments&);

// reflect({ size, from, to }, a, taus, panels, workers)
napi_value reflectOf(napi_env, const js::Arguments&);

// rotate(size, rows, turns, panels, workers)
napi_value rotateOf(napi_env, const js::Arguments&);

}  // namespace convolab
