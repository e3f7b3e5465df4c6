/* program.h - what the compiler's code calls: in the root program (rt/root) and inside a task (rt/task).
 *
 * ROOT. A cut program holds every function that leads to a cut twice: as written (the plain version) and cut. `main`
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
 *              answer 3: as 0, and when the call has returned, show its result: cleave_checked() (docs/checking.md)
 *              answer 4: the call was made and threw: cleave_rethrow() throws that
 * Work that a task could not do (it threw) is answered with 0 at its place in program order. Nothing else here throws.
 * All of it is called by the program's thread, and by workers that do its work in its process. cleave_frame_* bracket a
 * cut function: whatever way it is left, what it spawned and did not join is abandoned before its inputs die.
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

enum { CLEAVE_LEARNT_WORDS = 20 };

/* A place in the program where a kind may be spawned. Emitted as a writable global: the runtime learns here. */
typedef struct cleave_site {
  const cleave_kind *kind;
  const char *file;
  uint32_t line;
  uint32_t shared_mask;      /* loops: parameters that are the same in all iterations */
  double static_base_ns;     /* static cost of one call: base + per_byte * bytes of its inputs; */
  double static_per_byte_ns; /* negative base: the analysis does not know (recursion, loops on scalars) */
  /* The work itself, for a worker in the program's own process: args as for cleave_task_call(), but they are the
   * program's own objects, borrowed. Null: it must not be done there (docs/workers.md). */
  void (*local)(void *const *args, void *result);
  uint64_t flags; /* CLEAVE_SITE_... */
  /* Of a staged loop: the same work by the callee's cut version, which can be split further. Null: there is none. */
  void (*local_split)(void *const *args, void *result);
  /* How many of the next loops or futures here need not be begun, because they would not pay: each takes one off, and
   * makes its calls in place, in the plain version. Set by the runtime; a race loses a turn and no more. */
  uint64_t skips;
  uint64_t learnt[CLEAVE_LEARNT_WORDS]; /* the runtime's own */
} cleave_site;

/* All sites of a program lie here, one behind the other. */
#define CLEAVE_SITES_SECTION "cleave_sites"
#ifdef __GNUC__
extern cleave_site __start_cleave_sites[] __attribute__((weak, visibility("hidden")));
extern cleave_site __stop_cleave_sites[] __attribute__((weak, visibility("hidden")));
#endif

enum {
  CLEAVE_SITE_MAY_THROW = 1, /* `local` of a range may end with an exception (for want of memory) */
  CLEAVE_SITE_CONTAINED = 2, /* the staged loop's generator uses the sandbox, of which there is one */
  CLEAVE_SITE_SKIPS = 4,     /* its code obeys `skips` */
  CLEAVE_SITE_CATCHES = 8    /* the staged loop catches what its calls throw, and understands answer 4 */
};

/* Whether this run may split at all (set before main): 1, or 2 if it is to split whatever may be, however small. */
extern int cleave_is_splitting;

/* 1: a run depends on nothing but its arguments and what it reads (passes/WholeRun.h). It is not there if that is not known. Nor
 * is the other, which is the linker's, but in a program with objects in it that another compiler made. */
#ifdef __GNUC__
extern const int cleave_run_is_repeatable __attribute__((weak));
extern const char cleave_has_foreign_objects[] __attribute__((weak));
#endif

/* A cut function. `skips`, by the depth of frames at the call: how many of the next calls are made in the plain version,
 * because the cut one did nothing there but ask (rt/root/Watch.h). Set by the runtime; a race loses a turn and no more. */
enum { CLEAVE_DEPTHS = 16 /* the last one stands for all that are deeper */ };
typedef struct cleave_function {
  uint64_t skips[CLEAVE_DEPTHS];
  uint64_t learnt[CLEAVE_DEPTHS]; /* the runtime's own */
} cleave_function;

/* Of the calling thread: how many frames are entered. */
extern __thread uint64_t cleave_depth __attribute__((tls_model("local-exec")));

typedef struct cleave_frame {
  cleave_function *function; /* null: nothing is to be learnt of it */
  uint64_t serial, shared, began;
} cleave_frame;

void cleave_frame_enter(cleave_frame *frame, cleave_function *function);
void cleave_frame_leave(cleave_frame *frame);

/* A future's token that needs no join: the answer is 2. */
#define CLEAVE_PLAIN_TOKEN ((void *)2)

/* args[i]: address of parameter i's object. Returns null, or a token for join. The arguments stay valid and
 * unchanged until the join, and nobody looks at `result` before it (the compiler proved it). */
void *cleave_spawn(cleave_site *site, const void *const *args, void *result);
int cleave_join(cleave_site *site, void *future, void *result);

/* Generator: pushes from its saved state until push answers 1 ("stop for now") or the loop ends.
 * Returns 1: there is more; 0: the loop ended. */
typedef int (*cleave_generator)(void *state, void *loop);

/* shared_args[i] is valid where bit i of shared_mask is set, else null. Null result: do everything in place. */
void *cleave_loop_begin(cleave_site *site, cleave_generator generator, void *state, const void *const *shared_args);
int cleave_loop_push(void *loop, const void *const *args);
/* After answer 2 so many of the loop's next calls are made in the plain version too, and not asked for. */
enum { CLEAVE_PLAIN_CALLS = 63 };
int cleave_loop_next(void *loop, void *result); /* loop may be null: answers 0 */
void cleave_loop_end(void *loop);

