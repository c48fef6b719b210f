#include "algebra_calls.h"

#include "../algebra/algebra.h"
#include "read_plan.h"

namespace convolab {

namespace {

constexpr int64_t kLargestMatrix = 1 << 14;

/// Throws unless there are so many elements.
double* doublesOf(const js::Value& value, int64_t count) {
  const auto elements = value.doubles();
  require(elements.size == count, "There must be " + std::to_string(count) + " elements, not " +
                                      std::to_string(elements.size));
  return elements.data;
}

Workers workersOf(const js::Value& value) {
  const int threads = static_cast<int>(value.get("threads").integer(1, 1024));
  return {kernelsNamed(value.get("path").text()), threads};
}

}  // namespace

napi_value addProductOf(napi_env, const js::Arguments& arguments) {
  const js::Value shape = arguments[0];
  const auto extent = [&](const char* key) { return static_cast<int>(shape.get(key).integer(0, kLargestMatrix)); };
  const Product product = {extent("rows"), extent("columns"), extent("depth"), shape.get("upper").flag()};
  const double* a = doublesOf(arguments[1], int64_t{product.depth} * product.rows);
  const double* b = doublesOf(arguments[2], int64_t{product.depth} * product.columns);
  double* c = doublesOf(arguments[3], int64_t{product.rows} * product.columns);
  addProduct(product, a, b, c, workersOf(arguments[4]));
  return nullptr;
}

napi_value updateAndMultiplyOf(napi_env, const js::Arguments& arguments) {
  const js::Value update = arguments[0];
  const int size = static_cast<int>(update.get("size").integer(0, kLargestMatrix));
  const int from = static_cast<int>(update.get("from").integer(0, size));
  const auto vector = [&](const char* key) { return doublesOf(update.get(key), size); };
  const RankTwoUpdate read = {size, from, vector("v"), vector("w"), vector("x")};
  double* a = doublesOf(arguments[1], int64_t{size} * size);
  updateAndMultiply(read, a, doublesOf(arguments[2], size), workersOf(arguments[3]));
  return nullptr;
}

napi_value panelElementsOf(napi_env env, const js::Arguments& arguments) {
  const int size = static_cast<int>(arguments[0].integer(0, kLargestMatrix));
  return js::number(env, static_cast<double>(panelElements(size)));
}

napi_value reflectOf(napi_env, const js::Arguments& arguments) {
  const js::Value range = arguments[0];
  const int size = static_cast<int>(range.get("size").integer(1, kLargestMatrix));
  const int from = static_cast<int>(range.get("from").integer(0, size - 1));
  const int to = static_cast<int>(range.get("to").integer(from, size - 1));
  const double* a = doublesOf(arguments[1], int64_t{size} * size);
  const double* taus = doublesOf(arguments[2], size);
  double* panels = doublesOf(arguments[3], panelElements(size));
  reflect(size, from, to, a, taus, panels, workersOf(arguments[4]));
  return nullptr;
}

napi_value rotateOf(napi_env, const js::Arguments& arguments) {
  const int size = static_cast<int>(arguments[0].integer(1, kLargestMatrix));
  const auto rows = arguments[1].uint32s();
  for (int64_t k = 0; k < rows.size; k++) require(int64_t{rows.data[k]} + 1 < size, "There is no such row");
  const double* turns = doublesOf(arguments[2], 2 * rows.size);
  double* panels = doublesOf(arguments[3], panelElements(size));
  rotate(size, rows.size, rows.data, turns, panels, workersOf(arguments[4]));
  return nullptr;
}

}  // namespace convolab
