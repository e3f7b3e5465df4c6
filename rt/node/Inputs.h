// Inputs.h - inputs by label: bound before a run, opened while it goes on.
#ifndef CLEAVE_NODE_INPUTS_H
#define CLEAVE_NODE_INPUTS_H

#include "Blobs.h"
#include "InputOptions.h"
#include "Labels.h"

#include <string>
#include <vector>

namespace cleave {

struct BoundInput {
  std::string label;
  std::string file; ///< to bind it to; empty: it is bound already
  Consistency consistency = Consistency::Strong;
};

/// From the words on the command line.
Problem parseInputs(const InputOptions &options, std::vector<BoundInput> &inputs);
/// LABEL=@FILE
Problem parseBinding(const std::string &words, BoundInput &input);

/// Brings what this node lacks from another one.
class BlobSource {
public:
  virtual ~BlobSource() = default;
  /// Into the store. `why`, for a person, if that cannot be.
  virtual bool fetchBlob(const LabelEntry &entry, std::string &why) = 0;
};

class Inputs {
public:
  /// `cache`: what the index answered last; null where the index is the store's own. `source`: null where there is no other node.
  Inputs(const StoreAccess &store, CheckedBlobs &checked, LabelIndex &index, FolderIndex *cache, BlobSource *source)
      : store(store), checked(checked), index(index), cache(cache), source(source) {}

  /// A new version, if the file holds anything else than what the label is bound to.
  Problem bind(const BoundInput &input, LabelEntry &entry);

  struct Opened {
    Descriptor file;
    LabelEntry entry;
    int error = 0;        ///< an errno
    bool isSilent = false; ///< the index, or who has the content, does not answer: later may be better
    std::string why;      ///< with an error, for a person
  };
  Opened open(const std::string &label, Consistency consistency);

private:
  Opened openEntry(const LabelEntry &entry);
  void remember(const LabelEntry &entry);

  const StoreAccess &store;
  CheckedBlobs &checked;
  LabelIndex &index;
  FolderIndex *cache;
  BlobSource *source;
};

} // namespace cleave

#endif
