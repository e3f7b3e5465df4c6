/* exchange.h - the hosted node's shared memory: what passes between node, root program and workers.
 *
 * THREE PARTIES, THREE TRUSTS. The NODE (cleave run) supervises. The ROOT is the user's program, free to do what any
 * program may. A WORKER is a jailed process that runs task binaries of one kind. Whatever a worker can write may be
 * hostile; whatever the node relies on lies where a worker can only read. So there are three memfds, and each party
 * maps no more than the table says:
 *
 *              node                root                worker
 *   CONTROL    read, write         read, write         not at all
 *   EXCHANGE   inbox, outbox       all, read, write    its own partition: inbox and inputs read-only,
 *                                                      outbox and outputs read and write; no fd is left
 *   ARENA      not at all          all, read, write    what was granted, mmap'ed MAP_PRIVATE through a read-only fd,
 *                                                      each mapping checked by the node
 *
 * The root dispatches by itself: no node hop for a task. It writes a message into a free entry of a partition's ring
 * and bumps a word; the worker does the work and bumps another. On each side: spin for CLEAVE_SPIN_NS, then sleep on
 * the futex; who sleeps says so first, so that nobody makes a needless system call. The root spins for longer where it
 * is known that a worker is about to be done (rt/root/Slots.cpp), so warm small tasks need no system call at all. The
 * node is asked (state word of a slot, then 8 bytes to the eventfd) only to start a worker and to end the run. Memory is
 * sparse: sizes are address space, not cost. All three are plain shared (not process-private) futexes.
 *
 * A partition (slot s begins at s * partition_bytes of EXCHANGE):
 *
 *   CLEAVE_INBOX_OFFSET    cleave_inbox     written by the root; worker read-only (so a grant cannot be forged)
 *   CLEAVE_OUTBOX_OFFSET   cleave_outbox    written by the worker; the root believes nothing in it unchecked
 *   input_offset           input_bytes      images for the worker; the root places them as it likes
 *   output_offset          CLEAVE_RING * output_bytes   entry i owns [output_offset + i * output_bytes, + output_bytes)
 *
 * ONE MESSAGE, in order of time (n counts from 0 since the worker's start; entry i = n % CLEAVE_RING):
 *   root    waits until n - outbox.completed < CLEAVE_RING and it has consumed result i of message n - CLEAVE_RING;
 *           writes images into the input area, then messages[i] and grants[i], then submitted = n + 1 (seq_cst);
 *           if outbox.worker_sleeps: FUTEX_WAKE(&inbox.submitted)
 *   worker  maps, runs, writes outputs and results[i], then completed = n + 1 (seq_cst);
 *           if inbox.root_sleeps: FUTEX_WAKE(&outbox.completed)
 *   root    reads result i and checks that the output lies inside entry i's area, decodes, then sets grant_count = 0.
 * To sleep: store 1 to one's own sleeps word (seq_cst), look at the other's counter once more, then FUTEX_WAIT on that
 * counter; store 0 after waking. The store-then-load on both sides is what makes a lost wake-up impossible.
 * The root sleeps on several workers at once with futex_waitv over their `completed` words and control.bell (hence at
 * most CLEAVE_SLOTS_MAX slots). A bell in a page that all workers can write was rejected: tasks could talk through it.
 *
 * The root may put one SHARED image into the input area and let many messages refer to it; it must not overwrite what
 * a submitted and not completed message refers to. The worker keeps nothing between messages but its process and
 * read-only mappings of arena objects that the next message grants again under the same name.
 *
 * A SLOT's state (control; a compare-and-swap on both sides):
 *   FREE -> WANTED     root: kind is set before; then 8 bytes (value 1) to the eventfd
 *   WANTED -> RUNNING  node: the whole partition is zero again (images too); messages may be submitted at once
 *   RUNNING -> DEAD    node: the worker died; cause, detail and bytes say why; message number outbox.completed was
 *                      being done (if it was submitted), later ones never began
 *   RUNNING -> WANTED, DEAD -> WANTED    root: whatever runs there is killed, a new worker of `kind` is started
 * While a slot is WANTED the root keeps off its partition. After each change by the node: control.bell + 1 and
 * FUTEX_WAKE. The root keeps at most worker_count slots busy at a time; idle workers are free to stay.
 *
 * THE END. If the root asks for a result whose task died it fills control.failure, sets failure.is_set = 1, writes to
 * the eventfd and waits for its own death (pause): the node prints one message and ends the run with status 125.
 * CLEAVE_CAUSE_SETUP is not the task's fault: in mode auto the root does the work in place instead.
 *
 * HOW THE ROOT LEARNS OF IT. The environment variable CLEAVE_NODE holds "version:control:exchange:arena:event", the numbers
 * of four inherited file descriptors. Absent: run serially. The root maps the three memfds, closes them, sets
 * FD_CLOEXEC on the eventfd and takes the variable out of the environment before main. (Large free extents go back to
 * the system with madvise(MADV_REMOVE), which needs no fd.) When something of this fails, the root runs serially.
 */
