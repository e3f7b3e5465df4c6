// StoreCommand.cpp - see StoreCommand.h.
#include "StoreCommand.h"
#include "Agent.h"
#include "Blobs.h"
#include "Bundle.h"
#include "BundleJson.h"
#include "Etcd.h"
#include "Labels.h"
#include "Readable.h"
#include "RunRecord.h"
#include "Store.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <memory>

namespace cleave {

namespace {

constexpr int kBad = 1, kUsage = 2;

int complain(int status, const std::string &message) {
  fmt::print(stderr, "cleave: {}\n", message);
  return status;
}

int finish(int status) {
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    return complain(kBad, "cannot write the output");
  return status;
}

std::string readableDate(int64_t seconds) {
  std::time_t time = seconds;
  std::tm parts = {};
  localtime_r(&time, &parts);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}", parts);
}

/// A record's file in memory, checked.
struct LoadedRecord {
  std::unique_ptr<uint8_t, decltype(&std::free)> bytes{nullptr, std::free};
  uint64_t size = 0;
  RecordFault fault = RecordFault::Malformed;
  RecordView view = {};

  /// Of a foreign record, too, the header may be looked at.
  const RecordHeader *header() const {
    bool isThere = fault == RecordFault::None || fault == RecordFault::ForeignKey;
    return isThere ? reinterpret_cast<const RecordHeader *>(bytes.get()) : nullptr;
  }
};

LoadedRecord load(const std::string &path, const cleave_name &name, const StoreKeys &keys) {
  LoadedRecord record;
  // Looking at a store is not using what is in it.
  std::string text = textOf(name).digits;
  std::FILE *file = std::fopen(fmt::format("{}/objects/{}/{}", path, text.substr(0, 2), text).c_str(), "re");
  if (!file)
    return record;
  std::fseek(file, 0, SEEK_END);
  long size = std::ftell(file);
  std::rewind(file);
  record.bytes.reset(static_cast<uint8_t *>(std::malloc(size > 0 ? static_cast<size_t>(size) : 1)));
  if (record.bytes && size > 0)
    record.size = std::fread(record.bytes.get(), 1, static_cast<size_t>(size), file);
  std::fclose(file);
  record.fault = readRecord(keys, record.bytes.get(), record.size, record.view);
  if (record.fault == RecordFault::None && placeOf(record.view, name) == record.view.header->item_count)
    record.fault = RecordFault::Damaged; // whole, and in another's place
  return record;
}

/// 0, or the status after a line on stderr.
int open(const StoreOptions &options, StoreAccess &store) {
  Problem problem = openAccess(options.path, options.keyPath, /*makes=*/false, store);
  return problem ? complain(kUsage, *problem) : 0;
}

Json provenanceOf(const LoadedRecord &record) {
  return parseJson({record.view.provenance, record.view.header->provenance_bytes}).value_or(Json());
}

std::string describeTask(const Json &provenance) {
  return fmt::format("{} at {}:{}", printable(textOf(provenance, "task")), printable(textOf(provenance, "file")),
                     numberOf(provenance, "line").value_or(0));
}

/// Of a record that is about a run as a whole (rt/root/WholeRun.h): "what a run printed"; empty: it has a task's results.
std::string wholeOf(const Json &provenance) { return printable(textOf(provenance, "whole")); }

/// The record of an item that may have no link of its own.
std::optional<LoadedRecord> findItem(const StoreAccess &store, const cleave_name &name, uint32_t &index) {
  auto isIn = [&](const LoadedRecord &record) {
    return record.fault == RecordFault::None && (index = placeOf(record.view, name)) != record.view.header->item_count;
  };
  if (LoadedRecord record = load(store.path, name, store.keys); isIn(record))
    return record;
  for (const StoredFile &file : listStore(store.path))
    if (!file.isBlob)
      if (LoadedRecord record = load(store.path, file.names[0], store.keys); isIn(record))
        return record;
  return std::nullopt;
}

/// 0, or the status after a line on stderr.
int openItem(const StoreOptions &options, StoreAccess &store, LoadedRecord &record, uint32_t &index) {
  cleave_name name;
  if (!parseName(options.name.c_str(), name))
    return complain(kUsage, fmt::format("'{}' is no name: that is 32 hexadecimal digits", printable(options.name)));
  if (int status = open(options, store))
    return status;
  std::optional<LoadedRecord> found = findItem(store, name, index);
  if (!found)
    return complain(kUsage, fmt::format("there is no such object in '{}' under this key", options.path));
  record = std::move(*found);
  return 0;
}

const char *describeFault(RecordFault fault) {
  switch (fault) {
  case RecordFault::None:
    return "whole";
  case RecordFault::ForeignKey:
    return "of another key";
  case RecordFault::Malformed:
    return "no record, or cut short";
  case RecordFault::Damaged:
    return "damaged";
  }
  return "";
}

struct Verified {
  uint64_t whole = 0, inputs = 0, foreign = 0, bytes = 0;
  std::vector<std::pair<StoredFile, RecordFault>> faults;
};

/// A blob of another key cannot be told from a damaged one: its name does not say whose it is.
Verified verifyAll(const StoreAccess &store) {
  Verified result;
  for (const StoredFile &file : listStore(store.path)) {
    result.bytes += file.bytes;
    if (file.isBlob) {
      BlobState state = checkBlob(store, file.names[0]);
      result.inputs += state == BlobState::Open;
      if (state == BlobState::Damaged)
        result.faults.emplace_back(file, RecordFault::Damaged);
      continue;
    }
    LoadedRecord record = load(store.path, file.names[0], store.keys);
    if (record.fault == RecordFault::None)
      ++result.whole;
    else if (record.fault == RecordFault::ForeignKey)
      ++result.foreign;
    else if (record.bytes) // another's gc may have taken it meanwhile
      result.faults.emplace_back(file, record.fault);
  }
  return result;
}

/// What an input's content is bound to: "photo, version 3".
std::string describeBlob(const cleave_name &name, const std::vector<LabelEntry> &labels) {
  std::string text;
  for (const LabelEntry &label : labels)
    if (isSameName(label.blob, name))
      text += fmt::format("{} {}, version {}", text.empty() ? "content of" : " and", printable(label.label), label.version);
  return text.empty() ? "content of an input, bound to no label now" : text;
}

} // namespace

