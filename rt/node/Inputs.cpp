// Inputs.cpp - see Inputs.h.
#include "Inputs.h"
#include "cleave/agent.h"
#include "Readable.h"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fmt/format.h>

namespace cleave {

namespace {

constexpr int kAttempts = 16;

Problem checkLabel(const std::string &label) {
  if (label.empty())
    return "an input's label is empty";
  if (label.find('\0') != std::string::npos || label.size() > 4095)
    return "an input's label is too long to be a path";
  return std::nullopt;
}

bool parseConsistency(const std::string &word, Consistency &consistency) {
  consistency = word == "strong" ? Consistency::Strong : Consistency::Relaxed;
  return word == "strong" || word == "relaxed";
}

Problem applyConsistency(const std::string &words, std::vector<BoundInput> &inputs) {
  size_t at = words.rfind('=');
  std::string label = at == std::string::npos ? "" : words.substr(0, at);
  Consistency consistency;
  if (!parseConsistency(at == std::string::npos ? words : words.substr(at + 1), consistency))
    return fmt::format("--consistency is relaxed or strong, with LABEL= in front for one input; not '{}'", words);
  bool isMet = at == std::string::npos;
  for (BoundInput &input : inputs)
    if (at == std::string::npos || input.label == label) {
      input.consistency = consistency;
      isMet = true;
    }
  return isMet ? Problem() : fmt::format("--consistency={}: there is no --input={}", words, label);
}

} // namespace

Problem parseBinding(const std::string &words, BoundInput &input) {
  size_t at = words.find("=@");
  if (at == std::string::npos && words.find('=') != std::string::npos)
    return fmt::format("--input={}: a file has an @ before it, as in LABEL=@FILE", words);
  input.label = words.substr(0, at);
  input.file = at == std::string::npos ? "" : words.substr(at + 2);
  if (at != std::string::npos && input.file.empty())
    return fmt::format("--input={} names no file", words);
  return checkLabel(input.label);
}

Problem parseInputs(const InputOptions &options, std::vector<BoundInput> &inputs) {
  size_t bytes = 0;
  for (const std::string &words : options.inputs) {
    BoundInput input;
    if (Problem problem = parseBinding(words, input))
      return problem;
    for (const BoundInput &other : inputs)
      if (other.label == input.label)
        return fmt::format("the input '{}' is given twice", input.label);
    bytes += input.label.size() + 1;
    inputs.push_back(input);
  }
  if (bytes > CLEAVE_AGENT_LABELS_MAX)
    return "these are too many inputs";
  for (bool isForOne : {false, true}) // what is said of one input counts, wherever it stands
    for (const std::string &words : options.consistency)
      if ((words.find('=') != std::string::npos) == isForOne)
        if (Problem problem = applyConsistency(words, inputs))
          return problem;
  return std::nullopt;
}

void Inputs::remember(const LabelEntry &entry) {
  if (cache)
    cache->write(entry); // a disk that is full makes the next run ask again
}

Problem Inputs::bind(const BoundInput &input, LabelEntry &entry) {
  for (int attempt = 0; attempt != kAttempts; ++attempt) {
    LabelAnswer before = index.read(input.label, Consistency::Strong);
    if (before.state == LabelAnswer::State::Silent)
      return fmt::format("the input '{}' cannot be bound: {}", input.label, before.why);
    bool wasBound = before.state == LabelAnswer::State::Bound;
    entry = wasBound ? before.entry : LabelEntry();
    entry.label = input.label;
    if (Problem problem = keepFile(store, input.file, entry))
      return problem;
    bool isSame = wasBound && isSameName(entry.blob, before.entry.blob);
    if (isSame && isSameOrigin(entry.origin, before.entry.origin) && isSettled(entry)) {
      remember(entry);
      return std::nullopt;
    }
    entry.version = before.entry.version + !isSame;
    entry.boundS = std::time(nullptr);
    std::string why;
    BindState state = index.bind(entry, before, why);
    if (state == BindState::Silent)
      return fmt::format("the input '{}' cannot be bound: {}", input.label, why);
    if (state == BindState::Outrun)
      continue;
    remember(entry);
    return std::nullopt;
  }
  return fmt::format("the input '{}' cannot be bound: others bind it all the time", input.label);
}

Inputs::Opened Inputs::openEntry(const LabelEntry &entry) {
  Opened opened;
  opened.entry = entry;
  BlobState state = checked.open(store, entry.blob, opened.file);
  if (state == BlobState::Open)
    return opened;
  if (source) {
    if (source->fetchBlob(entry, opened.why)) {
      if (checked.open(store, entry.blob, opened.file) == BlobState::Open)
        return opened;
      opened.why = "it cannot be kept in the store";
    }
    opened.isSilent = true;
  } else {
    // The file that it came from may still be what it was.
    LabelEntry again;
    if (!keepFile(store, entry.origin.path, again) && isSameName(again.blob, entry.blob) &&
        checked.open(store, entry.blob, opened.file) == BlobState::Open)
      return opened;
    opened.why = state == BlobState::Damaged ? "its content in the store is damaged, and where it came from there is another"
                                             : "its content is not in the store any more";
  }
  opened.error = source ? EHOSTUNREACH : EIO;
  opened.why = fmt::format("version {}: {}", entry.version, opened.why);
  return opened;
}

Inputs::Opened Inputs::open(const std::string &label, Consistency consistency) {
  if (cache && consistency == Consistency::Relaxed)
    if (LabelAnswer known = cache->read(label, consistency); known.state == LabelAnswer::State::Bound)
      if (Opened opened = openEntry(known.entry); !opened.error)
        return opened;
  LabelAnswer answer = index.read(label, consistency);
  Opened opened;
  opened.why = answer.why;
  if (answer.state == LabelAnswer::State::Silent) {
    opened.error = EHOSTUNREACH;
    opened.isSilent = true;
    return opened;
  }
  if (answer.state == LabelAnswer::State::Unbound) {
    opened.error = ENOENT;
    opened.why = "it is not bound to anything";
    return opened;
  }
  opened = openEntry(answer.entry);
  if (!opened.error)
    remember(answer.entry);
  return opened;
}

} // namespace cleave
