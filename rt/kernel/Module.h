// Module.h - the boot module, checked.
#ifndef CLEAVE_KERNEL_MODULE_H
#define CLEAVE_KERNEL_MODULE_H

#include "Binary.h"
#include "BootModule.h"

namespace cleave {

class Module {
public:
  /// Malformed: truncated, of another version, or a number in it points outside.
  static Result<Module> open(uint64_t physical, uint64_t bytes);

  const BootModule &header() const { return *at; }
  const ModuleObject &object(uint32_t index) const { return reinterpret_cast<const ModuleObject *>(at + 1)[index]; }
  FileView file(uint32_t index) const;
  const uint8_t *texts() const { return reinterpret_cast<const uint8_t *>(at) + at->textOffset; }

private:
  const BootModule *at = nullptr;
  uint64_t physical = 0;
};

extern Module module;

} // namespace cleave

#endif
