// BundleJson.h - JSON that anyone may have written: absent, of the wrong type and malformed are all values here.
#ifndef CLEAVE_NODE_BUNDLEJSON_H
#define CLEAVE_NODE_BUNDLEJSON_H

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cleave {

using Json = nlohmann::json;

/// Nothing: it is not JSON, or is nested so deep that walking it would take more stack than is safe.
std::optional<Json> parseJson(std::string_view text);

/// The member, or a null value.
const Json &memberOf(const Json &object, const char *key);
/// The member if it is a text, else an empty one.
std::string textOf(const Json &object, const char *key);
/// The member if it is a whole number that is not negative.
std::optional<uint64_t> numberOf(const Json &object, const char *key);
/// The member if it is an array, else an empty one.
const Json &listOf(const Json &object, const char *key);
/// Its texts, others as empty ones.
std::vector<std::string> textsOf(const Json &object, const char *key);
/// What else the work of a task with this signature depends on, random numbers for one, in words; empty: nothing.
std::string outsideOf(const Json &signature);

} // namespace cleave

#endif
