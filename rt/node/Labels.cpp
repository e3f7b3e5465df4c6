// Labels.cpp - see Labels.h.
#include "Labels.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <tuple>

namespace cleave {

namespace {

constexpr size_t kMostBytes = 65536; // of an entry

std::string readEntry(const std::string &path) {
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  std::string content(kMostBytes, 0);
  ssize_t got = file ? read(file.get(), content.data(), content.size()) : 0;
  content.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return content;
}

} // namespace

std::string FolderIndex::pathOf(const std::string &label) const {
  return fmt::format("{}/labels/{}", store.path, textOf(labelName(store.key.data(), of, label)).digits);
}

LabelAnswer FolderIndex::read(const std::string &label, Consistency) {
  LabelAnswer answer;
  std::optional<LabelEntry> entry = unsealLabel(store.key.data(), readEntry(pathOf(label)));
  if (!entry || entry->label != label)
    return answer;
  answer.state = LabelAnswer::State::Bound;
  answer.entry = *entry;
  answer.revision = entry->version;
  return answer;
}

int FolderIndex::write(const LabelEntry &entry) {
  std::string sealed = sealLabel(store.key.data(), entry);
  const FilePart part = {sealed.data(), sealed.size()};
  return writeWhole(store.path.c_str(), pathOf(entry.label).c_str(), &part, 1, entry.version);
}

/// Readers see an entry before it or after; writers take turns.
BindState FolderIndex::bind(const LabelEntry &entry, const LabelAnswer &before, std::string &why) {
  Descriptor turn(open((store.path + "/labels").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (turn && flock(turn.get(), LOCK_EX) && errno == EINTR) {
  }
  if (turn && read(entry.label, Consistency::Strong).revision != before.revision)
    return BindState::Outrun;
  int error = turn ? write(entry) : errno;
  if (!error)
    return BindState::Bound;
  why = fmt::format("the store '{}' cannot be written: {}", store.path, std::strerror(error));
  return BindState::Silent;
}

std::vector<LabelEntry> listLabels(const StoreAccess &store) {
  std::vector<LabelEntry> labels;
  std::string folder = store.path + "/labels";
  DIR *entries = opendir(folder.c_str());
  while (dirent *file = entries ? readdir(entries) : nullptr)
    if (file->d_name[0] != '.')
      if (std::optional<LabelEntry> entry = unsealLabel(store.key.data(), readEntry(folder + "/" + file->d_name)))
        labels.push_back(*entry);
  if (entries)
    closedir(entries);
  std::sort(labels.begin(), labels.end(), [](const LabelEntry &a, const LabelEntry &b) {
    return std::tie(a.label, a.version) < std::tie(b.label, b.version);
  });
  return labels;
}

} // namespace cleave
