#pragma once

#include <string>

#include "js.h"

namespace convolab {

/// A file as a Uint8Array over its pages, which the system reads as they are touched and may drop again: they are no
/// memory of this process. Writing to it changes a copy, never the file. Unmapped when JavaScript lets go of it.
/// Throws `file.unreadable`.
napi_value mapFile(napi_env env, const std::string& path);

}  // namespace convolab
