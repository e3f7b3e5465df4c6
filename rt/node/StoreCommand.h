// StoreCommand.h - `cleave store` and `cleave why`: a store, for the person who owns it.
#ifndef CLEAVE_NODE_STORE_COMMAND_H
#define CLEAVE_NODE_STORE_COMMAND_H

#include <cstdint>
#include <string>

namespace cleave {

struct StoreOptions {
  std::string path, keyPath;
  std::string name;  ///< of an object; bind: LABEL=@FILE
  std::string index; ///< bind: etcd:HOST:PORT; empty: the store's own
  uint64_t bytes = uint64_t{10} << 30;
};

/// Each prints to stdout and returns the exit status: 0, or 1 after a line on stderr (verify: if something is damaged),
/// or 2 where there is no such store, key or name.
int listStoreCommand(const StoreOptions &options);
int showObjectCommand(const StoreOptions &options);
int verifyStoreCommand(const StoreOptions &options);
/// Damaged records go, then what was used longest ago, until the rest is within the bound.
int collectStoreCommand(const StoreOptions &options);
/// Makes the store, if there is none.
int bindInputCommand(const StoreOptions &options);
int whyCommand(const StoreOptions &options);

} // namespace cleave

#endif
