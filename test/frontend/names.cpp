// Functions as people know them, classes that are bases, and which functions have facts at all.
//
// RUN: %cleavexx -std=c++20 -cleave-emit=facts %s | FileCheck %s
#include <vector>

namespace ns {
inline namespace v1 {
template <class T> struct Grid {
  T cell;
  T at(const T &offset) const { return cell + offset; }
};
} // namespace v1
namespace {
float hidden(float z) { return z; }
} // namespace
} // namespace ns
template <class T> struct Parent { T x; };
struct Child : Parent<float> {};
struct Sole { int x; };

extern "C" int plain(int x) { return x + int(ns::hidden(1)); }

int lambdas(std::vector<int> v, int q) {
  auto byReference = [&v, q](int k) { return int(v.size()) + q + k; };
  auto byValue = [v, q](auto k) { return v[k] + q; };
  return byReference(1) + byValue(2) + ns::Grid<int>{3}.at(4);
}
Child child;

// CHECK: !cleave.bases = !{[[BASE:![0-9]+]]}
// CHECK: !cleave.source = !{[[SOURCE:![0-9]+]]}
// Only the user's functions: std::vector's members have none.
// CHECK-NOT: define {{.*}}@_ZNSt{{.*}} !cleave.function
// CHECK-DAG: [[BASE]] = !{!"Parent<float>"}
// CHECK-DAG: [[SOURCE]] = !{!"{{.*}}names.cpp"}
// CHECK-DAG: !{!"plain(int)", !"{{.*}}names.cpp", i32 21,
// CHECK-DAG: !{!"ns::hidden(float)",
// CHECK-DAG: !{!"ns::Grid<int>::at(const int &) const",
// CHECK-DAG: !{!"lambdas::(lambda)::operator()(int) const", !"{{.*}}names.cpp", i32 24, !{{[0-9]+}}, [[THIS:![0-9]+]], !{{[0-9]+}}}
// CHECK-DAG: [[THIS]] = !{!"this", !"const (lambda at {{.*}}names.cpp:24:22) *", !"borrowed", i32 0, i32 1, [[CLOSURE:![0-9]+]]}
// CHECK-DAG: [[CLOSURE]] = !{!"record", !"(lambda at {{.*}}names.cpp:24:22)", i64 16, i64 8, i64 0, [[CAPTURE:![0-9]+]], i64 8, !{{[0-9]+}}}
// CHECK-DAG: [[CAPTURE]] = !{!"reference", !{{[0-9]+}}}
// CHECK-DAG: !{!"record", !"(lambda at {{.*}}names.cpp:25:18)", i64 32, i64 8, i64 0, !{{[0-9]+}}, i64 24, !{{[0-9]+}}}
