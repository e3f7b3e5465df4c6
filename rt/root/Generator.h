/* Generator.h - running a loop's generator, which may look at what is not there.
 *
 * The generator runs ahead of iterations that may never come: the loop is left early, or an exception ends it. There it
 * reads memory as the program never would (LoopStage.cpp, "Running ahead"), and so does the encoder that is handed its
 * arguments. A fault of either ends the running ahead and nothing else: the loop itself goes on in place.
 *
 * The program's own handlers are in force at all other times; they are changed for the run and put back after it, which
 * costs a microsecond for milliseconds of work. A fault of another thread meanwhile is given back to them.
 */
#ifndef CLEAVE_ROOT_GENERATOR_H
#define CLEAVE_ROOT_GENERATOR_H

#include "cleave/program.h"

namespace cleave {

enum class Generated : uint8_t { More, Ended, Faulted };

/* No: whatever the generator comes to, the program comes to. */
enum class Faults : bool { No, Yes };
Generated runGenerator(cleave_generator generator, void *state, void *loop, Faults faults = Faults::Yes);

} // namespace cleave
#endif
