#include "map_file.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <filesystem>
#else
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#endif

#include <memory>

namespace convolab {

namespace {

/// Where a file lies in memory.
struct Mapping {
  void* data = nullptr;
  size_t size = 0;

  Mapping(void* data, size_t size) : data(data), size(size) {}
  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
};

[[noreturn]] void fail(const std::string& path, const std::string& reason) {
  throw Failure("file.unreadable", path + " cannot be read: " + reason);
}

#ifdef _WIN32

struct Closer {
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};
using Handle = std::unique_ptr<void, Closer>;

[[noreturn]] void failLast(const std::string& path) { fail(path, "Windows error " + std::to_string(GetLastError())); }

std::unique_ptr<Mapping> map(const std::string& path) {
  const auto* utf8 = reinterpret_cast<const char8_t*>(path.c_str());
  const HANDLE opened = CreateFileW(std::filesystem::path(utf8).c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE,
                                    nullptr, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (opened == INVALID_HANDLE_VALUE) failLast(path);
  const Handle file(opened);
  LARGE_INTEGER size;
  if (!GetFileSizeEx(file.get(), &size)) failLast(path);
  if (size.QuadPart == 0) fail(path, "it is empty");
  const Handle section(CreateFileMappingW(file.get(), nullptr, PAGE_WRITECOPY, 0, 0, nullptr));
  if (section == nullptr) failLast(path);
  void* data = MapViewOfFile(section.get(), FILE_MAP_COPY, 0, 0, 0);
  if (data == nullptr) failLast(path);
  return std::make_unique<Mapping>(data, static_cast<size_t>(size.QuadPart));
}

Mapping::~Mapping() { UnmapViewOfFile(data); }

#else

/// MAP_NORESERVE: a private mapping may be written to, but no memory is set aside for that.
#ifndef MAP_NORESERVE
#define MAP_NORESERVE 0
#endif

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail(path, std::strerror(errno));
  }
  ~Descriptor() { close(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

std::unique_ptr<Mapping> map(const std::string& path) {
  const Descriptor file(path);
  struct stat status;
  if (fstat(file.get(), &status) != 0) fail(path, std::strerror(errno));
  if (!S_ISREG(status.st_mode)) fail(path, "it is no file");
  if (status.st_size == 0) fail(path, "it is empty");
  const auto size = static_cast<size_t>(status.st_size);
  void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file.get(), 0);
  if (data == MAP_FAILED) fail(path, std::strerror(errno));
  return std::make_unique<Mapping>(data, size);
}

Mapping::~Mapping() { munmap(data, size); }

#endif

void release(napi_env, void*, void* mapping) { delete static_cast<Mapping*>(mapping); }

}  // namespace

napi_value mapFile(napi_env env, const std::string& path) {
  // The buffer's from here on, also where making it fails: it may be that only a step after `release` was taken down
  // failed, such as in a thread that is told to end, and then it is called as well.
  Mapping* mapping = map(path).release();
  const size_t size = mapping->size;
  napi_value buffer;
  js::check(env, napi_create_external_arraybuffer(env, mapping->data, size, release, mapping, &buffer),
            "hand out a mapped file");
  napi_value array;
  js::check(env, napi_create_typedarray(env, napi_uint8_array, size, buffer, 0, &array), "make an array");
  return array;
}

}  // namespace convolab
