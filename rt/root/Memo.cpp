#include "Memo.h"

#include "../store/Folder.h"
#include "../store/Locator.h"
#include "../task/Memory.h"
#include "Agent.h"
#include "History.h"
#include "Names.h"
#include "Session.h"

#include <errno.h>
#include <new>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

namespace cleave::memo {

bool isEnabled;

namespace {

/* Open addressing, linear probing; a name is random bits already. */
struct Entry {
  cleave_name name;
  Record *record; /* null: free */
  uint32_t index;
};
Entry *table;
uint64_t tableSize, tableUsed; /* size: a power of two */

/* Making a link takes some 20 us. */
constexpr uint64_t kLeastLinkedNs = 100000;

Record *oldest, *newest;
uint64_t keptBytes, serial;
StoreKeys keys;
content::Met met;

uint64_t hashOf(const cleave_name &name) { return loadWord(name.bytes) ^ loadWord(name.bytes + 8); }

/* The name's entry, or the free one where it would be. */
Entry *lookUp(const cleave_name &name) {
  uint64_t at = hashOf(name) & (tableSize - 1);
  while (table[at].record && !isSameName(table[at].name, name))
    at = (at + 1) & (tableSize - 1);
  return &table[at];
}

bool grow() {
  uint64_t size = tableSize ? tableSize * 2 : 4096;
  auto *larger = static_cast<Entry *>(calloc(size, sizeof(Entry)));
  if (!larger)
    return false;
  Entry *before = table;
  uint64_t sizeBefore = tableSize;
  table = larger;
  tableSize = size;
  for (uint64_t i = 0; i != sizeBefore; ++i)
    if (before[i].record)
      *lookUp(before[i].name) = before[i];
  free(before);
  return true;
}

/* A name that is there already stays with the record that it has. */
void enter(Record *record, uint32_t index) {
  if (tableUsed * 2 >= tableSize && !grow())
    return;
  Entry *entry = lookUp(record->names[index]);
  if (entry->record)
    return;
  *entry = {record->names[index], record, index};
  ++tableUsed;
}

/* Entries behind the one that goes move up, so that no search ends early. */
void erase(Entry *entry) {
  auto gap = static_cast<uint64_t>(entry - table);
  for (uint64_t at = (gap + 1) & (tableSize - 1); table[at].record; at = (at + 1) & (tableSize - 1)) {
    uint64_t wanted = hashOf(table[at].name) & (tableSize - 1);
    if (((at - wanted) & (tableSize - 1)) >= ((at - gap) & (tableSize - 1))) {
      table[gap] = table[at];
      gap = at;
    }
  }
  table[gap] = {};
  --tableUsed;
}

void leave(Record *record) {
  for (uint32_t i = 0; i != record->count; ++i)
    if (Entry *entry = lookUp(record->names[i]); entry->record == record)
      erase(entry);
}

uint64_t sizeOf(const Record &record) {
  return sizeof record + record.count * (sizeof(cleave_name) + sizeof(Entry)) + record.bodyBytes;
}

void unlist(Record *record) {
  if (!record->isListed)
    return;
  record->isListed = false;
  (record->older ? record->older->newer : oldest) = record->newer;
  (record->newer ? record->newer->older : newest) = record->older;
  keptBytes -= sizeOf(*record);
}

void list(Record *record) {
  record->isListed = true;
  record->newer = nullptr;
  record->older = newest;
  (newest ? newest->newer : oldest) = record;
  newest = record;
  keptBytes += sizeOf(*record);
}

void destroy(Record *record) {
  free(record->names);
  free(record->file);
  free(record);
}

void remove(Record *record) {
  leave(record);
  unlist(record);
  if (!record->users)
    destroy(record);
}

/* Whoever holds a record keeps it, so the bound may be passed by what is in use. */
void makeRoom() {
  for (Record *record = oldest; record && keptBytes > session.control->store.memory_bytes;) {
    Record *next = record->newer;
    if (!record->users)
      remove(record);
    record = next;
  }
}

const char *folder() {
  const cleave_store &store = session.control->store;
  return store.kind == CLEAVE_STORE_FOLDER && !store.problem ? store.path : nullptr;
}

/* The run goes on without the folder; the node says so. */
void giveUpFolder(int error) {
  session.control->store.problem = static_cast<uint32_t>(error);
  ringNode();
}

void takeIn(Record *record, uint8_t *file, const RecordView &view) {
  record->state = State::Ready;
  record->file = file;
  record->body = view.body;
  record->bodyBytes = view.header->body_bytes;
  record->ns = view.header->busy_ns;
  record->inputBytes = view.header->input_bytes;
}

void dropDamaged(const cleave_name &name, uint8_t *file) {
  ++counters().store_damaged;
  removeObject(session.control->store.path, name);
  free(file);
}

Record *readFrom(const cleave_kind &kind, const cleave_name &name, uint32_t &place) {
  RecordView view;
  uint8_t *file = load(name, cleave_control_kind(session.control, kind.id)->task, view, place);
  if (!file)
    return nullptr;
  if (view.header->body_bytes / larger(resultStride(kind), 1) < (kind.result ? view.header->item_count : 0)) {
    dropDamaged(name, file);
    return nullptr;
  }
  Record *record = begin();
  record->count = record->capacity = view.header->item_count;
  record->names = static_cast<cleave_name *>(growBlock(nullptr, record->count * sizeof(cleave_name)));
  memcpy(record->names, view.names, record->count * sizeof(cleave_name));
  takeIn(record, file, view);
  for (uint32_t i = 0; i != record->count; ++i)
    enter(record, i);
  list(record);
  makeRoom();
  ++counters().store_read;
  return record;
}

uint32_t writeProvenance(char *text, uint32_t room, const Batch &batch) {
  const cleave_kind &kind = *batch.site->kind;
  auto quoted = [](char *to, unsigned size, const char *from) {
    unsigned used = 0;
    for (; *from && used + 7 < size; ++from)
      if (auto c = static_cast<unsigned char>(*from); c < 32 || c == '"' || c == '\\')
        used += static_cast<unsigned>(snprintf(to + used, size - used, "\\u%04x", c));
      else
        to[used++] = *from;
    to[used] = 0;
  };
  char name[1024], file[1024];
  quoted(name, sizeof name, kind.name);
  quoted(file, sizeof file, kind.file);
  cleave_name run;
  memcpy(&run, session.control->run_id, sizeof run);
  int length = snprintf(text, room, "{\"task\":\"%s\",\"file\":\"%s\",\"line\":%u,\"at\":%u,\"run\":\"%s\"}", name, file, kind.line,
                        batch.site->line, textOf(run).digits);
  return length < 0 || static_cast<uint32_t>(length) >= room ? 0 : static_cast<uint32_t>(length);
}

void write(const Record &record, const Batch &batch) {
  const char *path = folder();
  if (!path || record.ns < session.control->store.least_ns)
    return;
  char provenance[4096];
  RecordHeader header = {};
  header.item_count = record.count;
  header.provenance_bytes = writeProvenance(provenance, sizeof provenance, batch);
  header.task = cleave_control_kind(session.control, batch.site->kind->id)->task;
  header.body_bytes = record.bodyBytes;
  header.busy_ns = record.ns;
  header.input_bytes = record.inputBytes;
  if (!keep(header, record.names, provenance, record.body))
    return;
  for (uint32_t i = 1; i < record.count && record.ns / record.count >= kLeastLinkedNs; ++i)
    linkObject(path, record.names[0], record.names[i]);
}

/* The digests themselves stay in here. */
void describe(const Hash128 *digests, uint32_t count, uint64_t *words) {
  memset(words, 0, CLEAVE_ITEM_WORDS * sizeof *words);
  for (uint32_t i = 0; i != count; ++i)
    words[i < CLEAVE_ITEM_WORDS ? i : CLEAVE_ITEM_WORDS - 1] ^= keyedHash(keys.records, &digests[i], sizeof *digests).words[0];
}

} // namespace

const StoreKeys &storeKeys() { return keys; }

uint8_t *load(const cleave_name &name, const cleave_name &task, RecordView &view, uint32_t &place) {
  uint64_t bytes;
  uint8_t *file = readObject(session.control->store.path, name, &bytes);
  bool isSound = file && readRecord(keys, file, bytes, view) == RecordFault::None &&
                 (place = placeOf(view, name)) != view.header->item_count && isSameName(view.header->task, task);
  if (isSound || !file)
    return file;
  dropDamaged(name, file);
  return nullptr;
}

bool keep(RecordHeader &header, const cleave_name *names, const char *provenance, const uint8_t *body) {
  header.magic = kRecordMagic;
  header.made_s = static_cast<uint64_t>(time(nullptr));
  header.key_id = keys.id;
  header.digest = recordDigest(keys, header, names, provenance, body);
  static const char zeros[64] = {};
  uint64_t bodyOffset = recordBodyOffset(header.item_count, header.provenance_bytes);
  uint64_t namesBytes = header.item_count * sizeof(cleave_name);
  const FilePart parts[] = {{&header, sizeof header},
                            {names, namesBytes},
                            {provenance, header.provenance_bytes},
                            {zeros, bodyOffset - sizeof header - namesBytes - header.provenance_bytes},
                            {body, header.body_bytes}};
  if (int error = writeObject(session.control->store.path, names[0], parts, sizeof parts / sizeof *parts, ++serial)) {
    giveUpFolder(error);
    return false;
  }
  ++counters().store_written;
  counters().store_written_bytes += bodyOffset + header.body_bytes;
  return true;
}

void attach() {
  isEnabled = false;
  const cleave_store &store = session.control->store;
  if (store.kind == CLEAVE_STORE_NONE)
    return;
  keys = deriveStoreKeys(session.control->tenant_key);
  isEnabled = content::attach(keys.content) && (table || grow());
}

bool wantsNamed(cleave_site &site) {
  return remembers(site) && isSplitting() && mayIsolate() && !(loopHistory(site).batches && isLoopTooFine(site));
}

bool nameShared(const cleave_site &site, const void *const *args, SharedImage &shared) {
  met.count = 0;
  shared.isNamed = content::digestTuple(*site.kind, site.shared_mask, args, met, shared.digests);
  return shared.isNamed;
}

bool nameItem(const cleave_site &site, const SharedImage *shared, uint32_t mask, const void *const *args, ItemName &item) {
  const cleave_kind &kind = *site.kind;
  Hash128 digests[32];
  if (shared && !shared->isNamed)
    return false;
  met.count = 0;
  for (uint32_t i = 0; shared && i != shared->image.shownCount(); ++i)
    content::meet(met, shared->image.shown()[i]);
  uint32_t sharedMask = allParameters(kind) & ~mask;
  for (uint32_t rest = sharedMask; rest; rest &= rest - 1)
    digests[__builtin_ctz(rest)] = shared->digests[__builtin_ctz(rest)];
  if (!content::digestTuple(kind, mask, args, met, digests))
    return false;
  item.name = itemName(cleave_control_kind(session.control, kind.id)->task, sharedMask, digests, kind.param_count);
  if (session.control->store.items_capacity)
    describe(digests, kind.param_count, item.words);
  return true;
}

/* What the agent knows of is in the table; nobody is asked about anything else. */
static bool isElsewhere(const cleave_name &name) {
  const cleave_store &store = session.control->store;
  if (!store.known_capacity || !agent::isThere())
    return false;
  cleave_name locator = locatorOf(name);
  uint64_t key = loadWord(locator.bytes), mask = store.known_capacity - 1;
  key = key ? key : 1;
  const uint64_t *table = cleave_control_known(session.control);
  for (uint64_t at = key & mask, word; (word = __atomic_load_n(&table[at], __ATOMIC_ACQUIRE)); at = (at + 1) & mask)
    if (word == key)
      return true;
  return __atomic_load_n(&store.known_is_full, __ATOMIC_ACQUIRE);
}

bool bring(const cleave_name &name) {
  if (!isElsewhere(name) || !agent::fetch(name))
    return false;
  ++counters().store_fetched;
  return true;
}

static Record *search(const cleave_kind &kind, const cleave_name &name, uint32_t &index) {
  if (Entry *entry = lookUp(name); entry->record) {
    Record *record = entry->record;
    index = entry->index;
    ++record->users;
    if (record->isListed) { /* the newest again */
      unlist(record);
      list(record);
    }
    return record;
  }
  if (!folder())
    return nullptr;
  Record *record = readFrom(kind, name, index);
  return !record && bring(name) ? readFrom(kind, name, index) : record;
}

Record *find(const cleave_kind &kind, const ItemName &item, uint32_t &index) {
  Record *record = search(kind, item.name, index);
  cleave_store &store = session.control->store;
  if (store.items_count < store.items_capacity) {
    cleave_named_item &note = *cleave_control_item(session.control, store.items_count);
    note = {item.name, kind.id, record != nullptr, {}};
    memcpy(note.parameters, item.words, sizeof note.parameters);
  }
  store.items_count += store.items_capacity != 0;
  return record;
}

Record *begin() {
  auto *record = new (growBlock(nullptr, sizeof(Record))) Record{};
  record->users = 1;
  return record;
}

void add(Record *record, const cleave_name &name) {
  if (record->count == record->capacity) {
    record->capacity = record->capacity ? 2 * record->capacity : 4;
    record->names = static_cast<cleave_name *>(growBlock(record->names, record->capacity * sizeof(cleave_name)));
  }
  record->names[record->count] = name;
  enter(record, record->count++);
}

void fill(Record *record, const Batch &batch, uint64_t ns) {
  if (record->count != batch.count) /* one of its items could not be named */
    return fail(record);
  record->ns = ns;
  record->inputBytes = batch.inputBytes;
  bool isKept = batch.outputBodyBytes <= session.control->store.memory_bytes / 4;
  auto *copy = isKept ? static_cast<uint8_t *>(malloc(batch.outputBodyBytes + 1)) : nullptr;
  if (!copy) { /* in the folder only */
    record->body = batch.output;
    record->bodyBytes = batch.outputBodyBytes;
    write(*record, batch);
    return fail(record);
  }
  memcpy(copy, batch.output, batch.outputBodyBytes);
  record->file = copy;
  record->body = copy;
  record->bodyBytes = batch.outputBodyBytes;
  record->state = State::Ready;
  list(record);
  write(*record, batch);
  makeRoom();
}

void fail(Record *record) {
  record->state = State::Failed;
  leave(record);
}

void drop(Record *record) {
  if (--record->users == 0 && !record->isListed)
    remove(record);
}

void forget(Record *record) {
  if (const char *path = folder(); path && record->count) {
    ++counters().store_damaged;
    removeObject(path, record->names[0]);
  }
  leave(record);
  unlist(record);
}

void countFound(const Batch &batch) {
  const Record &record = *batch.record;
  ++cleave_control_kind(session.control, batch.site->kind->id)->found;
  if (record.count)
    learn(*batch.site, batch.bucket, record.ns / record.count, 1, record.inputBytes / record.count);
}

} // namespace cleave::memo
