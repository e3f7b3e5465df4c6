// ElementReference.h - functions that get a reference to an object and keep to it.
#ifndef CLEAVE_PASSES_ELEMENTREFERENCE_H
#define CLEAVE_PASSES_ELEMENTREFERENCE_H

#include <cstdint>

namespace llvm {
class CallBase;
}

namespace cleave {

/// A reference to an element of an array leads to its neighbours too, by arithmetic. Does the callee of `call` touch, by
/// argument `number`, nothing but the `bytes` bytes from there on, and what is reached by pointers that lie in them?
bool keepsToObject(const llvm::CallBase &call, unsigned number, uint64_t bytes);

} // namespace cleave

#endif
