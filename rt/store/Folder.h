/* Folder.h - a store's folder: one file for each record, named by its first item.
 *
 *     cleave-store          says that this is a store, and of which format
 *     objects/3f/3f0c...    a record (Record.h), or a further link to one
 *     new/                  records that are being written
 *     runs/                 what the last run of each program came to
 *
 * A file is written in new/ and renamed, so it is in objects/ whole or not at all, whenever the writer dies. Nothing is
 * ever changed in place. A record that was read is a copy in the reader's memory: who takes the file away harms nobody.
 * Its time of modification says when it was last used.
 *
 * Nothing is flushed to the disk: after a power failure a file may hold less than was written. Its digest says so when it
 * is read, and the work is done again.
 *
 * WHY PLAIN FILES. An embedded store (LMDB) that was kept instead has its own tree of pages in one file: a flipped byte in
 * there makes its library fail or crash, in the program's own process, where here it costs one record. docs/store.md has
 * the figures.
 *
 * Used by the program's own run time: no exceptions, and each call leaves errno as it was.
 */
#ifndef CLEAVE_STORE_FOLDER_H
#define CLEAVE_STORE_FOLDER_H

#include "Record.h"

namespace cleave {

inline constexpr unsigned kStorePathMax = 3900; /* of the folder's own path */
#define CLEAVE_STORE_MARK "cleave-store"
#define CLEAVE_STORE_FORMAT "cleave store, format 1\n"

/* 32 digits and a 0. */
struct NameText {
  char digits[33];
};
NameText textOf(const cleave_name &name);
bool parseName(const char *text, cleave_name &name);

struct FilePart {
  const void *data;
  uint64_t bytes;
};

/* The file of that name, in memory from malloc; null: there is none, or it cannot be read. Notes that it was used. */
uint8_t *readObject(const char *folder, const cleave_name &name, uint64_t *bytes);
/* 0, or an errno: nothing was written then. `serial` tells apart what one process writes. */
int writeObject(const char *folder, const cleave_name &name, const FilePart *parts, unsigned partCount, uint64_t serial);
/* The same for any file of the folder, `path` being all of its path. */
int writeWhole(const char *folder, const char *path, const FilePart *parts, unsigned partCount, uint64_t serial);
/* One more name for it. Where the file system has no links, there is none. */
void linkObject(const char *folder, const cleave_name &name, const cleave_name &other);
void removeObject(const char *folder, const cleave_name &name);

} // namespace cleave
#endif
