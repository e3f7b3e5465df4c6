#include "Label.h"
#include "Folder.h"

#include <cstring>
#include <nlohmann/json.hpp>
#include <sodium.h>

namespace cleave {

namespace {

using Json = nlohmann::json;

cleave_name shapedName(const crypto_generichash_blake2b_state &made) {
  crypto_generichash_blake2b_state state = made;
  cleave_name name;
  crypto_generichash_blake2b_final(&state, name.bytes, sizeof name.bytes);
  name.bytes[6] = static_cast<uint8_t>(0x80 | (name.bytes[6] & 0x0f)); // RFC 9562, version 8
  name.bytes[8] = static_cast<uint8_t>(0x80 | (name.bytes[8] & 0x3f));
  return name;
}

class Derivation {
public:
  Derivation(const uint8_t tenantKey[32], char tag) {
    crypto_generichash_blake2b_init(&state, tenantKey, 32, sizeof(cleave_name));
    add(&tag, 1);
  }
  void add(const void *data, size_t bytes) {
    crypto_generichash_blake2b_update(&state, static_cast<const unsigned char *>(data), bytes);
  }
  cleave_name name() const { return shapedName(state); }

private:
  crypto_generichash_blake2b_state state;
};

struct SealKey {
  unsigned char bytes[crypto_secretbox_KEYBYTES];
};

SealKey sealKey(const uint8_t tenantKey[32]) {
  static const unsigned char use[] = "cleave labels";
  SealKey key;
  crypto_generichash_blake2b(key.bytes, sizeof key.bytes, use, sizeof use - 1, tenantKey, 32);
  return key;
}

std::string textMember(const Json &json, const char *key) {
  auto member = json.find(key);
  return member != json.end() && member->is_string() ? member->get<std::string>() : std::string();
}

template <class Number> Number numberMember(const Json &json, const char *key) {
  auto member = json.find(key);
  return member != json.end() && member->is_number_integer() ? member->get<Number>() : Number();
}

} // namespace

cleave_name blobName(const uint8_t tenantKey[32], const StoreKeys &keys, const void *data, uint64_t bytes) {
  Hash128 digest = keyedHash(keys.content, data, bytes);
  Derivation derivation(tenantKey, 'b');
  derivation.add(&digest, sizeof digest);
  derivation.add(&bytes, sizeof bytes);
  return derivation.name();
}

cleave_name labelName(const uint8_t tenantKey[32], std::string_view index, std::string_view label) {
  Derivation derivation(tenantKey, 'l');
  uint64_t length = index.size();
  derivation.add(&length, sizeof length);
  derivation.add(index.data(), index.size());
  derivation.add(label.data(), label.size());
  return derivation.name();
}

std::string sealLabel(const uint8_t tenantKey[32], const LabelEntry &entry) {
  Json json = {{"label", entry.label},
               {"version", entry.version},
               {"blob", textOf(entry.blob).digits},
               {"bytes", entry.bytes},
               {"bound_s", entry.boundS},
               {"path", entry.origin.path},
               {"device", entry.origin.device},
               {"inode", entry.origin.inode},
               {"changed_ns", entry.origin.changedNs},
               {"status_changed_ns", entry.origin.statusChangedNs}};
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size(), 0);
  auto *bytes = reinterpret_cast<unsigned char *>(sealed.data());
  randombytes_buf(bytes, crypto_secretbox_NONCEBYTES);
  SealKey key = sealKey(tenantKey);
  crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES, reinterpret_cast<const unsigned char *>(text.data()),
                        text.size(), bytes, key.bytes);
  return sealed;
}

std::optional<LabelEntry> unsealLabel(const uint8_t tenantKey[32], std::string_view sealed) {
  constexpr size_t kLeast = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
  if (sealed.size() < kLeast)
    return std::nullopt;
  std::string text(sealed.size() - kLeast, 0);
  auto *bytes = reinterpret_cast<const unsigned char *>(sealed.data());
  SealKey key = sealKey(tenantKey);
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char *>(text.data()), bytes + crypto_secretbox_NONCEBYTES,
                                 sealed.size() - crypto_secretbox_NONCEBYTES, bytes, key.bytes))
    return std::nullopt;
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  LabelEntry entry;
  if (!json.is_object() || !parseName(textMember(json, "blob").c_str(), entry.blob))
    return std::nullopt;
  entry.label = textMember(json, "label");
  entry.version = numberMember<uint64_t>(json, "version");
  entry.bytes = numberMember<uint64_t>(json, "bytes");
  entry.boundS = numberMember<int64_t>(json, "bound_s");
  entry.origin = {textMember(json, "path"), numberMember<uint64_t>(json, "device"), numberMember<uint64_t>(json, "inode"),
                  numberMember<int64_t>(json, "changed_ns"), numberMember<int64_t>(json, "status_changed_ns")};
  return entry;
}

} // namespace cleave
