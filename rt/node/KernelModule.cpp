// KernelModule.cpp - see KernelModule.h.
#include "KernelModule.h"
#include "../kernel/BootModule.h"
#include "cleave/exchange.h"

#include <cstring>
#include <ctime>
#include <sys/random.h>

namespace cleave {

static constexpr uint32_t kTraceEvents = 1 << 26; // the kernel has room for fewer

static uint64_t alignModule(uint64_t offset) { return (offset + kModuleAlignment - 1) & ~(kModuleAlignment - 1); }

static void appendObject(std::string &module, ModuleObject &object, std::string_view bytes) {
  module.resize(alignModule(module.size()));
  object.offset = module.size();
  object.bytes = bytes.size();
  module += bytes;
}

std::string makeKernelModule(const Bundle &bundle, const KernelPlan &plan) {
  BootModule header = {};
  header.magic = kModuleMagic;
  header.version = kModuleVersion;
  header.taskCount = static_cast<uint32_t>(bundle.tasks.size());
  header.argumentCount = static_cast<uint32_t>(plan.arguments.size());
  header.environmentCount = static_cast<uint32_t>(plan.environment.size());
  header.mode = plan.isSerial ? kModuleSerial : uint32_t{CLEAVE_MODE_ISOLATED};
  header.traceCapacity = plan.isTraced ? kTraceEvents : 0;
  header.taskMemoryBytes = plan.taskMemoryBytes;
  header.taskLimitNs = plan.taskLimitNs;
  header.progressNs = plan.progressNs;
  if (plan.hasClock) {
    timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    header.realTimeNs = static_cast<uint64_t>(now.tv_sec) * 1000000000u + static_cast<uint64_t>(now.tv_nsec);
    // A module for any time has the same names in every run, so that it is the same bytes for the same bundle.
    if (getentropy(header.runId, sizeof header.runId) || getentropy(header.tenantKey, sizeof header.tenantKey))
      header.realTimeNs = 0;
  }
  header.store = plan.store;
  if (plan.tenantKey)
    std::memcpy(header.tenantKey, plan.tenantKey, sizeof header.tenantKey);
  std::vector<ModuleObject> objects(bundle.tasks.size() + 1);
  std::string texts;
  for (const std::vector<std::string> *list : {&plan.arguments, &plan.environment})
    for (const std::string &text : *list)
      texts.append(text.c_str(), text.size() + 1);
  std::string module(sizeof header + objects.size() * sizeof(ModuleObject), '\0');
  header.textOffset = module.size();
  header.textBytes = texts.size();
  module += texts;
  appendObject(module, objects[0], bundle.root);
  for (size_t i = 0; i != bundle.tasks.size(); ++i) {
    objects[i + 1].name = bundle.tasks[i].object;
    appendObject(module, objects[i + 1], bundle.tasks[i].elf);
  }
  module.resize(alignModule(module.size()));
  header.moduleBytes = module.size();
  std::memcpy(module.data(), &header, sizeof header);
  std::memcpy(module.data() + sizeof header, objects.data(), objects.size() * sizeof(ModuleObject));
  return module;
}

} // namespace cleave
