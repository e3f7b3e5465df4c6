// A record is `pod`, bytes to be copied and hashed, only if every byte belongs to a member. One hole taken for data
// would give equal values different names.
//
// RUN: %cleavexx -std=c++20 -cleave-emit=facts %s | FileCheck %s
#include <utility>

struct Tight { int a; float b[3]; };
struct Holed { char c; int i; };
struct Tail { double d; char c; };
struct Base { int a; };
struct Derived : Base { int b; };
struct Reusing { Reusing(); int a; char c; };
struct Reuser : Reusing { char d; };
struct FullBits { unsigned a : 20, b : 12; int c; };
struct HoledBits { unsigned a : 3, b : 7; int c; };
struct Empty {};
struct WithEmpty { Empty e; int x; };
struct WithoutAddress { [[no_unique_address]] Empty e; int x; };
enum class Colour : short { Red };

int f1(const Tight &x) { return 0; }
int f2(const Holed &x) { return 0; }
int f3(const Tail &x) { return 0; }
int f4(const Derived &x) { return 0; }
int f5(const Reuser &x) { return 0; }
int f6(const FullBits &x) { return 0; }
int f7(const HoledBits &x) { return 0; }
int f8(const WithEmpty &x) { return 0; }
int f9(const WithoutAddress &x) { return 0; }
int f10(const Colour &x) { return 0; }
int f11(const long double &x) { return 0; }
int f12(const Holed (&x)[2]) { return 0; }
int f13(const std::pair<int, double> &x) { return 0; }
int f14(const __int128 &x) { return 0; }

// A class with a user-written copy is no less its bytes, but only what copies trivially is `trivial`.
struct Copied { Copied(const Copied &); char c; int i; };
int f15(const Copied &x) { return 0; }

// CHECK-DAG: !{!"x", !"const Tight &", !"borrowed", i32 0, i32 1, [[TIGHT:![0-9]+]]}
// CHECK-DAG: [[TIGHT]] = !{!"pod", i64 16, i64 4, !"Tight"}
// CHECK-DAG: [[CHAR:![0-9]+]] = !{!"pod", i64 1, i64 1}
// CHECK-DAG: [[INT:![0-9]+]] = !{!"pod", i64 4, i64 4}
// CHECK-DAG: [[DOUBLE:![0-9]+]] = !{!"pod", i64 8, i64 8}
// CHECK-DAG: [[HOLED:![0-9]+]] = !{!"trivial", !"Holed", i64 8, i64 4, i64 0, [[CHAR]], i64 4, [[INT]]}
// CHECK-DAG: !{!"trivial", !"Tail", i64 16, i64 8, i64 0, [[DOUBLE]], i64 8, [[CHAR]]}
// CHECK-DAG: !{!"pod", i64 8, i64 4, !"Derived"}
// CHECK-DAG: [[REUSING:![0-9]+]] = !{!"trivial", !"Reusing", i64 8, i64 4, i64 0, [[INT]], i64 4, [[CHAR]]}
// CHECK-DAG: !{!"trivial", !"Reuser", i64 8, i64 4, i64 0, [[REUSING]], i64 5, [[CHAR]]}
// CHECK-DAG: !{!"pod", i64 8, i64 4, !"FullBits"}
// CHECK-DAG: [[BITS:![0-9]+]] = !{!"pod", i64 2, i64 1}
// CHECK-DAG: !{!"trivial", !"HoledBits", i64 8, i64 4, i64 0, [[BITS]], i64 4, [[INT]]}
// CHECK-DAG: !{!"trivial", !"WithEmpty", i64 8, i64 4, i64 4, [[INT]]}
// CHECK-DAG: !{!"pod", i64 4, i64 4, !"WithoutAddress"}
// CHECK-DAG: !{!"x", !"const Colour &", !"borrowed", i32 0, i32 1, [[COLOUR:![0-9]+]]}
// CHECK-DAG: [[COLOUR]] = !{!"pod", i64 2, i64 2}
// CHECK-DAG: [[EXTENDED:![0-9]+]] = !{!"pod", i64 10, i64 2}
// CHECK-DAG: !{!"trivial", !"long double", i64 16, i64 16, i64 0, [[EXTENDED]]}
// CHECK-DAG: !{!"array", i64 2, [[HOLED]]}
// CHECK-DAG: !{!"trivial", !"std::pair<int, double>", i64 16, i64 8, i64 0, [[INT]], i64 8, [[DOUBLE]]}
// CHECK-DAG: !{!"pod", i64 16, i64 16}
// CHECK-DAG: !{!"record", !"Copied", i64 8, i64 4, i64 0, [[CHAR]], i64 4, [[INT]]}
