#pragma once

#include <stdexcept>
#include <string>

namespace convolab {

/// A failure with the code of the contract (core/contract/errors.ts), thrown into JavaScript as such.
class Failure : public std::runtime_error {
 public:
  Failure(const char* code, const std::string& message) : std::runtime_error(message), code_(code) {}
  const char* code() const { return code_; }

 private:
  const char* code_;
};

/// What the caller handed over cannot be: a size, an index, a shape.
inline void require(bool holds, const std::string& message) {
  if (!holds) throw Failure("argument.invalid", message);
}

}  // namespace convolab
