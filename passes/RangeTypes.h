// RangeTypes.h - which object of the source a pointer leads into, from the types that the frontend tells.
#ifndef CLEAVE_PASSES_RANGETYPES_H
#define CLEAVE_PASSES_RANGETYPES_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace llvm {
class MDNode;
class Module;
class Value;
} // namespace llvm

namespace cleave {

/// A pointer leads into an object of type `type` (a node of docs/facts.md).
struct TypedPlace {
  const llvm::MDNode *type = nullptr; ///< null: not known
  std::optional<uint64_t> offset;     ///< in bytes from the object's first; none: anywhere in it
  bool isElement = false;             ///< the object is one of a sequence without gaps: a vector's, an array's

  explicit operator bool() const { return type; }
  bool operator==(const TypedPlace &) const = default;
};

/// What a loop may do with memory of a known type that travels as values of that type.
enum class Content {
  Plain,   ///< bytes; they may be changed too
  Count,   ///< how much a container or view holds: the same in a copy, and not to be changed
  Pointer, ///< leads to the elements, or behind the last one
  Other    ///< whatever differs in a copy, or is not known
};

class TypedPlaces {
public:
  explicit TypedPlaces(const llvm::Module &module) : module(module) {}

  TypedPlace of(llvm::Value *pointer);

  /// The bytes [place.offset, place.offset + size) of the object. Size 0: of any length, within objects of the type.
  Content contentAt(const TypedPlace &place, uint64_t size) const;
  /// Is `place` the word of a std::vector that leads to its elements?
  static bool isBeginOfVector(const TypedPlace &place);
  /// Of an array, or of a record that is nothing but one (std::array); null for everything else.
  static const llvm::MDNode *elementOf(const llvm::MDNode *type);

private:
  enum class State { Open, Known };
  struct Entry {
    State state = State::Open;
    TypedPlace place;
  };
  Entry evaluate(llvm::Value *value) const;
  TypedPlace source(llvm::Value *value) const;
  TypedPlace target(const llvm::MDNode *type, bool isElement) const;
  TypedPlace follow(const TypedPlace &place) const;

  const llvm::Module &module;
  llvm::DenseMap<llvm::Value *, Entry> entries;
};

} // namespace cleave

#endif
