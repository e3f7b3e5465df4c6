// Readable.cpp - see Readable.h.
#include "Readable.h"

#include <fmt/format.h>

namespace cleave {

std::string readableBytes(uint64_t bytes) {
  if (bytes < 10 * 1024)
    return fmt::format("{} bytes", bytes);
  if (bytes < 1024 * 1024)
    return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
  if (bytes < 10ull * 1024 * 1024 * 1024)
    return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1024 * 1024));
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1024 * 1024 * 1024));
}

std::string readableTime(double ns) {
  if (ns < 999.5)
    return fmt::format("{:.3g} ns", ns);
  if (ns < 999.5e3)
    return fmt::format("{:.3g} us", ns / 1e3);
  if (ns < 999.5e6)
    return fmt::format("{:.3g} ms", ns / 1e6);
  if (ns < 1e11)
    return fmt::format("{:.3g} s", ns / 1e9);
  return fmt::format("{:.0f} s", ns / 1e9);
}

std::string counted(uint64_t count, const char *thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

} // namespace cleave
