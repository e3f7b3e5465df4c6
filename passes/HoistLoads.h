// HoistLoads.h - loads that give the same value in every iteration move out of their loops.
#ifndef CLEAVE_PASSES_HOISTLOADS_H
#define CLEAVE_PASSES_HOISTLOADS_H

namespace llvm {
class Module;
}

namespace cleave {

class Effects;

/// Moves loop-invariant loads and address arithmetic into the preheaders of all loops, innermost first. Instructions
/// keep their identity, so analyses of the module stay valid.
void hoistInvariants(llvm::Module &module, const Effects &effects);

} // namespace cleave

#endif
