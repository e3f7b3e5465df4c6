// Module.cpp - see BootModule.h for the format. What is checked here once is not checked again: the module's memory is
// never written and never given out.
#include "Module.h"
#include "Layout.h"

namespace cleave {

Module module;

static bool isSound(const BootModule &header, uint64_t bytes) {
  if (header.magic != kModuleMagic || header.version != kModuleVersion || header.moduleBytes > bytes)
    return false;
  uint64_t objects = (uint64_t{header.taskCount} + 1) * sizeof(ModuleObject);
  if (!isWithin(sizeof header, objects, 0, header.moduleBytes) ||
      !isWithin(header.textOffset, header.textBytes, 0, header.moduleBytes))
    return false;
  auto *object = reinterpret_cast<const ModuleObject *>(&header + 1);
  for (uint32_t i = 0; i <= header.taskCount; ++i)
    if (object[i].offset % kModuleAlignment || !isWithin(object[i].offset, object[i].bytes, 0, header.moduleBytes))
      return false;
  auto *text = reinterpret_cast<const char *>(&header) + header.textOffset;
  uint64_t ends = 0;
  for (uint64_t i = 0; i != header.textBytes; ++i)
    ends += text[i] == 0;
  return ends == uint64_t{header.argumentCount} + header.environmentCount && header.argumentCount &&
         !text[header.textBytes - 1];
}

Result<Module> Module::open(uint64_t physical, uint64_t bytes) {
  if (!physical || physical % kPage || bytes < sizeof(BootModule))
    return Error::Malformed;
  auto *header = reinterpret_cast<const BootModule *>(direct(physical));
  if (!isSound(*header, bytes))
    return Error::Malformed;
  Module module;
  module.at = header;
  module.physical = physical;
  return module;
}

FileView Module::file(uint32_t index) const {
  const ModuleObject &wanted = object(index);
  return {reinterpret_cast<const uint8_t *>(at) + wanted.offset, wanted.bytes, physical + wanted.offset};
}

} // namespace cleave
