// A type that contains itself, through a container or a unique_ptr, is a distinct node that refers to itself; and one
// that turns out not to be portable half way says so wherever it was already referred to.
//
// RUN: %cleavexx -std=c++20 -cleave-emit=facts %s | FileCheck %s
#include <map>
#include <memory>
#include <string>
#include <vector>

struct Tree { std::vector<Tree> children; int value; };
struct List { std::unique_ptr<List> next; };
struct Graph { std::vector<Graph> parts; Graph *parent; };

// CHECK-DAG: !{!"tree", !"const Tree &", !"borrowed", i32 0, i32 1, [[TREE:![0-9]+]]}
// CHECK-DAG: [[TREE]] = distinct !{!"record", !"Tree", i64 32, i64 8, i64 0, [[TREES:![0-9]+]], i64 24, !{{[0-9]+}}}
// CHECK-DAG: [[TREES]] = !{!"vector", [[TREE]]}
int depth(const Tree &tree) { return 0; }
// CHECK-DAG: !{!"trees", !"const std::vector<Tree> &", !"borrowed", i32 0, i32 1, [[TREES]]}
int depths(const std::vector<Tree> &trees) { return 0; }

// CHECK-DAG: [[LIST:![0-9]+]] = distinct !{!"record", !"List", i64 8, i64 8, i64 0, [[NEXT:![0-9]+]]}
// CHECK-DAG: [[NEXT]] = !{!"unique", [[LIST]]}
int length(const List &list) { return 0; }

// CHECK-DAG: !{!"parts", !"const std::vector<Graph> &", !"borrowed", i32 0, i32 1, [[PARTS:![0-9]+]]}
// CHECK-DAG: [[PARTS]] = {{.*}}!{!"vector", [[GRAPH:![0-9]+]]}
// CHECK-DAG: [[GRAPH]] = {{.*}}!{!"no", !"member 'parent' of 'Graph' is a raw pointer (Graph *)"}
int size(const std::vector<Graph> &parts) { return 0; }