/// Where an input's content came from; nothing: it is none.
static std::optional<int> showInput(const StoreOptions &options) {
  StoreAccess store;
  cleave_name name;
  if (!parseName(options.name.c_str(), name) || openAccess(options.path, options.keyPath, /*makes=*/false, store) ||
      checkBlob(store, name) != BlobState::Open)
    return std::nullopt;
  std::vector<LabelEntry> labels = listLabels(store);
  fmt::print("{}\n  {}\n", textOf(name).digits, describeBlob(name, labels));
  for (const LabelEntry &label : labels)
    if (isSameName(label.blob, name))
      fmt::print("    from {} ({}, of {}), bound {}\n", printable(label.origin.path), readableBytes(label.bytes),
                 readableDate(label.origin.changedNs / 1000000000), readableDate(label.boundS));
  return finish(0);
}

int listStoreCommand(const StoreOptions &options) {
  StoreAccess store;
  if (int status = open(options, store))
    return status;
  uint64_t bytes = 0, items = 0, count = 0, inputs = 0;
  std::vector<LabelEntry> labels = listLabels(store);
  for (const StoredFile &file : listStore(store.path)) {
    if (file.isBlob) {
      bytes += file.bytes;
      ++inputs;
      fmt::print("{}  {:>10}  used {}  {}\n", textOf(file.names[0]).digits, readableBytes(file.bytes),
                 readableDate(file.usedNs / 1000000000), describeBlob(file.names[0], labels));
      continue;
    }
    LoadedRecord record = load(store.path, file.names[0], store.keys);
    bytes += file.bytes;
    ++count;
    if (record.fault != RecordFault::None) {
      fmt::print("{}  {:>10}  {}\n", textOf(file.names[0]).digits, readableBytes(file.bytes), describeFault(record.fault));
      continue;
    }
    items += record.view.header->item_count;
    Json provenance = provenanceOf(record);
    std::string what = wholeOf(provenance);
    if (what.empty())
      what = fmt::format("{} of {}", counted(record.view.header->item_count, "result"), printable(textOf(provenance, "task")));
    fmt::print("{}  {:>10}  used {}  {}\n", textOf(file.names[0]).digits, readableBytes(file.bytes),
               readableDate(file.usedNs / 1000000000), what);
  }
  fmt::print("{}, {}, {}, {}\n", counted(count, "record"), counted(items, "result"), counted(inputs, "input"),
             readableBytes(bytes));
  return finish(0);
}

int showObjectCommand(const StoreOptions &options) {
  if (std::optional<int> status = showInput(options))
    return *status;
  StoreAccess store;
  LoadedRecord record;
  uint32_t index;
  if (int status = openItem(options, store, record, index))
    return status;
  const RecordHeader &header = *record.view.header;
  Json provenance = provenanceOf(record);
  std::string made = fmt::format("{}, in {}", readableDate(static_cast<int64_t>(header.made_s)),
                                 readableTime(static_cast<double>(header.busy_ns)));
  if (std::string whole = wholeOf(provenance); !whole.empty()) {
    fmt::print("run        {}\nmade       {}\nsize       {}\n", whole, made, readableBytes(header.body_bytes));
    return finish(0);
  }
  fmt::print("task       {}\n", describeTask(provenance));
  fmt::print("binary     named {}\n", textOf(header.task).digits);
  fmt::print("made       {}\n", made);
  fmt::print("result     {} of {}\n", index + 1, header.item_count);
  fmt::print("size       {}, from {} of inputs\n", readableBytes(header.body_bytes), readableBytes(header.input_bytes));
  for (uint32_t i = 0; i != header.item_count; ++i)
    fmt::print("           {}\n", textOf(record.view.names[i]).digits);
  return finish(0);
}

