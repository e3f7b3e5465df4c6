#include "Record.h"

#include <string.h>

namespace cleave {

/* The hash of a use's name under the tenant's key is that use's key. */
StoreKeys deriveStoreKeys(const uint8_t tenantKey[32]) {
  HashKey tenant;
  memcpy(&tenant, tenantKey, sizeof tenant);
  auto derive = [&](const char *use) {
    HashKey key;
    char words[32] = {};
    for (unsigned half = 0; half != 2; ++half) {
      memcpy(words, use, strlen(use));
      words[31] = static_cast<char>(half);
      Hash128 digest = keyedHash(tenant, words, sizeof words);
      memcpy(&key.words[2 * half], &digest, sizeof digest);
    }
    return key;
  };
  return {derive("content"), derive("records"), derive("key id").words[0]};
}

uint64_t recordBodyOffset(uint32_t itemCount, uint32_t provenanceBytes) {
  uint64_t end = sizeof(RecordHeader) + uint64_t{itemCount} * sizeof(cleave_name) + provenanceBytes;
  return (end + 63) & ~uint64_t{63};
}

Hash128 recordDigest(const StoreKeys &keys, const RecordHeader &header, const cleave_name *names, const char *provenance,
                    const uint8_t *body) {
  RecordHeader plain = header;
  plain.digest = {};
  const Hash128 parts[] = {keyedHash(keys.records, &plain, sizeof plain),
                          keyedHash(keys.records, names, uint64_t{header.item_count} * sizeof *names),
                          keyedHash(keys.records, provenance, header.provenance_bytes),
                          keyedHash(keys.records, body, header.body_bytes)};
  return keyedHash(keys.records, parts, sizeof parts);
}

uint32_t placeOf(const RecordView &record, const cleave_name &name) {
  uint32_t place = 0;
  while (place != record.header->item_count && !isSameName(record.names[place], name))
    ++place;
  return place;
}

RecordFault readRecord(const StoreKeys &keys, const uint8_t *bytes, uint64_t size, RecordView &view) {
  auto *header = reinterpret_cast<const RecordHeader *>(bytes);
  if (size < sizeof *header || header->magic != kRecordMagic || !header->item_count ||
      header->item_count > kMaxRecordItems)
    return RecordFault::Malformed;
  uint64_t bodyAt = recordBodyOffset(header->item_count, header->provenance_bytes);
  if (bodyAt > size || header->body_bytes != size - bodyAt)
    return RecordFault::Malformed;
  auto *names = reinterpret_cast<const cleave_name *>(bytes + sizeof *header);
  auto *provenance = reinterpret_cast<const char *>(names + header->item_count);
  for (const char *padding = provenance + header->provenance_bytes; padding != reinterpret_cast<const char *>(bytes + bodyAt);
       ++padding)
    if (*padding)
      return RecordFault::Damaged;
  if (header->key_id != keys.id)
    return RecordFault::ForeignKey;
  view = {header, names, provenance, bytes + bodyAt};
  bool isWhole = recordDigest(keys, *header, names, provenance, view.body) == header->digest;
  return isWhole ? RecordFault::None : RecordFault::Damaged;
}

} // namespace cleave
