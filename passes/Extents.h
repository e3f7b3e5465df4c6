// Extents.h - does a function touch more than the objects that it was given?
#ifndef CLEAVE_PASSES_EXTENTS_H
#define CLEAVE_PASSES_EXTENTS_H

#include "passes/Candidates.h"

namespace cleave {

/// A refusal if the candidate may step outside of the object that one of its parameters refers to.
Refusal checkExtents(const Candidate &candidate);

} // namespace cleave

#endif
