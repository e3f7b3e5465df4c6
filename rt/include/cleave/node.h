/* node.h - the node interface: all that a task binary ever sees of the outside world.
 *
 * ERRORS FIRST. Every call that can fail returns a cleave_status; nothing is thrown and errno is not used.
 *   CLEAVE_OK          done
 *   CLEAVE_E_ABSENT    no such object, or one that this task was not given (the two are not told apart)
 *   CLEAVE_E_MEMORY    the task's quota cannot grant the bytes
 *   CLEAVE_E_INVALID   an argument is senseless (null, misaligned, a buffer that is not the caller's)
 *   CLEAVE_E_REFUSED   this node, or this kind of task, does not do that (execute in a leaf task)
 *   CLEAVE_E_VERSION   interface versions differ
 * A call that fails has changed nothing. `finish` never returns. A task that makes a call with a pointer into
 * memory it does not own may be killed instead of told.
 *
 * HOW A TASK STARTS. A task binary is a static ELF. The node maps its segments at their linked addresses, sets up
 * the thread pointer over a copy of PT_TLS, gives it a stack and calls the ELF entry point as
 *     void _start(const struct cleave_start *start)
 * once for each task. .data and .bss are pristine at each start. The binary contains no system-call instruction:
 * the table in `start` is its only way out, so that the same bytes run on every kind of node.
 *
 * The calls are those of Schwarzkopf & Hand 2012, section 4. The header is self-contained C11/C++20, freestanding.
 */
#ifndef CLEAVE_NODE_H
#define CLEAVE_NODE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CLEAVE_NODE_VERSION 1u

typedef enum cleave_status {
  CLEAVE_OK = 0,
  CLEAVE_E_ABSENT = 1,
  CLEAVE_E_MEMORY = 2,
  CLEAVE_E_INVALID = 3,
  CLEAVE_E_REFUSED = 4,
  CLEAVE_E_VERSION = 5
} cleave_status;

/* How a task ended, as `finish` reports it. */
typedef enum cleave_outcome {
  CLEAVE_DONE = 0,   /* outputs are committed */
  CLEAVE_THROWN = 1, /* the work threw: the spawner does it again in place, in program order */
  CLEAVE_PANIC = 2   /* an invariant of the task runtime broke; `log` said which */
} cleave_outcome;

/* A name: 128 bits, RFC 9562 version 8, in network byte order (docs/node-interface.md). */
typedef struct cleave_name {
  uint8_t bytes[16];
} cleave_name;

/* Memory that the node granted to the task, writable until committed. */
typedef struct cleave_buffer {
  void *address;
  uint64_t size_bytes;
} cleave_buffer;

/* An open object. */
typedef struct cleave_view {
  const void *address;
  uint64_t size_bytes;
} cleave_view;

enum { CLEAVE_BUFFER_HEAP = 0, CLEAVE_BUFFER_OUTPUT = 1 };                       /* request: flags */
enum { CLEAVE_OPEN_RELAXED = 0, CLEAVE_OPEN_STRONG = 1, CLEAVE_OPEN_PRIVATE = 2 }; /* open: or-ed */
enum { CLEAVE_WAIT_ALL = 0, CLEAVE_WAIT_ANY = 1 };

typedef struct cleave_node {
  uint32_t version;     /* CLEAVE_NODE_VERSION */
  uint32_t size_bytes;  /* of this table */
  /* Grants at least `bytes` (page-rounded), zeroed, 4096-aligned. May make the task wait (throttling).
   * E_MEMORY: the quota is spent. */
  cleave_status (*request)(uint64_t bytes, uint32_t flags, cleave_buffer *granted);
  /* Freezes the first `used_bytes` of a CLEAVE_BUFFER_OUTPUT buffer into an object and names it. */
  cleave_status (*commit)(const cleave_buffer *buffer, uint64_t used_bytes, cleave_name *name);
  /* Maps an object. Read-only, or copy-on-write with CLEAVE_OPEN_PRIVATE. Valid until the task ends. */
  cleave_status (*open)(const cleave_name *name, uint32_t how, cleave_view *view);
  /* Runs a task binary, here or elsewhere. E_REFUSED where the node has leaf tasks only. */
  cleave_status (*execute)(const cleave_name *task, const cleave_name *inputs, uint32_t input_count,
                           cleave_name *outputs, uint32_t output_count);
  /* Gives up the core until all or any of the names are there. */
  cleave_status (*wait)(const cleave_name *names, uint32_t name_count, uint32_t mode);
  /* Ends the task. Does not return. */
  void (*finish)(cleave_outcome outcome, const cleave_name *outputs, uint32_t output_count);
  /* Text for a person, at most 4096 bytes a call, not terminated. */
  void (*log)(const char *text, uint64_t size_bytes);
} cleave_node;

typedef struct cleave_start {
  const cleave_node *node;
  const cleave_name *inputs; /* input_count names */
  uint32_t input_count;
  uint32_t reserved;
} cleave_start;

#ifdef __cplusplus
}
#endif
#endif
