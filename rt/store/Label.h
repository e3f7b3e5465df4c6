/* Label.h - labels of inputs and the blobs that they stand for: names, and how an entry is sealed (docs/store.md).
 *
 * A BLOB is the content of a file. Its name comes from its content under the tenant's key, so whoever holds the key can check
 * what he was given, and whoever does not can make nothing up.
 *
 * A LABEL is bound to one blob at a time, and each time that this changes its version is one more. What a label is bound to
 * is an entry, sealed with a key that is derived from the tenant's: whoever keeps the entries, a folder or an index
 * that other people may read, learns neither labels nor names, and cannot change one without being noticed.
 */
#ifndef CLEAVE_STORE_LABEL_H
#define CLEAVE_STORE_LABEL_H

#include "Record.h"

#include <optional>
#include <string>
#include <string_view>

namespace cleave {

/* Where a blob's bytes came from: who finds a file as it was then need not read it again. */
struct BlobOrigin {
  std::string path;
  uint64_t device = 0, inode = 0;
  int64_t changedNs = 0, statusChangedNs = 0;
};

struct LabelEntry {
  std::string label;
  uint64_t version = 0;
  cleave_name blob = {};
  uint64_t bytes = 0;
  int64_t boundS = 0; /* since 1970 */
  BlobOrigin origin;
};

cleave_name blobName(const uint8_t tenantKey[32], const StoreKeys &keys, const void *data, uint64_t bytes);
cleave_name labelName(const uint8_t tenantKey[32], std::string_view index, std::string_view label);

std::string sealLabel(const uint8_t tenantKey[32], const LabelEntry &entry);
/* Nothing: it is another tenant's, or damaged. */
std::optional<LabelEntry> unsealLabel(const uint8_t tenantKey[32], std::string_view sealed);

} // namespace cleave
#endif
