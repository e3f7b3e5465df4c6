// Peers.h - objects that other nodes hold: which there are, and fetching them.
//
// What there is comes from the index: locators of names (rt/store/Locator.h) and addresses of nodes. It is read once, and from then on
// a thread asks now and then for what is new; an object never changes, so an answer that is a little old is at worst work
// that is done again. The locators also go into a table that the program sees (exchange.h), which asks for nothing else.
//
// What is fetched is believed only when it has been checked, a record by its keyed digest, a blob by its name. A node that does not
// answer is left alone for a while, longer each time: what it holds is then made again.
#ifndef CLEAVE_NODE_PEERS_H
#define CLEAVE_NODE_PEERS_H

#include "Etcd.h"
#include "Inputs.h"

#include "cleave/exchange.h"
#include <cstring>
#include <mutex>
#include <set>

namespace cleave {

struct NameOrder {
  bool operator()(const cleave_name &a, const cleave_name &b) const { return std::memcmp(&a, &b, sizeof a) < 0; }
};

struct PeerFigures {
  uint64_t records = 0, blobs = 0, bytes = 0, failed = 0;
};

class Peers : public BlobSource {
public:
  /// `control`: whose table of locators is filled; null: nobody's.
  Peers(const StoreAccess &store, const EtcdAddresses &index, cleave_control *control, bool isQuiet)
      : store(store), etcd(index), watched(index), control(control), isQuiet(isQuiet) {}

  /// Asks the index what there is, and from then on for what is new, until the process ends.
  void watch();
  bool fetchBlob(const LabelEntry &entry, std::string &why) override;
  /// The record that has this item, into the store. False: nobody who answers has it.
  bool fetchRecord(const cleave_name &item);

  const PeerFigures &figures() const { return total; }

private:
  struct Silence {
    uint64_t untilNs = 0;
    uint64_t lengthNs = 0;
  };

  void refresh();
  void say(const std::string &message) const;
  void note(const cleave_name &locator);
  void takeIn(const std::vector<EtcdEntry> &entries);
  std::vector<Address> holdersOf(const cleave_name &name, bool evenSilent);
  /// All of an object, into `file`. False: nobody gave it.
  bool fetch(const char *what, const cleave_name &name, const std::vector<Address> &holders, int file, uint64_t &bytes);
  void forget(const cleave_name &name, const Address &holder);
  void fellSilent(const Address &holder);
  bool keepRecord(const cleave_name &item, int file, uint64_t bytes);

  const StoreAccess &store;
  Etcd etcd;    ///< of who calls
  Etcd watched; ///< of the thread
  cleave_control *control;
  bool isQuiet;
  HttpClient http;
  std::mutex mutex; ///< of what follows, until `silent`
  std::map<cleave_name, std::set<Address>, NameOrder> holders; ///< by locator
  std::map<Address, Silence> silent;
  uint64_t revision = 0; ///< of the index, when it was asked last; as the next one, the thread's
  bool isIndexSilent = false;
  PeerFigures total;
};

} // namespace cleave

#endif
