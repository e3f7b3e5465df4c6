// store-folder.cpp - writing and reading records in a folder of plain files (rt/store/Folder.h), beside an embedded store
// (LMDB, where its header is installed) that keeps the same bytes. bench/store.py builds it.
//
//   store-folder FOLDER BYTES COUNT      one line for each: what, microseconds for a record
#include "rt/store/Folder.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <sys/stat.h>
#include <vector>
#if __has_include(<lmdb.h>)
#include <lmdb.h>
#endif

using namespace cleave;

static double now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return double(time.tv_sec) * 1e6 + double(time.tv_nsec) / 1e3;
}

static cleave_name nameOf(uint64_t i) {
  Hash128 hash = hashPortably({{1, 2, 3, 4}}, &i, sizeof i);
  cleave_name name;
  std::memcpy(&name, &hash, sizeof name);
  return name;
}

template <class Step> static void measure(const char *what, uint64_t count, Step step) {
  double begin = now();
  for (uint64_t i = 0; i != count; ++i)
    step(i);
  std::printf("%-48s %8.1f\n", what, (now() - begin) / double(count));
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  std::string folder = argv[1];
  std::vector<uint8_t> bytes(std::strtoul(argv[2], nullptr, 10), 7);
  uint64_t count = std::strtoul(argv[3], nullptr, 10);
  for (const char *part : {"", "/objects", "/new", "/lmdb"})
    mkdir((folder + part).c_str(), 0700);
  measure("files: writing a record, us", count, [&](uint64_t i) {
    FilePart part = {bytes.data(), bytes.size()};
    if (writeObject(folder.c_str(), nameOf(i), &part, 1, i))
      std::abort();
  });
  measure("files: reading one, us", count, [&](uint64_t i) {
    uint64_t size;
    std::free(readObject(folder.c_str(), nameOf(i), &size));
  });
  measure("files: asking for one that is not there, us", count, [&](uint64_t i) {
    uint64_t size;
    if (readObject(folder.c_str(), nameOf(i + count), &size))
      std::abort();
  });
#if __has_include(<lmdb.h>)
  MDB_env *store;
  MDB_txn *work;
  MDB_dbi names;
  mdb_env_create(&store);
  mdb_env_set_mapsize(store, size_t{8} << 30);
  if (mdb_env_open(store, (folder + "/lmdb").c_str(), MDB_NOSYNC, 0600))
    std::abort();
  measure("LMDB, no flush: writing a record, us", count, [&](uint64_t i) {
    cleave_name name = nameOf(i);
    MDB_val key = {sizeof name, &name}, value = {bytes.size(), bytes.data()};
    if (mdb_txn_begin(store, nullptr, 0, &work) || mdb_dbi_open(work, nullptr, 0, &names) ||
        mdb_put(work, names, &key, &value, 0) || mdb_txn_commit(work))
      std::abort();
  });
  measure("LMDB: reading one, copied, us", count, [&](uint64_t i) {
    cleave_name name = nameOf(i);
    MDB_val key = {sizeof name, &name}, value;
    if (mdb_txn_begin(store, nullptr, MDB_RDONLY, &work) || mdb_get(work, names, &key, &value))
      std::abort();
    void *copy = std::malloc(value.mv_size);
    std::memcpy(copy, value.mv_data, value.mv_size);
    std::free(copy);
    mdb_txn_abort(work);
  });
  mdb_env_close(store);
#endif
}
