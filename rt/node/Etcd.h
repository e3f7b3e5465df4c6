// Etcd.h - an index that several nodes share: etcd, version 3, through its JSON gateway.
//
//     cleave/labels/<digest of the label>              a sealed entry (rt/store/Label.h)
//     cleave/holders/<locator of a name>/<node>        HOST:PORT of a node that has the object; ends with the node's lease
//
// A strong read is etcd's linearisable one, which a majority of its members has confirmed; a relaxed one is its serialisable one,
// which any member answers from what it has.
//
// etcd's readers learn no label and no name from it: see Label.h.
#ifndef CLEAVE_NODE_ETCD_H
#define CLEAVE_NODE_ETCD_H

#include "BundleJson.h"
#include "Http.h"
#include "Labels.h"

namespace cleave {

struct EtcdAddresses {
  std::vector<Address> members; ///< one of them is asked, the next if it does not answer
  std::string text;             ///< as given, without the scheme
};
/// etcd:HOST:PORT[,HOST:PORT...]
Problem parseIndex(const std::string &text, EtcdAddresses &addresses);

struct EtcdEntry {
  std::string key, value;
  uint64_t revision = 0; ///< when it was changed last
};

class Etcd {
public:
  explicit Etcd(EtcdAddresses addresses) : addresses(std::move(addresses)) {}

  /// Nothing: no member answers, or what comes is no answer; `why()` has the words.
  std::optional<Json> ask(const char *path, const Json &body);
  const std::string &why() const { return reason; }
  std::string describe() const { return "the index etcd:" + addresses.text; }

  /// All entries under a prefix that were changed at `since` or later. `revision`: of the index, when it answered.
  bool list(const std::string &prefix, uint64_t since, std::vector<EtcdEntry> &entries, uint64_t &revision);

  /// As etcd wants them in its requests.
  static std::string encode(std::string_view bytes);
  static std::string decode(const std::string &text);

private:
  EtcdAddresses addresses;
  size_t first = 0; ///< the member that answered last
  std::string reason;
  HttpClient http;
};

class EtcdLabels : public LabelIndex {
public:
  EtcdLabels(const StoreAccess &store, Etcd &etcd) : store(store), etcd(etcd) {}
  LabelAnswer read(const std::string &label, Consistency consistency) override;
  BindState bind(const LabelEntry &entry, const LabelAnswer &before, std::string &why) override;

private:
  std::string keyOf(const std::string &label) const;

  const StoreAccess &store;
  Etcd &etcd;
};

inline constexpr const char *kHoldersPrefix = "cleave/holders/";

} // namespace cleave

#endif
