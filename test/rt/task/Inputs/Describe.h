// Describe.h - descriptors of real std types, as the compiler would emit them, for the tests of the run time.
//
//   const cleave_type &t = describe<std::vector<std::string>>();
//
// A class of a test's own says its members with a specialisation of Members<T>.
#ifndef CLEAVE_TEST_DESCRIBE_H
#define CLEAVE_TEST_DESCRIBE_H

#include "cleave/image.h"

#include <algorithm>
#include <array>
#include <deque>
#include <forward_list>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

template <class T> const cleave_type &describe();

// static std::vector<cleave_field> fields(); isTrivial: no pointers inside (then it is a POD_PARTIAL).
template <class T> struct Members;

template <class T> struct Descriptor {
  static void fill(cleave_type &type) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      type.kind = CLEAVE_T_POD;
    } else {
      type.kind = Members<T>::isTrivial ? CLEAVE_T_POD_PARTIAL : CLEAVE_T_RECORD;
      static std::vector<cleave_field> fields;
      fields = Members<T>::fields();
      type.fields = fields.data();
      type.field_count = static_cast<uint32_t>(fields.size());
    }
  }
};

template <uint32_t Kind, class Elem, uint64_t Count = 0> struct Container {
  static void fill(cleave_type &type) {
    type.kind = Kind;
    type.count = Count;
    type.elem = &describe<Elem>();
  }
};

template <class T> struct Descriptor<std::vector<T>> : Container<CLEAVE_T_VECTOR, T> {};
template <> struct Descriptor<std::vector<bool>> : Container<CLEAVE_T_BIT_VECTOR, bool> {};
template <class C> struct Descriptor<std::basic_string<C>> : Container<CLEAVE_T_STRING, C> {};
template <class C> struct Descriptor<std::basic_string_view<C>> : Container<CLEAVE_T_STRING_VIEW, C> {};
template <class T> struct Descriptor<std::span<T>> : Container<CLEAVE_T_SPAN, std::remove_const_t<T>> {};
template <class T> struct Descriptor<std::unique_ptr<T>> : Container<CLEAVE_T_UNIQUE, T> {};
template <class T> struct Descriptor<std::deque<T>> : Container<CLEAVE_T_DEQUE, T> {};
template <class T> struct Descriptor<std::list<T>> : Container<CLEAVE_T_LIST, T> {};
template <class T> struct Descriptor<std::forward_list<T>> : Container<CLEAVE_T_FORWARD_LIST, T> {};
template <class T, size_t N> struct Descriptor<std::array<T, N>> : Container<CLEAVE_T_ARRAY, T, N> {};
template <class K, class V> struct Descriptor<std::map<K, V>> : Container<CLEAVE_T_RBTREE, std::pair<K, V>> {};
template <class K> struct Descriptor<std::set<K>> : Container<CLEAVE_T_RBTREE, K> {};
template <class K> struct Descriptor<std::multiset<K>> : Container<CLEAVE_T_RBTREE, K> {};
// libstdc++ caches hash codes of keys whose hash is not known to be fast: strings, here.
template <class K> inline constexpr uint64_t cachesHash = !std::__is_fast_hash<std::hash<K>>::value;
template <class K, class V>
struct Descriptor<std::unordered_map<K, V>> : Container<CLEAVE_T_HASHTABLE, std::pair<K, V>, cachesHash<K>> {};
template <class K> struct Descriptor<std::unordered_set<K>> : Container<CLEAVE_T_HASHTABLE, K, cachesHash<K>> {};
template <class T> struct Descriptor<std::optional<T>> : Container<CLEAVE_T_OPTIONAL, T, sizeof(T)> {};

template <class A, class B> struct Members<std::pair<A, B>> {
  static constexpr bool isTrivial = std::is_arithmetic_v<A> && std::is_arithmetic_v<B>;
  static std::vector<cleave_field> fields() {
    using Pair = std::pair<A, B>;
    return {{0, &describe<A>()}, {__builtin_offsetof(Pair, second), &describe<B>()}};
  }
};

template <class... T> struct Descriptor<std::variant<T...>> {
  static void fill(cleave_type &type) {
    using Index = std::conditional_t<sizeof...(T) < 255, uint8_t, uint16_t>;
    static const cleave_field fields[] = {{0, &describe<T>()}...};
    type.kind = CLEAVE_T_VARIANT;
    type.count = std::max({sizeof(T)...});
    type.count = (type.count + sizeof(Index) - 1) / sizeof(Index) * sizeof(Index);
    type.elem = &describe<Index>();
    type.fields = fields;
    type.field_count = sizeof...(T);
  }
};
template <> struct Members<std::monostate> {
  static constexpr bool isTrivial = true;
  static std::vector<cleave_field> fields() { return {}; }
};

template <class T> const cleave_type &describe() {
  static cleave_type type{};
  if (!type.size_bytes) { // before `fill`, so that recursive types find it
    type.size_bytes = sizeof(T);
    type.align_bytes = alignof(T);
    Descriptor<T>::fill(type);
  }
  return type;
}

// All symbols that a type refers to, each once, as in cleave_kind.
inline void addSymbols(const cleave_type &type, std::vector<const void *> &list, std::vector<const cleave_type *> &seen) {
  if (std::find(seen.begin(), seen.end(), &type) != seen.end())
    return;
  seen.push_back(&type);
  uint32_t count = type.kind == CLEAVE_T_SYMBOL         ? 1
                   : type.kind == CLEAVE_T_POLYMORPHIC ? type.field_count
                   : type.kind == CLEAVE_T_FUNCTION    ? 2 * type.field_count
                                                       : 0;
  for (uint32_t i = 0; i != count; ++i)
    if (std::find(list.begin(), list.end(), type.symbols[i]) == list.end())
      list.push_back(type.symbols[i]);
  for (uint32_t i = 0; i != type.field_count; ++i)
    addSymbols(*type.fields[i].type, list, seen);
  if (type.elem)
    addSymbols(*type.elem, list, seen);
}

inline std::vector<const void *> symbolsIn(const cleave_type &type) {
  std::vector<const void *> list;
  std::vector<const cleave_type *> seen;
  addSymbols(type, list, seen);
  return list;
}

#endif