#ifndef CLEAVE_EXCHANGE_H
#define CLEAVE_EXCHANGE_H

#include "cleave/node.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLEAVE_EXCHANGE_VERSION 4
#define CLEAVE_CONTROL_MAGIC 0x314c5443u /* "CTL1" */
#define CLEAVE_NODE_VARIABLE "CLEAVE_NODE"

enum {
  CLEAVE_RING = 4,
  CLEAVE_SLOTS_MAX = 126,    /* with control.bell within futex_waitv's 128 */
  CLEAVE_GRANTS_MAX = 1024,  /* arena objects of one message */
  CLEAVE_LOG_MAX = 1024,     /* bytes of `log` text that are kept for a message */
  CLEAVE_SPIN_NS = 20000,
  CLEAVE_LOOP_WHOLE = 1 << 30, /* a whole loop, in cleave_counters::loop */
  CLEAVE_FINDINGS_MAX = 64,    /* of one run that are kept as text; all are counted */
  CLEAVE_FINDING_TEXT_MAX = 504,
  CLEAVE_CHECK_STATUS = 123,  /* of `cleave run --mode=check` when something was found */
  CLEAVE_FAILURE_STATUS = 125 /* of `cleave run` when a task failed */
};

/* EXCHANGE ------------------------------------------------------------------------------------------------------ */

#define CLEAVE_INBOX_OFFSET 0x0u
#define CLEAVE_OUTBOX_OFFSET 0x40000u
#define CLEAVE_INPUT_OFFSET 0x80000u

/* A part of the arena that the current message may open under `name`. Any offset; whole pages become visible. */
typedef struct cleave_grant {
  cleave_name name;
  uint64_t arena_offset;
  uint64_t bytes;
} cleave_grant;

/* Where tasks find their inputs under the nodes of this project: what lies in the partition from CLEAVE_TASK_INPUTS on,
 * arena objects from CLEAVE_TASK_OBJECTS on, each at its offset. So the root may write an image whose pointers are
 * addresses already (cleave_image), and many tasks use it where it lies. */
#define CLEAVE_TASK_INPUTS (UINT64_C(66) << 40)
#define CLEAVE_TASK_OBJECTS (UINT64_C(68) << 40)

/* Offsets are from the start of the partition and multiples of 64; both images lie in the input area. The names need
 * only differ from each other and from the grants' (equal content may have equal names). */
typedef struct cleave_message {
  uint64_t shared_offset; /* input 0 */
  uint64_t shared_bytes;
  uint64_t items_offset; /* input 1 */
  uint64_t items_bytes;
  cleave_name inputs[2];
  cleave_name output; /* what commit() will answer */
  uint32_t grant_count;
  uint32_t reserved;
} cleave_message;

typedef struct cleave_inbox {
  uint32_t submitted; /* futex: the worker sleeps here */
  uint32_t root_sleeps;
  uint8_t pad[56];
  cleave_message messages[CLEAVE_RING];
  uint8_t pad_to_grants[4096 - 64 - CLEAVE_RING * sizeof(cleave_message)];
  cleave_grant grants[CLEAVE_RING][CLEAVE_GRANTS_MAX];
} cleave_inbox;

