/* Record.h - an object of the store: the results of one task, and what they are the results of.
 *
 * WHAT A RECORD HOLDS. A task does several items in one message, as many as make about a millisecond. Each item has a name
 * (rt/root/Memo.h), its result is one tuple of the output image's body. So a record is
 *
 *     header | names of the items, 16 bytes each | provenance, JSON | padding to 64 | body of the output image
 *
 * in one file that is named by the first item. Whoever looks for that name gets them all, and most programs ask for them
 * in the order in which they were made. Items that took long beside what a link costs have one each to the same file. Of
 * smaller ones, if the first changes, the others of its record are not found: a millisecond's work. What this saves is an
 * index that several runs would have to keep up together, and for small items a file each.
 *
 * All integers are little-endian. The digest is keyed and covers everything else, header included: a record is whole and
 * what it was, or it is none. `key_id` says whose key that was.
 */
#ifndef CLEAVE_STORE_RECORD_H
#define CLEAVE_STORE_RECORD_H

#include "Hash.h"
#include "cleave/node.h"

namespace cleave {

inline constexpr uint64_t kRecordMagic = 0x314a424f56454c43; /* "CLEVOBJ1" */

struct RecordHeader {
  uint64_t magic;
  uint32_t item_count;
  uint32_t provenance_bytes;
  cleave_name task; /* whose results these are */
  uint64_t body_bytes;
  uint64_t busy_ns; /* what the task took */
  uint64_t input_bytes;
  uint64_t made_s; /* seconds since 1970 */
  uint64_t key_id;
  uint64_t reserved;
  Hash128 digest;
};
static_assert(sizeof(RecordHeader) == 96);

/* A record in memory, as it is in the file. */
struct RecordView {
  const RecordHeader *header;
  const cleave_name *names;
  const char *provenance;
  const uint8_t *body;
};

/* What a tenant's key is used for; each use has a key of its own. */
struct StoreKeys {
  HashKey content; /* of what tasks are given */
  HashKey records;
  uint64_t id;
};
StoreKeys deriveStoreKeys(const uint8_t tenantKey[32]);

inline constexpr uint64_t kMaxRecordItems = 65536;

uint64_t recordBodyOffset(uint32_t itemCount, uint32_t provenanceBytes);
/* The digest of a record whose header is complete but for it. */
Hash128 recordDigest(const StoreKeys &keys, const RecordHeader &header, const cleave_name *names, const char *provenance,
                    const uint8_t *body);

enum class RecordFault : uint8_t { None, Malformed, ForeignKey, Damaged };
inline bool isSameName(const cleave_name &a, const cleave_name &b) { return !__builtin_memcmp(&a, &b, sizeof a); }
/* The place of an item in a record; item_count: it is not in there. */
uint32_t placeOf(const RecordView &record, const cleave_name &name);

/* Checks all of `bytes`, which are 8-aligned. */
RecordFault readRecord(const StoreKeys &keys, const uint8_t *bytes, uint64_t size, RecordView &view);

} // namespace cleave
#endif
