/* image.h - type descriptors and the image: how a C++ value travels between address spaces.
 *
 * The compiler writes one descriptor for each portable type (from the AST: layouts are facts, not guesses). The
 * run time walks a live value with its descriptor and lays it out flat: an IMAGE, a position-independent clone of
 * the value and of all that it owns, in libstdc++'s own layout. Loading an image is a copy and a few additions: no
 * constructor runs, no element is visited.
 *
 *   header | body | externs[] | relocs[]
 *
 * body: first `count` tuples at a stride of `tuple_bytes`, then the heap blocks that they own, each aligned to 16,
 * in the order in which the walk meets them; a container's nodes are one array, in its order of iteration (a tree's in
 * pre-order). A tuple is a sequence of parameters (see below) or one result. Bytes between fields (padding) are zero,
 * so equal values have equal images and equal names.
 * externs and relocs follow the body, aligned to 16: they are not counted before the walk ends, and who writes an image
 * straight into another's memory cannot move the body afterwards.
 * relocs: body offsets of pointer slots, in the order of the walk. A slot holds (extern_index + 1) << 48 | offset,
 * where index 0 in the high bits means the body itself. Loading adds the address of the body (or of that extern) to the
 * offset.
 * A null pointer is stored as 0 and has no relocation.
 * An image never holds the address of code or of a virtual table: those lie elsewhere in each binary. Such a slot holds
 * CLEAVE_SLOT_SYMBOL in the high bits and, below, an index into the kind's symbols[], which program and task have in the
 * same order. Loading adds nothing: it stores the symbol.
 * externs: blocks of CLEAVE_EXTERN_MIN bytes or more whose elements are trivial (no pointers) are not copied into
 * the body; they are objects of their own, opened by name. They are what makes large inputs free to pass.
 *
 * Alternatives rejected: template codecs (cannot reach private members, bloat each task by kilobytes, copy each
 * element); mapping the program's heap at its own address (a task would see what it was not given, and names
 * could not come from content).
 */
#ifndef CLEAVE_IMAGE_H
#define CLEAVE_IMAGE_H

#include "cleave/node.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CLEAVE_IMAGE_MAGIC 0x31474d49u /* "IMG1" */
#define CLEAVE_EXTERN_MIN 65536u
#define CLEAVE_SLOT_SYMBOL 0xffffu

typedef enum cleave_type_kind {
  CLEAVE_T_POD = 0,         /* size_bytes, no padding, no pointers */
  CLEAVE_T_RECORD = 1,      /* fields[]: bases and members at their offsets; bytes outside them are padding */
  CLEAVE_T_ARRAY = 2,       /* count elements of elem, contiguous */
  CLEAVE_T_VECTOR = 3,      /* libstdc++ vector<elem>: begin, end, end of storage */
  CLEAVE_T_STRING = 4,      /* basic_string of elem (a POD of 1, 2 or 4 bytes): pointer, length, union of 16 */
  CLEAVE_T_OPTIONAL = 5,    /* elem at 0, engaged flag (bool) at offset `count` */
  CLEAVE_T_SPAN = 6,        /* borrowed: pointer at 0, element count at 8 */
  CLEAVE_T_STRING_VIEW = 7, /* borrowed: length at 0, pointer at 8 */
  CLEAVE_T_RBTREE = 8,      /* map, set, multi-: elem is the node's value type; value at 32 in a node */
  CLEAVE_T_HASHTABLE = 9,   /* unordered_*: elem is the value; count bit 0: the node caches its hash code */
  CLEAVE_T_DEQUE = 10,
  CLEAVE_T_LIST = 11,
  CLEAVE_T_FORWARD_LIST = 12,
  CLEAVE_T_BIT_VECTOR = 13, /* vector<bool> */
  CLEAVE_T_UNIQUE = 14,     /* unique_ptr<elem, default_delete>: one pointer */
  CLEAVE_T_POD_PARTIAL = 15, /* like POD for copying (trivial), but fields[] says which bytes are not padding */
  CLEAVE_T_VARIANT = 16,     /* alternatives fields[], all at 0; index (an unsigned of elem's size) at offset `count`;
                                an index of all ones: valueless */
  CLEAVE_T_REFERENCE = 17,   /* borrowed: a pointer to one elem, never null */
  CLEAVE_T_SYMBOL = 18,      /* 8 bytes whose value is symbols[0]: an object's pointer to its virtual table */
  CLEAVE_T_POLYMORPHIC = 19, /* an object of one of several classes, behind a UNIQUE or as a borrowed parameter. fields[]:
                                the classes' records, each with the offset of the base that the program points to in it;
                                symbols[]: the virtual table's address that is then found there */
  CLEAVE_T_FUNCTION = 20,    /* std::function: functor of 16 bytes, manager, invoker. fields[]: the types that it may hold,
                                offset 1: in place, 0: behind a pointer; symbols[]: manager, invoker of each */
  CLEAVE_T_SLICE = 32       /* results only: laid out like SPAN; read into the memory that the receiver's slice already
                             * shows: as many values, whose vectors and strings are as long */
} cleave_type_kind;

