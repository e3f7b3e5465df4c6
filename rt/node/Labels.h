// Labels.h - what labels are bound to: the question, and who answers it. A folder's own index is here; one that several nodes
// share is Etcd.h's.
#ifndef CLEAVE_NODE_LABELS_H
#define CLEAVE_NODE_LABELS_H

#include "Store.h"

#include "../store/Label.h"
#include <string>

namespace cleave {

/// Relaxed: any answer that was right once will do. Strong: what holds now.
enum class Consistency : uint8_t { Relaxed, Strong };

struct LabelAnswer {
  enum class State : uint8_t {
    Bound,
    Unbound,
    Silent, ///< the index does not answer; `why` says it for a person
  } state = State::Unbound;
  LabelEntry entry;
  uint64_t revision = 0; ///< the index's own; 0: there is no entry
  std::string why;
};

enum class BindState : uint8_t {
  Bound,
  Outrun, ///< somebody else has bound it meanwhile
  Silent, ///< the index does not answer, or cannot be written
};

class LabelIndex {
public:
  virtual ~LabelIndex() = default;
  virtual LabelAnswer read(const std::string &label, Consistency consistency) = 0;
  /// If nothing has changed since `before` was read. `why`: of Silent.
  virtual BindState bind(const LabelEntry &entry, const LabelAnswer &before, std::string &why) = 0;
};

/// The embedded one: labels/<digest of the label>, an entry sealed with the tenant's key. With the name of another index it holds
/// what that one answered last.
class FolderIndex : public LabelIndex {
public:
  FolderIndex(const StoreAccess &store, std::string of = {}) : store(store), of(std::move(of)) {}
  LabelAnswer read(const std::string &label, Consistency consistency) override;
  BindState bind(const LabelEntry &entry, const LabelAnswer &before, std::string &why) override;
  /// Whatever it held before.
  int write(const LabelEntry &entry);

private:
  std::string pathOf(const std::string &label) const;

  const StoreAccess &store;
  std::string of;
};

/// All entries of a store that this key can read, its own and what other indices answered, in the order of their labels.
std::vector<LabelEntry> listLabels(const StoreAccess &store);

} // namespace cleave

#endif
