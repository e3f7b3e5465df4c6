// libstdc++'s containers as nodes. Each parameter is only named, never used: a class template must be described even
// if this file never needed it complete.
//
// RUN: %cleavexx -std=c++20 -cleave-emit=facts %s | FileCheck %s
#include <array>
#include <chrono>
#include <complex>
#include <deque>
#include <forward_list>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

struct Point { int x, y; };
struct ByX { bool operator()(const Point &a, const Point &b) const; };

int f1(const std::vector<Point> &x) { return 0; }
int f2(const std::vector<bool> &x) { return 0; }
int f3(const std::string &x) { return 0; }
int f4(const std::map<std::string, int> &x) { return 0; }
int f5(const std::multiset<Point, ByX> &x) { return 0; }
int f6(const std::unordered_map<std::string, int> &x) { return 0; }
int f7(const std::unordered_set<int> &x) { return 0; }
int f8(const std::deque<int> &x) { return 0; }
int f9(const std::list<int> &x) { return 0; }
int f10(const std::forward_list<int> &x) { return 0; }
int f11(const std::optional<Point> &x) { return 0; }
int f12(const std::unique_ptr<Point> &x) { return 0; }
int f13(std::span<const Point> x) { return 0; }
int f14(std::string_view x) { return 0; }
int f15(const std::tuple<char, std::string> &x) { return 0; }
int f16(const std::array<double, 3> &x) { return 0; }
int f17(const std::complex<double> &x) { return 0; }
int f18(const std::chrono::milliseconds &x) { return 0; }
int f19(const std::mt19937 &x) { return 0; }
int f20(const std::priority_queue<int> &x) { return 0; }
int f21(const std::variant<std::monostate, Point, std::string> &x) { return 0; }
int f22(const std::function<int(double)> &x) { return x(1); }
int f23(std::initializer_list<Point> x) { return 0; }
int f24(std::span<const Point, 3> x) { return 0; }
int f25() { return f22([n = 5](double) { return n; }); }

// CHECK-DAG: [[POINT:![0-9]+]] = !{!"pod", i64 8, i64 4, !"Point"}
// CHECK-DAG: [[CHAR:![0-9]+]] = !{!"pod", i64 1, i64 1}
// CHECK-DAG: [[INT:![0-9]+]] = !{!"pod", i64 4, i64 4}
// CHECK-DAG: !{!"vector", [[POINT]]}
// CHECK-DAG: !{!"bit_vector"}
// CHECK-DAG: [[STRING:![0-9]+]] = !{!"string", [[CHAR]]}
// CHECK-DAG: [[ENTRY:![0-9]+]] = !{!"record", !"std::pair<const std::basic_string<char>, int>", i64 40, i64 8, i64 0, [[STRING]], i64 32, [[INT]]}
// CHECK-DAG: !{!"rbtree", [[ENTRY]]}
// CHECK-DAG: !{!"rbtree", [[POINT]]}
// A string's hash is kept in the node, an int's is not.
// CHECK-DAG: !{!"hashtable", [[ENTRY]], i64 1}
// CHECK-DAG: !{!"hashtable", [[INT]], i64 0}
// CHECK-DAG: !{!"deque", [[INT]]}
// CHECK-DAG: !{!"list", [[INT]]}
// CHECK-DAG: !{!"forward_list", [[INT]]}
// CHECK-DAG: !{!"optional", i64 12, i64 4, i64 8, [[POINT]]}
// CHECK-DAG: !{!"unique", [[POINT]]}
// CHECK-DAG: !{!"x", !"std::span<const Point>", !"direct", i32 0, i32 2, [[SPAN:![0-9]+]]}
// CHECK-DAG: [[SPAN]] = !{!"span", [[POINT]]}
// CHECK-DAG: !{!"x", !"std::initializer_list<Point>", !"direct", i32 0, i32 2, [[SPAN]]}
// CHECK-DAG: !{!"x", !"std::span<const Point, 3>", !"direct", i32 0, i32 1, [[FIXED:![0-9]+]]}
// CHECK-DAG: [[FIXED]] = !{!"reference", [[THREE:![0-9]+]]}
// CHECK-DAG: [[THREE]] = !{!"pod", i64 24, i64 4}
// CHECK-DAG: [[NONE:![0-9]+]] = !{!"trivial", !"std::monostate", i64 1, i64 1}
// CHECK-DAG: !{!"variant", i64 40, i64 8, i64 32, i64 1, [[NONE]], [[POINT]], [[STRING]]}
// CHECK-DAG: !{!"function", !"int (double)"}
// CHECK-DAG: !cleave.functors = !{[[FUNCTOR:![0-9]+]]}
// CHECK-DAG: [[FUNCTOR]] = !{!"int (double)", ptr @{{.*}}_M_manager{{.*}}, ptr @{{.*}}_M_invoke{{.*}}, i32 1, [[HELD:![0-9]+]]}
// CHECK-DAG: [[HELD]] = !{!"pod", i64 4, i64 4, !"(lambda at {{.*}})"}
// CHECK-DAG: define {{.*}} @_ZNKSt8functionIFidEEclEd({{.*}} !cleave.invokes
// CHECK-DAG: !{!"string_view", [[CHAR]]}
// CHECK-DAG: !{!"record", !"std::tuple<char, std::basic_string<char>>", i64 40, i64 8, i64 0, !{{[0-9]+}}}
// CHECK-DAG: !{!"pod", i64 24, i64 8, !"std::array<double, 3>"}
// CHECK-DAG: !{!"pod", i64 16, i64 8, !"std::complex<double>"}
// CHECK-DAG: !{!"pod", i64 8, i64 8, !"std::chrono::duration<long, std::ratio<1, 1000>>"}
// CHECK-DAG: !{!"pod", i64 5000, i64 8, !"std::mersenne_twister_engine<{{.*}}>"}
// CHECK-DAG: [[INTS:![0-9]+]] = !{!"vector", [[INT]]}
// CHECK-DAG: !{!"record", !"std::priority_queue<int>", i64 32, i64 8, i64 0, [[INTS]]}
