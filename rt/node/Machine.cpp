// Machine.cpp - see Machine.h. CPU features come from /proc/cpuinfo: the kernel lists there only what it also enables
// (an AVX that the system does not save across a switch is not there), which CPUID alone does not say.
#include "Machine.h"

#include <algorithm>
#include <fstream>
#include <sched.h>
#include <set>
#include <sstream>
#include <sys/sysinfo.h>
#include <unistd.h>

namespace cleave {

uint32_t countCpus() {
  cpu_set_t set;
  if (!sched_getaffinity(0, sizeof set, &set))
    return static_cast<uint32_t>(std::max(1, CPU_COUNT(&set)));
  return static_cast<uint32_t>(std::max(1L, sysconf(_SC_NPROCESSORS_ONLN)));
}

MachineMemory readMachineMemory() {
  struct sysinfo info = {};
  sysinfo(&info);
  uint64_t unit = info.mem_unit ? info.mem_unit : 1;
  return {info.totalram * unit, (info.totalram + info.totalswap) * unit};
}

/// The kernel's name for what LLVM calls otherwise.
static std::string kernelName(const std::string &feature) {
  static constexpr const char *differing[][2] = {{"sse3", "pni"},     {"sse4.1", "sse4_1"},        {"sse4.2", "sse4_2"},
                                                 {"lzcnt", "abm"},    {"prfchw", "3dnowprefetch"}, {"sahf", "lahf_lm"},
                                                 {"crc32", "sse4_2"}, {"pclmul", "pclmulqdq"},     {"rdrnd", "rdrand"},
                                                 {"sha", "sha_ni"}};
  for (auto &[llvm, kernel] : differing)
    if (feature == llvm)
      return kernel;
  return feature;
}

std::vector<std::string> missingFeatures(const std::vector<std::string> &features) {
  std::set<std::string> present;
  std::ifstream cpus("/proc/cpuinfo");
  for (std::string line; std::getline(cpus, line);) {
    if (line.compare(0, 5, "flags"))
      continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    for (std::string word; words >> word;)
      present.insert(word);
    break;
  }
  std::vector<std::string> missing;
  for (const std::string &feature : features)
    if (!present.count(kernelName(feature)))
      missing.push_back(feature);
  return missing;
}

} // namespace cleave
