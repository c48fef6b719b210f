#pragma once
// What each kind of augmentation draws: core/data/augment/<type>.ts, in the same order and from the same numbers.

#include <string>

#include "random.h"
#include "view.h"

namespace convolab::augment {

/// One kind: the numbers it needs by name, and what it does with them.
struct Kind {
  const char* type;
  std::vector<const char*> numbers;
  void (*draw)(const double* numbers, Random& random, View& view, const Gathering& shape);
};

/// Throws `backend.unsupported` for a type that is not known.
const Kind& kindNamed(const std::string& type);

}  // namespace convolab::augment
