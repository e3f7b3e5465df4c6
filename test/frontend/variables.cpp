// Variables that own memory which owns memory say what they are; the others stay free to live in registers.
// RUN: %cleavexx -std=c++20 -S -emit-llvm %s -o - | FileCheck %s
#include <array>
#include <string>
#include <vector>

void use(const void *);

struct Row {
  std::vector<int> cells;
};

// CHECK-LABEL: define {{.*}}@_Z4manyv
// CHECK-DAG: call void @llvm.var.annotation{{.*}}(ptr %rows, ptr null, ptr null, {{.*}} !cleave.type [[ROWS:![0-9]+]]
// CHECK-DAG: call void @llvm.var.annotation{{.*}}(ptr %three, ptr null, {{.*}} !cleave.type [[THREE:![0-9]+]]
// CHECK-DAG: call void @llvm.var.annotation{{.*}}(ptr %records, ptr null, {{.*}} !cleave.type [[RECORDS:![0-9]+]]
// CHECK-NOT: call void @llvm.var.annotation{{.*}}(ptr %flat
// CHECK-NOT: call void @llvm.var.annotation{{.*}}(ptr %number
void many() {
  std::vector<std::vector<double>> rows(3);
  std::array<std::vector<int>, 3> three;
  std::vector<Row> records(2);
  std::vector<double> flat(7);
  int number = 3;
  use(&rows);
  use(&three);
  use(&records);
  use(&flat);
  use(&number);
}

// A result that is built in place is the caller's memory.
// CHECK-LABEL: define {{.*}}@_Z5names
// CHECK: call void @llvm.var.annotation{{.*}}(ptr %agg.result, {{.*}} !cleave.type [[NAMES:![0-9]+]]
std::vector<std::string> names() {
  std::vector<std::string> result;
  result.push_back("name");
  return result;
}

// Another one's annotations stay.
// CHECK-LABEL: define {{.*}}@_Z5otherv
// CHECK: call void @llvm.var.annotation{{.*}}(ptr %marked, ptr @
void other() {
  [[clang::annotate("mine")]] int marked = 1;
  use(&marked);
}

// CHECK-DAG: [[ROWS]] = !{!"vector", [[VECTOR:![0-9]+]]}
// CHECK-DAG: [[VECTOR]] = !{!"vector", [[DOUBLE:![0-9]+]]}
// CHECK-DAG: [[DOUBLE]] = !{!"pod", i64 8, i64 8}
// CHECK-DAG: [[NAMES]] = !{!"vector", [[STRING:![0-9]+]]}
// CHECK-DAG: [[STRING]] = !{!"string",
