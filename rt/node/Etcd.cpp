// Etcd.cpp - see Etcd.h.
#include "Etcd.h"

#include <cstdlib>
#include <fmt/format.h>
#include <sodium/utils.h>

namespace cleave {

namespace {

constexpr const char *kScheme = "etcd:";
constexpr uint64_t kPage = 4000; // entries that are asked for at a time

/// etcd writes 64-bit numbers as texts.
uint64_t wideNumber(const Json &object, const char *key) {
  if (std::optional<uint64_t> number = numberOf(object, key))
    return *number;
  return std::strtoull(textOf(object, key).c_str(), nullptr, 10);
}

/// The first key behind all that begin with the prefix, whose last character is a slash.
std::string endOf(std::string prefix) {
  ++prefix.back();
  return prefix;
}

} // namespace

Problem parseIndex(const std::string &text, EtcdAddresses &addresses) {
  if (!text.starts_with(kScheme))
    return fmt::format("there is no index '{}'; use etcd:HOST:PORT", text);
  addresses.text = text.substr(std::string_view(kScheme).size());
  for (size_t at = 0; at <= addresses.text.size();) {
    size_t comma = std::min(addresses.text.find(',', at), addresses.text.size());
    std::optional<Address> address = parseAddress(addresses.text.substr(at, comma - at));
    if (!address || !address->port)
      return fmt::format("'{}' is no HOST:PORT of an index; etcd's own port is 2379",
                         addresses.text.substr(at, comma - at));
    addresses.members.push_back(*address);
    at = comma + 1;
  }
  return std::nullopt;
}

std::string Etcd::encode(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), 0);
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  text.pop_back(); // the 0
  return text;
}

std::string Etcd::decode(const std::string &text) {
  std::string bytes(text.size(), 0);
  size_t length = 0;
  bool isGood = !sodium_base642bin(reinterpret_cast<unsigned char *>(bytes.data()), bytes.size(), text.data(), text.size(),
                                   nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
  bytes.resize(isGood ? length : 0);
  return bytes;
}

std::optional<Json> Etcd::ask(const char *path, const Json &body) {
  for (size_t i = 0; i != addresses.members.size(); ++i) {
    size_t member = (first + i) % addresses.members.size();
    HttpCall call;
    call.address = addresses.members[member];
    call.isPost = true;
    call.path = path;
    call.body = body.dump();
    http.ask(call);
    std::optional<Json> answer = call.status == 200 ? parseJson(call.reply) : std::nullopt;
    if (answer && answer->is_object()) {
      first = member;
      return answer;
    }
    std::string said = call.status > 0 ? textOf(parseJson(call.reply).value_or(Json()), "error") : "";
    reason = call.status > 0 ? fmt::format("{} answers {}{}{}", describe(), call.status, said.empty() ? "" : ": ", said)
                             : fmt::format("{} does not answer", describe());
  }
  return std::nullopt;
}

bool Etcd::list(const std::string &prefix, uint64_t since, std::vector<EtcdEntry> &entries, uint64_t &revision) {
  std::string from = prefix;
  for (uint64_t at = 0;;) {
    Json body = {{"key", encode(from)}, {"range_end", encode(endOf(prefix))}, {"serializable", true}, {"limit", kPage},
                 {"min_mod_revision", since}};
    if (at)
      body["revision"] = at; // the pages are of one moment
    std::optional<Json> answer = ask("/v3/kv/range", body);
    if (!answer)
      return false;
    if (!at)
      at = revision = wideNumber(memberOf(*answer, "header"), "revision");
    for (const Json &entry : listOf(*answer, "kvs"))
      entries.push_back({decode(textOf(entry, "key")), decode(textOf(entry, "value")), wideNumber(entry, "mod_revision")});
    auto more = answer->find("more");
    if (more == answer->end() || !more->is_boolean() || !more->get<bool>() || entries.empty())
      return true;
    from = entries.back().key + '\0';
  }
}

std::string EtcdLabels::keyOf(const std::string &label) const {
  return fmt::format("cleave/labels/{}", textOf(labelName(store.key.data(), "", label)).digits);
}

LabelAnswer EtcdLabels::read(const std::string &label, Consistency consistency) {
  LabelAnswer answer;
  std::optional<Json> reply = etcd.ask("/v3/kv/range", {{"key", Etcd::encode(keyOf(label))},
                                                        {"serializable", consistency == Consistency::Relaxed}});
  if (!reply) {
    answer.state = LabelAnswer::State::Silent;
    answer.why = etcd.why();
    return answer;
  }
  for (const Json &kept : listOf(*reply, "kvs")) {
    answer.revision = wideNumber(kept, "mod_revision");
    std::optional<LabelEntry> entry = unsealLabel(store.key.data(), Etcd::decode(textOf(kept, "value")));
    if (entry && entry->label == label) {
      answer.state = LabelAnswer::State::Bound;
      answer.entry = *entry;
    }
  }
  return answer;
}

BindState EtcdLabels::bind(const LabelEntry &entry, const LabelAnswer &before, std::string &why) {
  std::string key = Etcd::encode(keyOf(entry.label));
  Json body = {{"compare", Json::array({{{"key", key},
                                         {"target", "MOD"},
                                         {"result", "EQUAL"},
                                         {"mod_revision", before.revision}}})},
               {"success", Json::array({{{"request_put",
                                          {{"key", key}, {"value", Etcd::encode(sealLabel(store.key.data(), entry))}}}}})}};
  std::optional<Json> reply = etcd.ask("/v3/kv/txn", body);
  if (!reply) {
    why = etcd.why();
    return BindState::Silent;
  }
  auto succeeded = reply->find("succeeded");
  bool isBound = succeeded != reply->end() && succeeded->is_boolean() && succeeded->get<bool>();
  return isBound ? BindState::Bound : BindState::Outrun;
}

} // namespace cleave
