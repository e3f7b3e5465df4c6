// Store.h - the node's side of the store (docs/store.md): where it is, whose key names what is in it, how large it may get.
#ifndef CLEAVE_NODE_STORE_H
#define CLEAVE_NODE_STORE_H

#include "Descriptor.h"

#include "../store/Folder.h"
#include "cleave/exchange.h"
#include <array>
#include <string>
#include <vector>

namespace cleave {

using TenantKey = std::array<uint8_t, 32>;

/// `path`: a file of 32 bytes that only its owner may read. Empty: the user's own, which is made if there is none.
Problem readTenantKey(const std::string &path, TenantKey &key);

/// Opens the folder, or makes it. `path` becomes absolute. What writers left behind when they died is taken away.
/// Errors: it is another folder with something in it, or it cannot be written.
Problem openStore(std::string &path);
/// The same for one that must be there.
Problem openExistingStore(std::string &path);

/// A store whose names can be derived.
struct StoreAccess {
  std::string path;
  TenantKey key = {};
  StoreKeys keys = {};
};

/// Opens the folder, which must be there unless this makes it, and the key. `path` and `keyPath` as above.
Problem openAccess(const std::string &path, const std::string &keyPath, bool makes, StoreAccess &access);

struct StoredFile {
  std::vector<cleave_name> names; ///< links to it, at least one
  uint64_t bytes;
  int64_t usedNs; ///< when it was used last; since 1970
  bool isBlob;    ///< content of an input (Blobs.h), no record
};
/// All records and blobs, in the order of their first names.
std::vector<StoredFile> listStore(const std::string &path);

void removeStored(const std::string &path, const StoredFile &file);

/// Takes away what was used longest ago until the rest is within `bytes`; what a label is bound to stays. How many went.
uint64_t trimStore(const StoreAccess &store, uint64_t bytes);

} // namespace cleave

#endif