typedef struct cleave_result {
  uint32_t outcome;        /* cleave_outcome; outputs only with CLEAVE_DONE */
  uint32_t externs_opened; /* arena objects that the task opened */
  uint64_t output_offset;  /* from the start of the partition; 4096-aligned */
  uint64_t output_bytes;
  uint64_t start_ns; /* CLOCK_MONOTONIC */
  uint64_t end_ns;
  uint64_t heap_bytes; /* granted to this task */
  uint64_t log_bytes;
  char log[CLEAVE_LOG_MAX];
} cleave_result;

typedef struct cleave_outbox {
  uint32_t completed; /* futex: the root sleeps here */
  uint32_t worker_sleeps;
  uint32_t is_ready; /* 1 once the worker is jailed */
  uint8_t pad[52];
  cleave_result results[CLEAVE_RING];
} cleave_outbox;

/* CONTROL ------------------------------------------------------------------------------------------------------- */

/* Serial: the root is started without CLEAVE_NODE. */
enum { CLEAVE_MODE_AUTO = 0, CLEAVE_MODE_ISOLATED = 1, CLEAVE_MODE_CHECK = 2, CLEAVE_MODE_WORKERS = 3 };

enum { CLEAVE_SLOT_FREE = 0, CLEAVE_SLOT_WANTED = 1, CLEAVE_SLOT_RUNNING = 2, CLEAVE_SLOT_DEAD = 3 };

typedef enum cleave_cause {
  CLEAVE_CAUSE_NONE = 0,
  CLEAVE_CAUSE_SIGNAL = 1, /* detail: the signal */
  CLEAVE_CAUSE_JAIL = 2,   /* a system call, or a mapping, that the jail forbids */
  CLEAVE_CAUSE_MEMORY = 3, /* bytes: what it asked for in all */
  CLEAVE_CAUSE_SETUP = 4,  /* the worker could not be started; detail: cleave_setup_step << 16 | errno */
  CLEAVE_CAUSE_PANIC = 5,  /* outcome CLEAVE_PANIC; failure.text is the log. Set by the root */
  CLEAVE_CAUSE_OUTPUT = 6, /* the root found the result malformed. Set by the root */
  CLEAVE_CAUSE_EXIT = 7    /* the process ended of itself; detail: its status */
} cleave_cause;

typedef struct cleave_slot {
  uint32_t state;
  uint32_t kind;
  uint32_t generation; /* +1 at each start */
  uint32_t cause;
  uint32_t detail;
  uint32_t reserved;
  uint64_t bytes;
  uint8_t pad[32];
} cleave_slot;

typedef struct cleave_failure {
  uint32_t is_set;
  uint32_t kind;
  uint32_t cause;
  uint32_t detail;
  uint64_t bytes;
  uint64_t text_bytes;
  char text[CLEAVE_LOG_MAX];
} cleave_failure;

/* Per kind. The node fills in `task`; the root counts when it consumes a result. */
typedef struct cleave_kind_control {
  cleave_name task; /* the task binary's own name: the first thing that an output's name is derived from */
  uint64_t count;
  uint64_t items;
  uint64_t busy_ns;
  uint64_t bytes_in;
  uint64_t bytes_out;
  uint64_t found; /* items that were not done, because the store has their results */
} cleave_kind_control;

