// Classes with virtual functions: a record has its pointers to virtual tables among its members; what stands behind a
// reference to a base is the family's name, and !cleave.classes says who belongs to it.
//
// RUN: %cleavexx -std=c++20 -cleave-emit=facts %s | FileCheck %s
#include <exception>
#include <memory>
#include <string>

struct Shape { virtual ~Shape() = default; virtual double area() const = 0; };
struct Circle final : Shape { double radius; double area() const override { return radius; } };
struct Named { std::string name; virtual ~Named() = default; };
struct Both : Named, Shape { int count; double area() const override { return count; } };
struct Bad : Shape { int *raw; double area() const override { return *raw; } };
struct Failure : std::exception { int code; };

// A base; a class that is final; an object in place.
int f1(const Shape &x, const Circle &y, const std::unique_ptr<Shape> &z) { return x.area() > 0; }
// CHECK-DAG: !{!"x", !"const Shape &", !"borrowed", i32 0, i32 1, [[SHAPE:![0-9]+]]}
// CHECK-DAG: [[SHAPE]] = !{!"polymorphic", !"Shape", i64 8, i64 8}
// CHECK-DAG: !{!"y", !"const Circle &", !"borrowed", i32 1, i32 1, [[CIRCLE:![0-9]+]]}
// CHECK-DAG: [[CIRCLE]] = !{!"record", !"Circle", i64 16, i64 8, i64 0, [[TABLE:![0-9]+]], i64 8, [[DOUBLE:![0-9]+]]}
// CHECK-DAG: [[TABLE]] = !{!"vptr", ptr @_ZTV6Circle, i64 16}
// CHECK-DAG: !{!"unique", [[SHAPE]]}

// CHECK-DAG: !{!"Shape", !"_ZTS5Shape", null, [[VOID:![0-9]+]], [[SHAPE]]}
// CHECK-DAG: !{!"Circle", !"_ZTS6Circle", ptr @_ZTV6Circle, [[CIRCLE]], [[CIRCLE]], !"Shape", i64 0}
// CHECK-DAG: !{!"Both", !"_ZTS4Both", ptr @_ZTV4Both, [[BOTH:![0-9]+]], !{{[0-9]+}}, !"Named", i64 0, !"Shape", i64 40}
// CHECK-DAG: [[BOTH]] = !{!"record", !"Both", i64 56, i64 8, i64 0, [[FIRST:![0-9]+]], i64 8, !{{[0-9]+}}, i64 40, [[SECOND:![0-9]+]], i64 48, !{{[0-9]+}}}
// CHECK-DAG: [[FIRST]] = !{!"vptr", ptr @_ZTV4Both, i64 16}
// CHECK-DAG: [[SECOND]] = !{!"vptr", ptr @_ZTV4Both, i64 56}
// CHECK-DAG: !{!"Bad", !"_ZTS3Bad", ptr @_ZTV3Bad, [[BAD:![0-9]+]], !{{[0-9]+}}, !"Shape", i64 0}
// CHECK-DAG: [[BAD]] = !{!"no", !"member 'raw' of 'Bad' is a raw pointer (int *)"}
// CHECK-DAG: !{!"Failure", {{.*}}, [[FAILURE:![0-9]+]], !{{[0-9]+}}, !"std::exception", i64 0}
// CHECK-DAG: [[FAILURE]] = !{!"no", !"base 'std::exception' of 'Failure' is of a library type that cannot travel (std::exception)"}

// The call says whose function it calls.
// CHECK-DAG: call i1 @llvm.public.type.test(ptr %{{.*}}, metadata !"_ZTS5Shape")
int f2(const Failure &x) { return x.what()[0]; }
Both both;
Bad bad;
Circle circle;
