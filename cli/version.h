#pragma once

namespace mohr::cli {

inline constexpr const char* kVersion = MOHR_VERSION;

}  // namespace mohr::cli
