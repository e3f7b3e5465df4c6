// Publisher.h - tells an index what a store's folder holds, as long as this process lives.
#ifndef CLEAVE_NODE_PUBLISHER_H
#define CLEAVE_NODE_PUBLISHER_H

#include "Etcd.h"

#include "../store/Folder.h"
#include <atomic>
#include <set>
#include <thread>

namespace cleave {

/// A thread of its own, with its own connection to the index.
class Publisher {
public:
  Publisher(std::string store, EtcdAddresses index, std::string address);
  Publisher(const Publisher &) = delete;
  /// Takes back what was told, if the index answers.
  ~Publisher();

  Problem start();

private:
  void run();
  uint64_t step(); ///< nanoseconds until the next one
  bool watchFolders();
  bool grantLease();
  bool keepLease();
  void lookAround(); ///< all of the folder
  void takeEvents();
  bool tell(); ///< what is new, and what is gone. False: the index does not answer
  std::string keyOf(const std::string &name) const;
  void fellSilent();

  std::string store, address, node;
  Etcd etcd;
  std::string lease; ///< empty: there is none
  std::set<std::string> told, added, removed; ///< names
  std::map<int, std::string> folders; ///< by inotify's number: "objects", "objects/3f", ...
  Descriptor changes, stop;
  uint64_t keepAtNs = 0;
  bool isSilent = false, wasTold = false;
  std::thread thread;
};

} // namespace cleave

#endif
