/* Memo.h - work that was done is not done again: results by name, in memory and in a store's folder (docs/store.md).
 *
 *     item's name = BLAKE2b( tenant's key; task, output 0, version 0, digests of its parameters )
 *
 * The digests are those of Content.h, so nothing of the run enters: no address, no batch, no order. A task does many items
 * in one message, how many depends on the clock; so items have names, not messages, and a record (rt/store/Record.h) holds
 * the results of the items that were done together.
 *
 * A record is PENDING from the moment at which its first item is put into a message until the message comes back: an equal
 * item waits for it instead of being sent. It becomes READY with the output, or FAILED: it threw, died, or was never begun;
 * whoever waited does the item in place, as for any other task that comes back without a result.
 *
 * WHAT IS NEVER REMEMBERED. Work that threw, panicked or died. Work in another rounding mode than the one that processes
 * begin with (mayIsolate() is asked for each item). Values that cannot be laid out.
 *
 * Who writes the folder is this program itself, the user's own. A worker never sees a name's key, an item's name or the
 * folder; what it can do is to give a wrong result for what it was given, and that is all that is kept of it.
 */
#ifndef CLEAVE_ROOT_MEMO_H
#define CLEAVE_ROOT_MEMO_H

#include "Batch.h"
#include "Content.h"
#include "Session.h"

#include "../store/Record.h"

namespace cleave::memo {

enum class State : uint8_t { Pending, Ready, Failed };

struct Record {
  State state;
  bool isListed; /* among those that are kept as long as there is room */
  uint32_t users;
  uint32_t count, capacity;
  cleave_name *names;
  uint8_t *file;       /* owns what `body` is in */
  const uint8_t *body; /* Ready */
  uint64_t bodyBytes, ns, inputBytes;
  Record *older, *newer;
};

extern bool isEnabled; /* this run has a store */
inline bool isOn() { return isEnabled && session.isAttached; }
/* Not what is another work each time: that has no name, and is done anew whenever it is asked for. */
inline bool remembers(const cleave_site &site) { return isOn() && !site.kind->flags; }

/* The keys of the store's names and records, while isOn(). */
const StoreKeys &storeKeys();

/* The record with this item, checked, and the item's place in it; to be freed. Null: there is none, or it was damaged and is none now. */
uint8_t *load(const cleave_name &name, const cleave_name &task, RecordView &view, uint32_t &place);

/* Writes a record, its header complete but for what all have in common. False: it is not written, and the folder is not used
 * any more. */
bool keep(RecordHeader &header, const cleave_name *names, const char *provenance, const uint8_t *body);

/* Has another node the record that is named so? Then it is in the folder now. */
bool bring(const cleave_name &name);

/* Mode auto: local workers could do it, but it may be worth remembering. */
bool wantsNamed(cleave_site &site);

/* When the session begins; off if there is no memory for it. */
void attach();

/* Of a site that remembers(): the digests of what a loop's items share, for naming them. False: they cannot be named. */
bool nameShared(const cleave_site &site, const void *const *args, SharedImage &shared);
/* `shared`: null for a call on its own. */
struct ItemName {
  cleave_name name;
  uint64_t words[CLEAVE_ITEM_WORDS]; /* what it came from (exchange.h), in runs that keep account of that */
};
bool nameItem(const cleave_site &site, const SharedImage *shared, uint32_t mask, const void *const *args, ItemName &name);

/* The record that has the item, and the item's place in it; null: it must be done. The caller holds the record. */
Record *find(const cleave_kind &kind, const ItemName &name, uint32_t &index);

/* A new record, pending and held; and one more item in it. Only while it is pending. */
Record *begin();
void add(Record *record, const cleave_name &name);
/* The batch is done: its output is copied and kept. */
void fill(Record *record, const Batch &batch, uint64_t ns);
void fail(Record *record);
/* No longer held by the caller. */
void drop(Record *record);
/* Its results cannot be read: it is as if it had never been. */
void forget(Record *record);

/* Counts an item that was found, and lets the site's history know what it took. */
void countFound(const Batch &batch);

} // namespace cleave::memo
#endif