struct cleave_type;

typedef struct cleave_field {
  uint64_t offset;
  const struct cleave_type *type;
} cleave_field;

typedef struct cleave_type {
  uint32_t kind;        /* cleave_type_kind */
  uint32_t field_count;
  uint64_t size_bytes;
  uint64_t align_bytes;
  uint64_t count;       /* ARRAY: elements; OPTIONAL: offset of the flag; HASHTABLE: bit 0 */
  const struct cleave_type *elem;
  const cleave_field *fields;
  const void *const *symbols;
} cleave_type;

/* One parameter of a task kind, in the order of the source; the IR may pass it in several registers, here it is
 * one object in memory. */
enum {
  CLEAVE_PARAM_VALUE = 0,    /* the callee owns it and may change it (by-value, rvalue reference) */
  CLEAVE_PARAM_BORROWED = 1  /* const reference: never written */
};
typedef struct cleave_param {
  const cleave_type *type;
  uint32_t passing;
  uint32_t reserved;
} cleave_param;

/* A task kind: what is the same in the program and in the task binary. At most 32 parameters. */
typedef struct cleave_kind {
  const char *name;            /* as in the source: "count(const Block &)" */
  const char *file;            /* source position of the definition */
  uint32_t line;
  uint32_t id;                 /* index in the bundle's manifest */
  uint32_t param_count;
  uint32_t symbol_count;
  const cleave_param *params;
  const cleave_type *result;   /* null: void */
  const void *const *symbols;  /* all that the types above refer to, each once */
  uint64_t flags;              /* CLEAVE_KIND_... */
} cleave_kind;

/* The first three make work another one each time that it is done: it is of the reserved version, and is not remembered. */
enum {
  CLEAVE_KIND_DRAWS = 1, /* the work asks for random numbers, which come from a seed that is made for each message */
  CLEAVE_KIND_READS_ENVIRONMENT = 2, /* the variables are in each message */
  CLEAVE_KIND_READS_CLOCK = 4, /* a task has no clock, and gives up when it asks for one: the work is local, too */
  CLEAVE_KIND_LOCAL = 8 /* the work is done in the program's process, and nowhere else */
};

/* A tuple holds the parameters whose bit is set in a mask, in order, each at the next multiple of its alignment;
 * the stride is rounded up to 16 (or the largest alignment, at most 64). A task gets up to two images: input 0 is SHARED (count 1: parameters that are
 * the same for all items), input 1 is ITEMS (count n). Either mask may be 0, and then that tuple has no bytes;
 * the image is still there, with its count.
 *
 * An image without relocations is used where it lies: it holds no pointers, or its writer knew where it would lie and its
 * pointers are addresses already. Its externs are opened all the same. */
typedef struct cleave_image {
  uint32_t magic;
  uint32_t param_mask;   /* inputs: which parameters the tuples hold; outputs: 0 */
  uint32_t extern_count;
  uint32_t reloc_count;
  uint64_t count;        /* tuples */
  uint64_t tuple_bytes;  /* stride */
  uint64_t body_offset;  /* from the header; 64, so that a body is aligned wherever an image is */
  uint64_t body_bytes;
  uint32_t check;        /* items, in mode check: the byte that fills what was not declared | CLEAVE_CHECK_REVERSED; else 0 */
  uint32_t seed;         /* inputs of a kind that draws: where a seed lies, in words of 8 bytes from the header; else 0 */
  uint32_t environment;  /* inputs of a kind that reads it: where it lies, likewise: texts that end with a zero, then an empty one */
  uint32_t reserved;
} cleave_image;

#define CLEAVE_SEED_BYTES 32u

enum {
  CLEAVE_CHECK_FILL = 0xff,     /* mask of the byte */
  CLEAVE_CHECK_REVERSED = 0x100 /* the last item first */
};

typedef struct cleave_extern {
  cleave_name name;
  uint64_t bytes;
  uint32_t how; /* to open it: CLEAVE_OPEN_PRIVATE where a by-value parameter owns it */
  uint32_t reserved;
} cleave_extern;

typedef uint64_t cleave_reloc;

#ifdef __cplusplus
}
#endif
#endif
