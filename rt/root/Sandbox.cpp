#include "Sandbox.h"

#include "../task/Layout.h"
#include "../task/Memory.h"
#include "Arena.h"
#include "cleave/image.h"

#include <sys/mman.h>

cleave_sandbox_room cleave_sandbox;

namespace cleave::sandbox {

struct Chunk {
  uint8_t *memory;
  bool isArenas;
  uint32_t users; /* who holds it, and this file while it is the one in use */
};

namespace {

Chunk *chunk;

constexpr uint64_t kChunkBytes = 64u << 20;
/* Some tenths of a second. Building that takes longer is not worth doing ahead of its turn. */
constexpr uint64_t kFuel = uint64_t{1} << 27;

uint8_t *chunkEnd, *top;
bool isShown, isHeld;
uint64_t mostUsed; /* by one iteration, so far */

uint8_t *alignedTop(uint64_t alignment) {
  return reinterpret_cast<uint8_t *>(alignUp(reinterpret_cast<uint64_t>(top), alignment));
}

void openChunk() {
  release();
  auto *opened = static_cast<Chunk *>(growBlock(nullptr, sizeof(Chunk)));
  auto *memory = arena::base ? static_cast<uint8_t *>(arena::allocate(kChunkBytes, arena::kPage)) : nullptr;
  *opened = {memory, memory != nullptr, 1};
  if (!memory) {
    void *at = mmap(nullptr, kChunkBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) {
      free(opened);
      cleave_sandbox_stop();
    }
    opened->memory = static_cast<uint8_t *>(at);
  }
  chunk = opened;
  chunkEnd = chunk->memory + kChunkBytes;
  top = chunk->memory;
}

uint8_t *base() { return reinterpret_cast<uint8_t *>(cleave_sandbox.base); }

} // namespace

void noteShown(const void *data) {
  isShown |= reinterpret_cast<uint64_t>(data) - cleave_sandbox.base < cleave_sandbox.bytes;
}

Chunk *hold() {
  isHeld = true;
  ++chunk->users;
  return chunk;
}

void drop(Chunk *held) {
  if (--held->users)
    return;
  held->isArenas ? arena::release(held->memory) : static_cast<void>(munmap(held->memory, kChunkBytes));
  free(held);
}

void release() {
  if (chunk)
    drop(chunk);
  chunk = nullptr;
  cleave_sandbox.base = cleave_sandbox.bytes = 0;
}

namespace {

/* Fields of contained objects, written by code of the library's that has no body in the program. */
template <class T> void put(T &field, T value) {
  auto offset = reinterpret_cast<uint64_t>(&field) - cleave_sandbox.base;
  if (offset > cleave_sandbox.bytes - sizeof(T) || reinterpret_cast<uint64_t>(&field) % alignof(T))
    cleave_sandbox_stop();
  field = value;
}

struct ListNode {
  ListNode *next, *previous;
};

/* As in libstdc++'s stl_tree.h; the header's parent, left and right are the root, the first and the last node. */
struct TreeNode {
  enum Colour : int { Red, Black } colour;
  TreeNode *parent, *left, *right;
};

/* Turns `node` down to one side; its child on the other side takes its place. */
void rotate(TreeNode *node, bool toLeft, TreeNode *header) {
  TreeNode *child = toLeft ? node->right : node->left;
  TreeNode *inner = toLeft ? child->left : child->right;
  put(toLeft ? node->right : node->left, inner);
  if (inner)
    put(inner->parent, node);
  put(child->parent, node->parent);
  if (node == header->parent)
    put(header->parent, child);
  else
    put(node == node->parent->left ? node->parent->left : node->parent->right, child);
  put(toLeft ? child->left : child->right, node);
  put(node->parent, child);
}

void attach(bool isLeft, TreeNode *node, TreeNode *parent, TreeNode *header) {
  put(node->parent, parent);
  put(node->left, static_cast<TreeNode *>(nullptr));
  put(node->right, static_cast<TreeNode *>(nullptr));
  put(node->colour, TreeNode::Red);
  if (isLeft) {
    put(parent->left, node); /* of the header too: then it is the first node */
    if (parent == header) {
      put(header->parent, node);
      put(header->right, node);
    } else if (parent == header->left) {
      put(header->left, node);
    }
  } else {
    put(parent->right, node);
    if (parent == header->right)
      put(header->right, node);
  }
}

void burn() {
  if (--cleave_sandbox.fuel == 0)
    cleave_sandbox_stop();
}

} // namespace

} // namespace cleave::sandbox

using namespace cleave;
using namespace cleave::sandbox;

extern "C" void cleave_sandbox_begin() {
  cleave_sandbox.fuel = kFuel;
  uint64_t used = static_cast<uint64_t>(top - base());
  if (!chunk) {
    openChunk();
  } else if (isShown || isHeld) {
    mostUsed = used > mostUsed ? used : mostUsed;
    bool isFree = !isShown && chunk->users == 1;
    top = isFree ? chunk->memory : alignedTop(isShown ? arena::kPage : 64);
    uint64_t least = 2 * mostUsed > kChunkBytes / 2 ? 2 * mostUsed : kChunkBytes / 2;
    if (static_cast<uint64_t>(chunkEnd - top) < least)
      openChunk();
  } else {
    top = base();
  }
  isShown = isHeld = false;
  cleave_sandbox.base = reinterpret_cast<uint64_t>(top);
  cleave_sandbox.bytes = static_cast<uint64_t>(chunkEnd - top);
}

/* Blocks that may be shown have their pages to themselves. */
extern "C" void *cleave_sandbox_new(uint64_t bytes, uint64_t alignment) {
  bool isLarge = bytes >= CLEAVE_EXTERN_MIN;
  if (isLarge || alignment > arena::kPage)
    alignment = arena::kPage;
  uint8_t *at = alignedTop(alignment < 16 ? 16 : alignment);
  if (at > chunkEnd || bytes > static_cast<uint64_t>(chunkEnd - at))
    cleave_sandbox_stop();
  top = at + bytes;
  if (isLarge)
    top = alignedTop(arena::kPage);
  return at;
}

extern "C" void cleave_sandbox_list_hook(void *node, void *position) {
  auto *ours = static_cast<ListNode *>(node), *next = static_cast<ListNode *>(position);
  put(ours->next, next);
  put(ours->previous, next->previous);
  put(next->previous->next, ours);
  put(next->previous, ours);
}

extern "C" void cleave_sandbox_tree_insert(bool isLeft, void *theNode, void *theParent, void *theHeader) {
  auto *node = static_cast<TreeNode *>(theNode), *header = static_cast<TreeNode *>(theHeader);
  attach(isLeft, node, static_cast<TreeNode *>(theParent), header);
  while (node != header->parent && node->parent->colour == TreeNode::Red) {
    burn();
    TreeNode *parent = node->parent, *grand = parent->parent;
    bool isParentLeft = parent == grand->left;
    TreeNode *uncle = isParentLeft ? grand->right : grand->left;
    if (uncle && uncle->colour == TreeNode::Red) {
      put(parent->colour, TreeNode::Black);
      put(uncle->colour, TreeNode::Black);
      put(grand->colour, TreeNode::Red);
      node = grand;
      continue;
    }
    if (node == (isParentLeft ? parent->right : parent->left)) {
      node = parent;
      rotate(node, isParentLeft, header);
    }
    put(node->parent->colour, TreeNode::Black);
    put(grand->colour, TreeNode::Red);
    rotate(grand, !isParentLeft, header);
  }
  put(header->parent->colour, TreeNode::Black);
}