/* Written by the root alone. Totals of bytes, tasks and items are sums over the kinds. */
typedef struct cleave_counters {
  uint64_t objects_published;   /* arena blocks that got a name */
  uint64_t objects_mapped;      /* sum of externs_opened */
  uint64_t inputs_copied_bytes; /* image bytes written into input areas */
  uint64_t done_in_place;       /* calls at a cut that were not sent */
  uint64_t redone;              /* answered CLEAVE_THROWN and done again */
  uint64_t abandoned;           /* tasks whose result nobody asked for */
  uint64_t checked;             /* mode check: calls and ranges whose outcomes were compared; */
  uint64_t unchecked;           /* those that could not be sent; */
  uint64_t findings;            /* and what was found, each kind of it once for each site */
  uint64_t helpers_ns;          /* processor time of the local workers other than the program's thread; */
  uint64_t program_parts_ns;    /* and what the program's thread spent on work that any of them could have done */
  uint64_t store_read;          /* the store's folder: records read, */
  uint64_t store_written;       /* written, */
  uint64_t store_written_bytes;
  uint64_t store_damaged;       /* found damaged and dropped, */
  uint64_t store_fetched;       /* and brought from other nodes */
  uint64_t loop;                /* the loop that the program is at, if it is known how often it runs: its number, which
                                   is not 0, << 32 | what is done of it in parts of CLEAVE_LOOP_WHOLE. 0: none */
} cleave_counters;

/* One thing that the checker found (docs/checking.md), as a person is to read it. Written by the root. */
typedef struct cleave_finding {
  uint64_t text_bytes;
  char text[CLEAVE_FINDING_TEXT_MAX];
} cleave_finding;

typedef struct cleave_trace_event {
  uint32_t kind;
  uint32_t slot; /* slot_count + n: local worker n */
  uint64_t start_ns;
  uint64_t end_ns;
  uint64_t items;
  uint64_t bytes_in;
  uint64_t bytes_out;
  uint64_t work;      /* what it is a part of: a number; 0: not told */
  uint64_t loop;      /* of a work: the staged loop whose batch it is, a number; 0: none */
  uint64_t wanted_ns; /* 0: a part, as it was done. Else the work itself, offered at start_ns and joined at end_ns by `slot`,
                         who from wanted_ns on did nothing but wait for it, and others' parts meanwhile */
  uint64_t built_ns;  /* of a work of a staged loop: since when the loop's control had computed its arguments */
  uint64_t bytes_shared; /* of a part's bytes_in: the same for all of its loop */
} cleave_trace_event;

/* Where results are kept (docs/store.md). The node fills it in; `problem` is the root's. */
enum { CLEAVE_STORE_NONE = 0, CLEAVE_STORE_MEMORY = 1, CLEAVE_STORE_FOLDER = 2 };

/* The last ones are why a run was not kept. */
enum {
  CLEAVE_WHOLE_OFF = 0,
  CLEAVE_WHOLE_WANTED,
  CLEAVE_WHOLE_FOUND,
  CLEAVE_WHOLE_KEPT,
  CLEAVE_WHOLE_DEPENDS,   /* on something that is not its input, as the compiler found */
  CLEAVE_WHOLE_WRITES,    /* it opened a file for writing */
  CLEAVE_WHOLE_NO_FILE,   /* it read what is no file: a pipe, a terminal, a device */
  CLEAVE_WHOLE_CHANGED,   /* a file that it read changed meanwhile */
  CLEAVE_WHOLE_OUTPUT,    /* it could not write its output, or asked where that lies in a file */
  CLEAVE_WHOLE_LARGE,     /* it printed more than is kept, or the folder is full */
  CLEAVE_WHOLE_NO_MEMORY  /* it went on after memory ran out */
};

typedef struct cleave_store {
  uint32_t kind;
  uint32_t problem;      /* errno: the folder cannot be used any more, and the run goes on without */
  uint64_t memory_bytes; /* of results that are kept in memory */
  uint64_t least_ns;     /* tasks that took less are not kept in the folder */
  char path[4096];       /* of the folder, absolute */
  uint64_t items_offset; /* cleave_named_item[items_capacity], in the order in which they were named. Written by the root */
  uint64_t items_capacity;
  uint64_t items_count;  /* those past the capacity are counted and not kept */
  /* What other nodes hold: uint64_t[known_capacity], a power of two; 0: the run knows no others. At (first word of the locator of
   * an item's name, 0 standing as 1) & (known_capacity - 1) or the next place that is free lies that word. Written by the
   * agent, who only adds. */
  uint64_t known_offset;
  uint64_t known_capacity;
  uint64_t known_count;
  uint32_t known_is_full; /* what is not in it may be there none the less */
  uint32_t whole; /* CLEAVE_WHOLE_..., of the run as a whole: the node says OFF or WANTED, and the root what came of it */
} cleave_store;

