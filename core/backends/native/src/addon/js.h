#pragma once
// Reading JavaScript values through Node-API, every type and range checked: what does not fit throws a Failure that
// names it.

#define NAPI_VERSION 8
#include <node_api.h>

#include <cstdint>
#include <string>
#include <vector>

#include "../program/failure.h"

namespace convolab::js {

/// Throws when Node-API refuses a call, which only happens on values of the wrong kind.
void check(napi_env env, napi_status status, const char* what);

/// A value with the name under which it appears in messages.
class Value {
 public:
  Value(napi_env env, napi_value value, std::string name) : env_(env), value_(value), name_(std::move(name)) {}

  napi_value raw() const { return value_; }
  bool absent() const;
  Value get(const char* key) const;
  std::vector<Value> items() const;

  std::string text() const;
  bool flag() const;
  double number() const;
  int64_t integer(int64_t least, int64_t most) const;
  int index(size_t count) const { return static_cast<int>(integer(0, static_cast<int64_t>(count) - 1)); }
  std::vector<int> integers(int64_t least, int64_t most) const;

  /// Elements of a typed array, where they are.
  template <typename T>
  struct Span {
    T* data;
    int64_t size;
  };
  /// Whether it is a Float32Array.
  bool holdsFloats() const;
  Span<float> floats() const { return typed<float>(napi_float32_array, "a Float32Array"); }
  Span<double> doubles() const { return typed<double>(napi_float64_array, "a Float64Array"); }
  Span<const int32_t> int32s() const { return typed<const int32_t>(napi_int32_array, "an Int32Array"); }
  Span<const uint32_t> uint32s() const { return typed<const uint32_t>(napi_uint32_array, "a Uint32Array"); }
  Span<const uint8_t> bytes() const { return typed<const uint8_t>(napi_uint8_array, "a Uint8Array"); }

 private:
  template <typename T>
  Span<T> typed(napi_typedarray_type type, const char* what) const {
    int64_t length = 0;
    void* data = elements(type, what, &length);
    return {static_cast<T*>(data), length};
  }
  void* elements(napi_typedarray_type type, const char* what, int64_t* length) const;
  void expect(bool holds, const char* what) const;

  napi_env env_;
  napi_value value_;
  std::string name_;
};

/// Arguments of a call, in order.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info);

  /// `undefined` where the caller gave fewer.
  Value operator[](size_t k) const { return {env_, values_[k], "argument " + std::to_string(k + 1)}; }

 protected:
  napi_env env() const { return env_; }
  napi_value first() const { return values_[0]; }

 private:
  static constexpr size_t kMost = 7;
  napi_env env_;
  napi_value values_[kMost] = {};
};

napi_value number(napi_env env, double value);
napi_value flag(napi_env env, bool value);
napi_value text(napi_env env, const std::string& value);
napi_value texts(napi_env env, const std::vector<std::string>& values);
napi_value numbers(napi_env env, const std::vector<int64_t>& values);
/// A new typed array; `data` receives where its elements are.
napi_value floatArray(napi_env env, int64_t count, float** data);
napi_value int32Array(napi_env env, int64_t count, int32_t** data);
void set(napi_env env, napi_value object, const char* key, napi_value value);

/// An Error with the code of the contract.
napi_value error(napi_env env, const char* code, const std::string& message);

}  // namespace convolab::js
