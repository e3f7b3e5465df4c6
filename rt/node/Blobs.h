// Blobs.h - contents of inputs in a store's folder: blobs/3f/3f0c..., named by what is in them (rt/store/Label.h).
//
// They are plain files and not records, so that a program is given the file itself, to read or to map. A blob is written like a
// record, whole or not at all, and is never changed; it is checked against its name whenever it is opened. Whoever has one open
// keeps it, even if it is taken out of the store.
#ifndef CLEAVE_NODE_BLOBS_H
#define CLEAVE_NODE_BLOBS_H

#include "Descriptor.h"
#include "Store.h"

#include "../store/Label.h"
#include <map>

namespace cleave {

std::string blobPath(const std::string &store, const cleave_name &name);

/// A new file in the store's new/ that becomes a blob when it is complete. Taken away if it does not.
class NewBlob {
public:
  explicit NewBlob(const StoreAccess &store) : store(store) {}
  ~NewBlob();

  Problem open();
  int get() const { return file.get(); }
  /// Into its place, under the name that its content has.
  Problem keep(cleave_name &name, uint64_t &bytes);

private:
  const StoreAccess &store;
  std::string path;
  Descriptor file;
};

bool isSameOrigin(const BlobOrigin &a, const BlobOrigin &b);
/// It was bound so long after the file was written last that another write would show in the file's times.
bool isSettled(const LabelEntry &entry);

/// Copies a file's content into the store. `entry` gets the blob's name, its size and where it came from. A file that is as it
/// was when `entry` was made, with its blob still there, is not read again.
Problem keepFile(const StoreAccess &store, const std::string &path, LabelEntry &entry);

enum class BlobState : uint8_t { Open, Absent, Damaged };
/// For reading, at the beginning. A damaged one is taken away. Notes that it was used.
BlobState openBlob(const StoreAccess &store, const cleave_name &name, Descriptor &file);
/// Blobs that this process has checked and that nobody has touched since, as their files' times say: to open one of them again
/// costs no reading of it.
class CheckedBlobs {
public:
  /// As openBlob().
  BlobState open(const StoreAccess &store, const cleave_name &name, Descriptor &file);

private:
  struct Seen {
    uint64_t device, inode, bytes;
    int64_t changedNs;
    bool operator==(const Seen &) const = default;
  };
  static std::optional<Seen> look(const Descriptor &file);

  std::map<std::string, Seen> seen; ///< by name
};

/// The same check for who only wants to know.
BlobState checkBlob(const StoreAccess &store, const cleave_name &name);

} // namespace cleave

#endif