int verifyStoreCommand(const StoreOptions &options) {
  StoreAccess store;
  if (int status = open(options, store))
    return status;
  Verified result = verifyAll(store);
  for (const auto &[file, fault] : result.faults)
    fmt::print("{}  {}\n", textOf(file.names[0]).digits, describeFault(fault));
  fmt::print("{} and {} whole", counted(result.whole, "record"), counted(result.inputs, "input"));
  if (result.foreign)
    fmt::print(", {} of another key, which cannot be checked with this one", result.foreign);
  fmt::print("\n");
  if (result.faults.empty())
    return finish(0);
  return finish(complain(kBad, fmt::format("{} damaged; cleave store gc takes them away",
                                           counted(result.faults.size(), "record"))));
}

int collectStoreCommand(const StoreOptions &options) {
  StoreAccess store;
  if (int status = open(options, store))
    return status;
  Verified before = verifyAll(store);
  for (const auto &[file, fault] : before.faults)
    removeStored(store.path, file);
  uint64_t trimmed = trimStore(store, options.bytes), left = 0;
  for (const StoredFile &file : listStore(store.path))
    left += file.bytes;
  fmt::print("{} damaged and {} longest unused taken away; {} are left\n", counted(before.faults.size(), "record"), trimmed,
             readableBytes(left));
  return finish(0);
}

int bindInputCommand(const StoreOptions &options) {
  AgentPlan plan;
  plan.inputs.emplace_back();
  plan.index = options.index;
  EtcdAddresses addresses;
  if (Problem problem = parseBinding(options.name, plan.inputs[0]))
    return complain(kUsage, *problem);
  if (plan.inputs[0].file.empty())
    return complain(kUsage, fmt::format("bind needs a file, as in {}=@FILE", plan.inputs[0].label));
  if (!plan.index.empty())
    if (Problem problem = parseIndex(plan.index, addresses))
      return complain(kUsage, *problem);
  if (Problem problem = openAccess(options.path, options.keyPath, /*makes=*/true, plan.store))
    return complain(kUsage, *problem);
  PreparedInputs prepared;
  if (Problem problem = prepareInputs(plan, prepared))
    return complain(kBad, *problem);
  for (const LabelEntry &entry : prepared.bound)
    fmt::print("{} is bound to version {}, {}\n", printable(entry.label), entry.version, readableBytes(entry.bytes));
  return finish(0);
}

/// From the object to the lines and files that it was made of.
int whyCommand(const StoreOptions &options) {
  if (std::optional<int> status = showInput(options))
    return *status;
  StoreAccess store;
  LoadedRecord record;
  uint32_t index;
  if (int status = openItem(options, store, record, index))
    return status;
  Json provenance = provenanceOf(record);
  const cleave_name &name = record.view.names[index];
  fmt::print("{}\n", textOf(name).digits);
  std::string made = fmt::format("made {} in {}", readableDate(static_cast<int64_t>(record.view.header->made_s)),
                                 readableTime(static_cast<double>(record.view.header->busy_ns)));
  if (std::string whole = wholeOf(provenance); !whole.empty()) {
    fmt::print("  {}, {}\n", whole, made);
  } else {
    fmt::print("  result of {}\n", describeTask(provenance));
    fmt::print("    code named {}\n", textOf(record.view.header->task).digits);
    fmt::print("    called at line {}, {}\n", numberOf(provenance, "at").value_or(0), made);
  }
  std::optional<RunRecord> run = readRunRecord(store.path, textOf(provenance, "run"));
  if (!run) {
    fmt::print("    of a run that is not recorded any more\n");
    return finish(0);
  }
  for (const cleave_named_item &item : run->items) {
    if (std::memcmp(&item.name, &name, sizeof name) || item.kind >= run->kinds.size())
      continue;
    const std::vector<std::string> &parameters = run->kinds[item.kind].parameters;
    for (size_t i = 0; i != parameters.size(); ++i)
      fmt::print("    from {} (content {:016x})\n",
                 parameters[i].empty() ? fmt::format("parameter {}", i + 1) : printable(parameters[i]),
                 item.parameters[std::min<size_t>(i, CLEAVE_ITEM_WORDS - 1)]);
    break;
  }
  std::string arguments;
  for (const std::string &argument : run->arguments)
    arguments += " " + printable(argument);
  fmt::print("    which the program made: {}{}\n", printable(run->program), arguments);
  for (const RunInput &input : run->inputs)
    fmt::print("      from {}{} ({}, of {})\n",
               input.label.empty() ? "" : fmt::format("input {}, version {}: ", printable(input.label), input.version),
               printable(input.path), readableBytes(input.bytes), readableDate(input.changedNs / 1000000000));
  return finish(0);
}

} // namespace cleave
