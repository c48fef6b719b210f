#include "js.h"

#include <cmath>

namespace convolab::js {

void check(napi_env env, napi_status status, const char* what) {
  if (status == napi_ok) return;
  bool pending = false;
  napi_is_exception_pending(env, &pending);
  napi_value ignored;
  if (pending) napi_get_and_clear_last_exception(env, &ignored);
  throw Failure("argument.invalid", std::string("Cannot ") + what);
}

void Value::expect(bool holds, const char* what) const { require(holds, name_ + " is not " + what); }

bool Value::absent() const {
  napi_valuetype type;
  check(env_, napi_typeof(env_, value_, &type), "look at a value");
  return type == napi_null || type == napi_undefined;
}

Value Value::get(const char* key) const {
  napi_valuetype type;
  check(env_, napi_typeof(env_, value_, &type), "look at a value");
  expect(type == napi_object, "an object");
  napi_value value;
  check(env_, napi_get_named_property(env_, value_, key, &value), "read a property");
  return {env_, value, name_ + "." + key};
}

std::vector<Value> Value::items() const {
  bool isArray = false;
  check(env_, napi_is_array(env_, value_, &isArray), "look at a value");
  expect(isArray, "an array");
  uint32_t length = 0;
  check(env_, napi_get_array_length(env_, value_, &length), "read an array");
  std::vector<Value> items;
  for (uint32_t k = 0; k < length; k++) {
    napi_value item;
    check(env_, napi_get_element(env_, value_, k, &item), "read an array");
    items.emplace_back(env_, item, name_ + "[" + std::to_string(k) + "]");
  }
  return items;
}

std::string Value::text() const {
  size_t length = 0;
  expect(napi_get_value_string_utf8(env_, value_, nullptr, 0, &length) == napi_ok, "a string");
  std::string text(length, '\0');
  check(env_, napi_get_value_string_utf8(env_, value_, text.data(), length + 1, &length), "read a string");
  return text;
}

bool Value::flag() const {
  bool flag = false;
  expect(napi_get_value_bool(env_, value_, &flag) == napi_ok, "a boolean");
  return flag;
}

double Value::number() const {
  double value = 0;
  expect(napi_get_value_double(env_, value_, &value) == napi_ok, "a number");
  return value;
}

int64_t Value::integer(int64_t least, int64_t most) const {
  const double value = number();
  expect(std::isfinite(value) && std::floor(value) == value, "a whole number");
  require(
      value >= static_cast<double>(least) && value <= static_cast<double>(most),
      name_ + " is " + std::to_string(value) + ", outside " + std::to_string(least) + " to " + std::to_string(most));
  return static_cast<int64_t>(value);
}

std::vector<int> Value::integers(int64_t least, int64_t most) const {
  std::vector<int> integers;
  for (const Value& item : items()) integers.push_back(static_cast<int>(item.integer(least, most)));
  return integers;
}

bool Value::holdsFloats() const {
  bool isTyped = false;
  check(env_, napi_is_typedarray(env_, value_, &isTyped), "look at a value");
  if (!isTyped) return false;
  napi_typedarray_type actual;
  check(env_, napi_get_typedarray_info(env_, value_, &actual, nullptr, nullptr, nullptr, nullptr), "read an array");
  return actual == napi_float32_array;
}

void* Value::elements(napi_typedarray_type type, const char* what, int64_t* length) const {
  bool isTyped = false;
  check(env_, napi_is_typedarray(env_, value_, &isTyped), "look at a value");
  expect(isTyped, what);
  napi_typedarray_type actual;
  size_t count = 0;
  void* data = nullptr;
  check(env_, napi_get_typedarray_info(env_, value_, &actual, &count, &data, nullptr, nullptr), "read an array");
  expect(actual == type, what);
  *length = static_cast<int64_t>(count);
  return data;
}

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  size_t count = kMost;
  check(env, napi_get_cb_info(env, info, &count, values_, nullptr, nullptr), "read the arguments");
}

napi_value number(napi_env env, double value) {
  napi_value result;
  check(env, napi_create_double(env, value, &result), "make a number");
  return result;
}

napi_value flag(napi_env env, bool value) {
  napi_value result;
  check(env, napi_get_boolean(env, value, &result), "make a boolean");
  return result;
}

napi_value text(napi_env env, const std::string& value) {
  napi_value result;
  check(env, napi_create_string_utf8(env, value.data(), value.size(), &result), "make a string");
  return result;
}

napi_value texts(napi_env env, const std::vector<std::string>& values) {
  napi_value array;
  check(env, napi_create_array_with_length(env, values.size(), &array), "make an array");
  for (uint32_t k = 0; k < values.size(); k++) {
    check(env, napi_set_element(env, array, k, text(env, values[k])), "fill an array");
  }
  return array;
}

napi_value numbers(napi_env env, const std::vector<int64_t>& values) {
  napi_value array;
  check(env, napi_create_array_with_length(env, values.size(), &array), "make an array");
  for (uint32_t k = 0; k < values.size(); k++) {
    check(env, napi_set_element(env, array, k, number(env, static_cast<double>(values[k]))), "fill an array");
  }
  return array;
}

namespace {

napi_value typedArray(napi_env env, napi_typedarray_type type, int64_t count, void** data) {
  napi_value buffer;
  napi_value array;
  const auto elements = static_cast<size_t>(count);
  if (napi_create_arraybuffer(env, elements * 4, data, &buffer) != napi_ok) {
    throw Failure("memory.exhausted", "No memory for a result of " + std::to_string(elements) + " elements");
  }
  check(env, napi_create_typedarray(env, type, elements, buffer, 0, &array), "make an array");
  return array;
}

}  // namespace

napi_value floatArray(napi_env env, int64_t count, float** data) {
  return typedArray(env, napi_float32_array, count, reinterpret_cast<void**>(data));
}

napi_value int32Array(napi_env env, int64_t count, int32_t** data) {
  return typedArray(env, napi_int32_array, count, reinterpret_cast<void**>(data));
}

void set(napi_env env, napi_value object, const char* key, napi_value value) {
  check(env, napi_set_named_property(env, object, key, value), "set a property");
}

napi_value error(napi_env env, const char* code, const std::string& message) {
  napi_value result = nullptr;
  napi_create_error(env, text(env, code), text(env, message), &result);
  return result;
}

}  // namespace convolab::js