/* What an item's name came from, to say later why it is another one. */
enum { CLEAVE_ITEM_WORDS = 8 };
typedef struct cleave_named_item {
  cleave_name name;
  uint32_t kind;
  uint32_t is_found;
  uint64_t parameters[CLEAVE_ITEM_WORDS]; /* a word for each, the last one for all that are left; equal for equal content */
} cleave_named_item;

typedef struct cleave_control {
  uint32_t magic;
  uint32_t version;
  uint32_t mode;
  uint32_t worker_count;
  uint32_t slot_count;
  uint32_t kind_count;
  uint64_t control_bytes; /* of the whole memfd */
  uint64_t exchange_bytes;
  uint64_t arena_bytes;
  uint64_t partition_bytes;
  uint64_t input_offset;
  uint64_t input_bytes;
  uint64_t output_offset;
  uint64_t output_bytes; /* of one ring entry */
  uint64_t kinds_offset; /* cleave_kind_control[kind_count] */
  uint64_t slots_offset; /* cleave_slot[slot_count] */
  uint64_t trace_offset; /* cleave_trace_event[trace_capacity] */
  uint64_t trace_capacity; /* 0: no trace is wanted */
  uint64_t start_ns;       /* CLOCK_MONOTONIC, when the run began */
  uint64_t inputs_address; /* CLEAVE_TASK_INPUTS and CLEAVE_TASK_OBJECTS; 0: inputs may lie anywhere, so pointers in */
  uint64_t objects_address; /* images are the tasks' to settle */
  uint8_t run_id[16];      /* random: names of what exists only in this run */
  uint8_t tenant_key[32];  /* keys the hash that derives names */
  uint8_t pad_to_bell[64];
  uint32_t bell; /* futex: bumped by the node */
  uint32_t root_attached; /* 1 once the root's runtime has mapped all */
  uint64_t trace_count; /* events so far; those past the capacity are counted and not kept */
  cleave_counters counters;
  cleave_failure failure;
  uint32_t local_workers;   /* threads of the program that do parts of its work, its own among them; 0: none yet */
  uint8_t local_running[CLEAVE_SLOTS_MAX + 2]; /* each written by its worker: 1 from a part on until it is idle */
  uint64_t findings_offset; /* cleave_finding[CLEAVE_FINDINGS_MAX]; 0: the mode is not check */
  cleave_store store;
} cleave_control;

static inline cleave_kind_control *cleave_control_kind(cleave_control *control, uint32_t kind) {
  return (cleave_kind_control *)((char *)control + control->kinds_offset) + kind;
}
static inline cleave_slot *cleave_control_slot(cleave_control *control, uint32_t slot) {
  return (cleave_slot *)((char *)control + control->slots_offset) + slot;
}
static inline cleave_trace_event *cleave_control_trace(cleave_control *control, uint64_t index) {
  return (cleave_trace_event *)((char *)control + control->trace_offset) + index;
}
static inline cleave_named_item *cleave_control_item(cleave_control *control, uint64_t index) {
  return (cleave_named_item *)((char *)control + control->store.items_offset) + index;
}
static inline uint64_t *cleave_control_known(cleave_control *control) {
  return (uint64_t *)((char *)control + control->store.known_offset);
}
static inline cleave_finding *cleave_control_finding(cleave_control *control, uint64_t index) {
  return (cleave_finding *)((char *)control + control->findings_offset) + index;
}

#ifdef __cplusplus
}
static_assert(sizeof(cleave_inbox) <= CLEAVE_OUTBOX_OFFSET && sizeof(cleave_slot) == 64);
static_assert(CLEAVE_OUTBOX_OFFSET + sizeof(cleave_outbox) <= CLEAVE_INPUT_OFFSET);
#endif
#endif
