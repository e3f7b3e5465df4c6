// Resource.h - files that are compiled in: report/CMakeLists.txt names them, an assembly file takes their bytes.
#ifndef CLEAVE_REPORT_RESOURCE_H
#define CLEAVE_REPORT_RESOURCE_H

#include <cstddef>
#include <string_view>

/// Declares `nameResource()`, the content of the file that an assembly file has under `name`. At namespace scope.
#define CLEAVE_RESOURCE(name)                                                                                          \
  extern "C" const char cleave_resource_##name##_begin[], cleave_resource_##name##_end[];                              \
  static inline std::string_view name##Resource() {                                                                    \
    return {cleave_resource_##name##_begin,                                                                            \
            static_cast<size_t>(cleave_resource_##name##_end - cleave_resource_##name##_begin)};                       \
  }

#endif