/* After answer 4, once. */
#ifdef __GNUC__
__attribute__((noreturn))
#endif
void cleave_rethrow(void);

/* After answer 3: the call that `work` (a loop, or a future's token) was asked about returned, `result` is its result. */
void cleave_checked(void *work, const void *result);

/* A RANGE LOOP is one whose iterations are independent. It stays whole too; at the borders of ranges it asks, and a range
 * that a task did is jumped over. What travels is bytes: the blocks that the loop reads, whole, and of each block that
 * it writes the part that the range owns, there and back. A block whose elements own memory of their own (a vector's
 * vectors) travels as an array of values instead; a part is whole elements then, with all that they own.
 *
 * The task kind of a range loop has these parameters, and no others:
 *     0        int64 {first iteration, count, offset of each block's base from its parameter's data}
 *     1        the loop's scalars, as bytes
 *     2 + k    block k, a span of bytes or of values: whole (read), or the range's part (written; the task's own copy)
 * and the result {reductions as bytes, a slice for each written block}.
 *
 * A block that GATHERS (a histogram) has elements that any iteration may change, all by one commutative and associative
 * operation: element = element op value. Who does a range begins with a block of its own in which each element is the
 * operation's identity, and the whole of it is combined with the program's afterwards. */
enum { CLEAVE_GATHER_ADD = 1, CLEAVE_GATHER_AND, CLEAVE_GATHER_OR, CLEAVE_GATHER_XOR };

/* A block that is SCATTERED to is one where iterations write in no intervals, and still none where another does. Only local
 * workers do such a loop, and write in place. */
enum { CLEAVE_RANGE_SCATTERED = 2 };

typedef struct cleave_range_block {
  const void *base;
  uint64_t size_bytes;  /* of the variable that begins at `base`; 0: base points to the start of a heap block */
  const void *owner;    /* values, in a heap block: the std::vector that `base` was read from; null otherwise */
  uint64_t is_written;  /* 1, or CLEAVE_RANGE_SCATTERED: without intervals */
  int64_t low, low_step;   /* written: iteration t owns the bytes [low + t * low_step, high + t * high_step) */
  int64_t high, high_step; /* from `base`. Not written, and low < high: all iterations read [low, high) and no more */
  uint32_t gathers;        /* written, by CLEAVE_GATHER_...; 0: it does not gather */
  uint32_t element_bytes;  /* 1, 2, 4 or 8; the block begins at a multiple of it from `base` */
} cleave_range_block;

typedef struct cleave_range {
  cleave_site *site;
  uint64_t trips;
  double iteration_ns;   /* static cost of an iteration, a lower bound; */
  uint64_t has_open_work; /* it holds loops whose length the compiler does not know */
  const void *scalars;
  cleave_range_block *blocks;
  const uint32_t *distinct; /* pairs of blocks that must not be the same for the loop to be split */
  uint32_t block_count;
  uint32_t distinct_count;
  uint64_t reduction_bytes;
  /* after = before combined with what a range gathered. Leaves alone what depends on an order that is open. */
  void (*combine)(const void *before, const void *gathered, void *after);
} cleave_range;

/* Null: everything in place. `range` and what it refers to need to stay until the call returns, scalars until the end. */
void *cleave_range_begin(const cleave_range *range);
/* Asked before iteration `done`, with the values that the reductions have so far. 1: the next `*count` iterations are
 * done, slices are written, `reductions` are what they gathered. 0: do the next `*count` iterations in place and ask
 * again. */
int cleave_range_next(void *range, uint64_t done, void *reductions, uint64_t *count);
void cleave_range_end(void *range); /* may be null */

/* CONTAINED GENERATORS build arguments: they allocate, write, call and loop. They may do so for iterations that never
 * come, on data that is not there, so the compiler makes all that they run write to `cleave_sandbox` only: each store
 * is preceded by a comparison with base and bytes, each way back of an inner loop and each call takes one from `fuel`,
 * each call looks at `stack_floor`. cleave_sandbox_stop() leaves the generator for good; the loop goes on in place. */
typedef struct cleave_sandbox_room {
  uint64_t base, bytes;  /* where the present iteration may write */
  uint64_t fuel;
  uint64_t stack_floor;  /* the stack may not reach below */
} cleave_sandbox_room;
extern cleave_sandbox_room cleave_sandbox;

void cleave_sandbox_begin(void); /* an iteration begins: all that the last one made is gone */
void *cleave_sandbox_new(uint64_t bytes, uint64_t align);
#ifdef __GNUC__
__attribute__((noreturn))
#endif
void cleave_sandbox_stop(void);
/* What libstdc++'s _List_node_base::_M_hook and _Rb_tree_insert_and_rebalance do. */
void cleave_sandbox_list_hook(void *node, void *position);
#ifdef __cplusplus
void cleave_sandbox_tree_insert(bool is_left, void *node, void *parent, void *header);
#else
void cleave_sandbox_tree_insert(_Bool is_left, void *node, void *parent, void *header);
#endif

/* TASK. Two symbols of every task module; rt/task refers to them by these names. */
extern const cleave_kind cleave_task_kind;
/* args[i]: address of parameter i's object. Constructs the result at `result` (size and alignment of its type). */
void cleave_task_call(void *const *args, void *result);
/* Ends the task as if it had thrown: the program does the work in place. */
#ifdef __cplusplus
[[noreturn]]
#endif
void cleave_task_give_up(void);

#ifdef __cplusplus
}
#endif
#endif
