// How each source parameter arrives in IR. Were one argument range off by one, a task would be given another
// parameter's bytes. The tile of ranges is counted here against the signature in the comment of each function.
//
// RUN: %cleavexx -std=c++20 -O2 -cleave-emit=facts %s | FileCheck %s
#include <string>
#include <utility>
#include <vector>

struct Small {
  float x, y;
};
struct Large {
  long a, b, c;
};
struct Empty {};
struct Counter {
  int value;
  int get() const;
  void add(int amount);
  static int twice(int value);
};

// sret, vector by pointer to the caller's copy, a pair split over two registers, a plain integer
std::string mixed(std::vector<int> v, std::pair<int, double> p, int n) { return std::to_string(v[n] + p.second); }
// CHECK: define {{.*}} @_Z5mixed{{.*}}(ptr {{[^,]*}}sret({{[^,]*}}%agg.result, ptr {{[^,]*}}%v, i32 {{[^,]*}}%p.coerce0, double %p.coerce1, i32 {{[^,]*}}%n){{.*}} !cleave.function [[MIXED:![0-9]+]]

// coerced to one vector register, byval, and nothing at all for the empty one
Small classes(Small s, Large l, Empty e, bool b) { return b ? s : Small{float(l.c), s.y}; }
// CHECK: define {{.*}} @_Z7classes{{.*}}(<2 x float> %s.coerce, ptr {{[^,]*}}byval({{.*}}%l, i1 {{[^,]*}}%b){{.*}} !cleave.function [[CLASSES:![0-9]+]]

int indirections(const std::string &in, std::string &out, std::string &&moved, const int *p) { return *p; }
// CHECK: define {{.*}} @_Z12indirections{{.*}} !cleave.function [[INDIRECTIONS:![0-9]+]]

int Counter::get() const { return value; }
void Counter::add(int amount) { value += amount; }
int Counter::twice(int value) { return 2 * value; }
// CHECK: define {{.*}} @_ZNK7Counter3getEv({{.*}} !cleave.function [[GET:![0-9]+]]
// CHECK: define {{.*}} @_ZN7Counter3addEi({{.*}} !cleave.function [[ADD:![0-9]+]]
// CHECK: define {{.*}} @_ZN7Counter5twiceEi({{.*}} !cleave.function [[TWICE:![0-9]+]]

// A variadic function's arguments are not known to its definition: no facts.
int variadic(int n, ...) { return n; }
// CHECK: define {{.*}} @_Z8variadiciz({{[^!]*}} !dbg !{{[0-9]+}} {

// CHECK-DAG: [[MIXED]] = !{!"mixed(std::vector<int>, std::pair<int, double>, int)", !"{{.*}}passing-modes.cpp", i32 24, [[R:![0-9]+]], [[V:![0-9]+]], [[P:![0-9]+]], [[N:![0-9]+]]}
// CHECK-DAG: [[R]] = !{!"", !"std::string", !"indirect", i32 0, i32 1, !{{[0-9]+}}}
// CHECK-DAG: [[V]] = !{!"v", !"std::vector<int>", !"indirect", i32 1, i32 1, !{{[0-9]+}}}
// CHECK-DAG: [[P]] = !{!"p", !"std::pair<int, double>", !"direct", i32 2, i32 2, !{{[0-9]+}}}
// CHECK-DAG: [[N]] = !{!"n", !"int", !"direct", i32 4, i32 1, !{{[0-9]+}}}

// CHECK-DAG: [[CLASSES]] = !{!"classes(Small, Large, Empty, bool)", !{{.*}}, i32 28, [[CR:![0-9]+]], [[CS:![0-9]+]], [[CL:![0-9]+]], [[CE:![0-9]+]], [[CB:![0-9]+]]}
// CHECK-DAG: [[CR]] = !{!"", !"Small", !"direct", i32 -1, i32 1, !{{[0-9]+}}}
// CHECK-DAG: [[CS]] = !{!"s", !"Small", !"direct", i32 0, i32 1, !{{[0-9]+}}}
// CHECK-DAG: [[CL]] = !{!"l", !"Large", !"byval", i32 1, i32 1, !{{[0-9]+}}}
// CHECK-DAG: [[CE]] = !{!"e", !"Empty", !"direct", i32 2, i32 0, !{{[0-9]+}}}
// CHECK-DAG: [[CB]] = !{!"b", !"bool", !"direct", i32 2, i32 1, !{{[0-9]+}}}

// CHECK-DAG: [[INDIRECTIONS]] = !{!"indirections(const std::string &, std::string &, std::string &&, const int *)", !{{.*}}, i32 31, !{{[0-9]+}}, [[I0:![0-9]+]], [[I1:![0-9]+]], [[I2:![0-9]+]], [[I3:![0-9]+]]}
// CHECK-DAG: [[I0]] = !{!"in", !"const std::string &", !"borrowed", i32 0, i32 1, !{{[0-9]+}}}
// CHECK-DAG: [[I1]] = !{!"out", !"std::string &", !"reference", i32 1, i32 1, !{{[0-9]+}}}
// CHECK-DAG: [[I2]] = !{!"moved", !"std::string &&", !"rvalue", i32 2, i32 1, !{{[0-9]+}}}
// CHECK-DAG: [[I3]] = !{!"p", !"const int *", !"pointer", i32 3, i32 1, !{{[0-9]+}}}

// CHECK-DAG: [[GET]] = !{!"Counter::get() const", !{{.*}}, i32 34, !{{[0-9]+}}, [[THISC:![0-9]+]]}
// CHECK-DAG: [[THISC]] = !{!"this", !"const Counter *", !"borrowed", i32 0, i32 1, [[COUNTER:![0-9]+]]}
// CHECK-DAG: [[COUNTER]] = !{!"pod", i64 4, i64 4, !"Counter"}
// CHECK-DAG: [[ADD]] = !{!"Counter::add(int)", !{{.*}}, i32 35, [[VOID:![0-9]+]], [[THIS:![0-9]+]], [[AMOUNT:![0-9]+]]}
// CHECK-DAG: [[VOID]] = !{!"", !"void", !"void", i32 -1, i32 0, [[NOTHING:![0-9]+]]}
// CHECK-DAG: [[NOTHING]] = !{!"void"}
// CHECK-DAG: [[THIS]] = !{!"this", !"Counter *", !"reference", i32 0, i32 1, [[COUNTER]]}
// CHECK-DAG: [[AMOUNT]] = !{!"amount", !"int", !"direct", i32 1, i32 1, !{{[0-9]+}}}
// CHECK-DAG: [[TWICE]] = !{!"Counter::twice(int)", !{{.*}}, i32 36, !{{[0-9]+}}, !{{[0-9]+}}}
