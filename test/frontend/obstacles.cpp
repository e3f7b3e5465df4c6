// What cannot travel, and the sentence that says why. A member walk alone would let several of these pass: an atomic,
// a thread id and a comparator's state are all harmless integers to it.
//
// RUN: %cleavexx -std=c++20 -cleave-emit=facts %s | FileCheck %s
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <set>
#include <span>
#include <thread>
#include <tuple>
#include <unordered_set>
#include <variant>
#include <vector>

struct Queue { int length; struct Cell { int *next; } head; };
struct Referring { int &target; };
struct Shape { virtual ~Shape(); };
struct Picture { std::vector<int> pixels; std::unique_ptr<Shape> shape; };
struct Callback { std::function<int()> call; };
union Either { int i; float f; };
struct HasUnion { Either either; };
struct Volatile { volatile int flag; };
struct Amp { int x; int *operator&(); };
struct Virtual : virtual Queue {};
struct Order { int direction; bool operator()(int a, int b) const; };
struct Seeded { char seed; std::size_t operator()(int) const; };
struct Member { int Queue::*which; };
struct Unknown;
struct Custom { int x; };
template <> struct std::default_delete<Custom> { void operator()(Custom *) const; };
struct Inherits : std::vector<int *> {};

// CHECK-DAG: !{!"no", !"member 'next' of 'Queue::Cell' (member 'head' of 'Queue') is a raw pointer (int *)"}
int f1(const Queue &x) { return 0; }
// CHECK-DAG: !{!"record", !"Referring", i64 8, i64 8, i64 0, [[REFERENCE:![0-9]+]]}
// CHECK-DAG: [[REFERENCE]] = !{!"reference", !{{[0-9]+}}}
int f2(const Referring &x) { return 0; }
// CHECK-DAG: [[SHAPE:![0-9]+]] = !{!"polymorphic", !"Shape", i64 8, i64 8}
int f3(const Shape &x) { return 0; }
// CHECK-DAG: !{!"unique", [[SHAPE]]}
int f4(const Picture &x) { return 0; }
// CHECK-DAG: !{!"record", !"Callback", i64 32, i64 8, i64 0, [[FUNCTION:![0-9]+]]}
// CHECK-DAG: [[FUNCTION]] = !{!"function", !"int ()"}
int f5(const Callback &x) { return 0; }
// CHECK-DAG: !{!"no", !"member 'either' of 'HasUnion' is a union (Either)"}
int f6(const HasUnion &x) { return 0; }
// CHECK-DAG: !{!"no", !"member 'flag' of 'Volatile' is volatile (volatile int)"}
int f7(const Volatile &x) { return 0; }
// CHECK-DAG: !{!"no", !"'Amp' has an address-of operator of its own"}
int f8(const Amp &x) { return 0; }
// CHECK-DAG: !{!"no", !"'Virtual' has virtual bases"}
int f9(const Virtual &x) { return 0; }
// CHECK-DAG: !{!"no", !"'std::set<int, Order>' carries state beside its elements, a 'Order'"}
int f10(const std::set<int, Order> &x) { return 0; }
// CHECK-DAG: !{!"no", !"'std::unordered_set<int, Seeded>' {{.*}}"}
int f11(const std::unordered_set<int, Seeded> &x) { return 0; }
// CHECK-DAG: !{!"no", !"member 'which' of 'Member' is a pointer to member (int Queue::*)"}
int f12(const Member &x) { return 0; }
// CHECK-DAG: !{!"no", !"'Unknown' is of an incomplete type"}
int f13(const Unknown &x) { return 0; }
// CHECK-DAG: !{!"no", !"'std::unique_ptr<Custom>' has a deleter of its own"}
int f14(const std::unique_ptr<Custom> &x) { return 0; }
// CHECK-DAG: !{!"no", !"'std::unique_ptr<int[]>' owns an array whose length it does not know"}
int f15(const std::unique_ptr<int[]> &x) { return 0; }
// CHECK-DAG: !{!"no", !"'std::atomic<int>' is of a library type that cannot travel"}
int f16(const std::atomic<int> &x) { return 0; }
// CHECK-DAG: !{!"no", !"'std::thread::id' is of a library type that cannot travel"}
int f17(const std::thread::id &x) { return 0; }
// CHECK-DAG: !{!"no", !"'std::vector<int, std::pmr::polymorphic_allocator<int>>' has an allocator other than std::allocator"}
int f18(const std::pmr::vector<int> &x) { return 0; }
// CHECK-DAG: !{!"no", !"'std::span<int>' is a span through which elements can be written"}
int f19(std::span<int> x) { return 0; }
// CHECK-DAG: !{!"no", !"an element of 'std::_Head_base<{{.*}}' ({{.*}}) is a raw pointer (int *)"}
int f20(const std::tuple<int *, char> &x) { return 0; }
// CHECK-DAG: !{!"no", !"an alternative of 'std::variant<int, float *>' is a raw pointer (float *)"}
int f21(const std::variant<int, float *> &x) { return 0; }
// CHECK-DAG: !{!"no", !"base 'std::vector<int *>' of 'Inherits' is a raw pointer (std::vector<int *>)"}
int f22(const Inherits &x) { return 0; }
// CHECK-DAG: !{!"no", !"'std::shared_ptr<int>' is of a library type that cannot travel"}
int f23(const std::shared_ptr<int> &x) { return 0; }
// CHECK-DAG: !{!"no", !"'int (*)(int)' is a function pointer"}
int f24(int (*x)(int)) { return 0; }
// A container keeps its own node around an element that cannot travel.
// CHECK-DAG: !{!"x", !"const std::vector<int *> &", !"borrowed", i32 0, i32 1, [[POINTERS:![0-9]+]]}
// CHECK-DAG: [[POINTERS]] = !{!"vector", [[POINTER:![0-9]+]]}
// CHECK-DAG: [[POINTER]] = !{!"no", !"'int *' is a raw pointer"}
int f25(const std::vector<int *> &x) { return 0; }

// A by-value or rvalue parameter is destroyed where the caller made it. Whether its destructor could tell that the callee
// changed a copy is for the passes to see; a borrowed one is only looked at.
struct Closing { int handle; ~Closing(); };
// CHECK-DAG: !{!"taken", !"std::vector<Closing>", !"indirect", i32 0, i32 1, !{{[0-9]+}}, !"destroyed"}
int f26(std::vector<Closing> taken) { return 0; }
// CHECK-DAG: !{!"seen", !"const Closing &", !"borrowed", i32 0, i32 1, [[SEEN:![0-9]+]]}
// CHECK-DAG: [[SEEN]] = !{!"pod", i64 4, i64 4, !"Closing"}
int f27(const Closing &seen) { return 0; }
// At any depth, by name and type.
struct Node { int *owner; };
struct Tree { Node root; };
struct Forest { std::vector<Tree> trees; };
// CHECK-DAG: !{!"no", !"member 'owner' of 'Node' (member 'root' of 'Tree', member 'trees' of 'Forest') is a raw pointer (int *)"}
int f28(const Forest &x) { return 0; }
