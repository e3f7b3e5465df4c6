#include "PageMap.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cleave::pagemap {

namespace {
struct ScanArguments {
  uint64_t size, flags, start, end, walkEnd, regions, regionCount, maxPages, categoryInverted, categoryMask,
      categoryAnyOfMask, returnMask;
};
constexpr unsigned long kPagemapScan = _IOWR('f', 16, ScanArguments);
constexpr int kHighDescriptor = 700;
} // namespace

int moveHigh(int descriptor) {
  int high = descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, kHighDescriptor);
  if (high < 0)
    return descriptor;
  close(descriptor);
  return high;
}

int open() { return moveHigh(::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)); }

int scan(int descriptor, uint64_t begin, uint64_t end, uint64_t flags, uint64_t categories, Region *regions,
         uint64_t count, uint64_t &walked) {
  ScanArguments arguments = {
      sizeof arguments, flags,     begin, end, 0, reinterpret_cast<uint64_t>(regions), count, 0, 0, 0,
      categories,       categories};
  int found = ioctl(descriptor, kPagemapScan, &arguments);
  walked = arguments.walkEnd;
  return found < 0 || walked <= begin || walked > end ? -1 : found;
}

bool areFreePagesGivenBack() {
  constexpr char kDevices[] = "/sys/bus/virtio/devices";
  constexpr int kBalloon = 5, kReporting = 5;
  DIR *devices = opendir(kDevices);
  bool gives = false;
  while (dirent *device = devices ? readdir(devices) : nullptr) {
    auto read = [&](const char *file, char *text, size_t bytes) {
      char path[512];
      snprintf(path, sizeof path, "%s/%s/%s", kDevices, device->d_name, file);
      int descriptor = ::open(path, O_RDONLY | O_CLOEXEC);
      ssize_t got = descriptor < 0 ? -1 : ::read(descriptor, text, bytes - 1);
      text[got < 0 ? 0 : got] = 0;
      if (descriptor >= 0)
        close(descriptor);
    };
    char id[16], features[80];
    read("device", id, sizeof id);
    if (strtol(id, nullptr, 0) != kBalloon)
      continue;
    read("features", features, sizeof features);
    gives = gives || (strlen(features) > kReporting && features[kReporting] == '1');
  }
  if (devices)
    closedir(devices);
  return gives;
}

} // namespace cleave::pagemap
