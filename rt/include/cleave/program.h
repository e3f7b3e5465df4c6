/* program.h - what the compiler's code calls: in the root program (rt/root) and inside a task (rt/task).
 *
 * ROOT. A cut program holds every function that leads to a cut twice: as written (the plain clone) and cut. `main`
 * calls one or the other: in serial mode not one instruction differs from the plain build.
 *
 * A FUTURE is a call that was moved: spawn where its arguments are ready, join before anyone could see.
 * A STAGED LOOP is
 *     for (...) { ...; r = f(args); rest(r); }
 * where the compiler proved that the arguments of later iterations do not depend on `rest`. The loop stays as it is
 * but asks cleave_loop_next() for each result. The runtime gets ahead by calling the GENERATOR, the loop's own
 * control and argument computation as a function of its own, whose state (loop-carried values, live-ins) lies in a
 * struct; it pushes arguments with cleave_loop_push() and returns when told to stop or at the loop's end.
 *
 *     next/join answer 1: `result` is constructed (or, for void and scalars, stored)
 *              answer 0: call the cut version of f in place; 2: call the plain version in place (work too small)
 * Work that a task could not do (it threw) is answered with 0 at its place in program order. Nothing here throws.
 * All of it is called by one thread, the program's. cleave_frame_* bracket a cut function: whatever way it is left,
 * what it spawned and did not join is abandoned before its inputs die.
 *
 * ERRORS. A task that crashed, broke its jail or its memory bound ends the program when (and only when) its result
 * is asked for: the runtime tells the node, which prints one message and ends the run.
 */
#ifndef CLEAVE_PROGRAM_H
#define CLEAVE_PROGRAM_H

#include "cleave/image.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A place in the program where a kind may be spawned. Emitted as a writable global: the runtime learns here. */
typedef struct cleave_site {
  const cleave_kind *kind;
  const char *file;
  uint32_t line;
  uint32_t shared_mask;      /* loops: parameters that are the same in all iterations */
  double static_base_ns;     /* static cost of one call: base + per_byte * bytes of its inputs; */
  double static_per_byte_ns; /* negative base: the analysis does not know (recursion, loops on scalars) */
  uint64_t learnt[16];       /* the runtime's own */
} cleave_site;

/* 1 when this run may split at all (set before main). */
extern int cleave_is_splitting;

void *cleave_frame_enter(void);
void cleave_frame_leave(void *frame);

/* args[i]: address of parameter i's object. Returns null, or a token for join. The arguments stay valid and
 * unchanged until the join (the compiler proved it). */
void *cleave_spawn(cleave_site *site, const void *const *args);
int cleave_join(cleave_site *site, void *future, void *result);

/* Generator: pushes from its saved state until push answers 1 ("stop for now") or the loop ends.
 * Returns 1: there is more; 0: the loop ended. */
typedef int (*cleave_generator)(void *state, void *loop);

/* shared_args[i] is valid where bit i of shared_mask is set, else null. Null result: do everything in place. */
void *cleave_loop_begin(cleave_site *site, cleave_generator generator, void *state, const void *const *shared_args);
int cleave_loop_push(void *loop, const void *const *args);
int cleave_loop_next(void *loop, void *result); /* loop may be null: answers 0 */
void cleave_loop_end(void *loop);

/* TASK. Two symbols of every task module; rt/task refers to them by these names. */
extern const cleave_kind cleave_task_kind;
/* args[i]: address of parameter i's object. Constructs the result at `result` (size and alignment of its type). */
void cleave_task_call(void *const *args, void *result);

#ifdef __cplusplus
}
#endif
#endif
