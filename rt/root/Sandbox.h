/* Sandbox.h - the memory that a contained generator builds its arguments in.
 *
 *     for (...) results.push_back(process(text.substr(a, b)));
 *
 * The generator of this loop makes the substring itself and pushes it: for a jailed process it is encoded at once, a local worker
 * looks at it where it is. The generator may look at it again, and does not change it any more (checkLaterChanges, passes/LoopStage.cpp).
 * Whatever it makes lives for one iteration, so it is taken from the end of a CHUNK and never given back: the next
 * iteration begins where this one did. The compiler sends every allocation of contained code here, leaves out its
 * deallocations, and lets it write nowhere else (passes/Sandbox.cpp says why). So an iteration that should never have
 * been run, on data that is not there, damages nothing, leaks nothing, and cannot run for ever.
 *
 * Chunks are blocks of the arena: a large vector in one can be shown to workers as it is. What an iteration has shown
 * stays untouched; the next one begins behind it, and a used-up chunk is released like any pinned block. Local workers
 * use what was built where it lies: whoever holds a chunk keeps all that was built in it.
 */
#ifndef CLEAVE_ROOT_SANDBOX_H
#define CLEAVE_ROOT_SANDBOX_H

#include "cleave/program.h"

namespace cleave::sandbox {

/* A worker was given a view of the block at `data`. */
void noteShown(const void *data);
/* What the present iteration builds is to stay until the chunk that it lies in is dropped. From the program's thread. */
struct Chunk;
Chunk *hold();
void drop(Chunk *chunk);
/* Gives the chunk back. No generator is running. */
void release();

} // namespace cleave::sandbox
#endif
