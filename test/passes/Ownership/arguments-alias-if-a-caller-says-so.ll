; Two references may be one object, and what a reference leads to by one load may be what it leads to by two. Inside a callee that
; is only known from its callers: @twice is called once with distinct objects and once with the same, @once only with distinct
; ones. @rows gets a table of pointers to rows, @nodes a node that leads to itself. Objects are numbered from 2, four for each
; parameter: what it leads to by no load, by one, by two, by more.
; RUN: %cleavexx -cleave-print=ownership %s | FileCheck %s

; CHECK-LABEL: memory of twice:
; CHECK: 2 may overlap {6}
; CHECK-NEXT: 6 may overlap {2}
; CHECK-LABEL: memory of once:
; CHECK-NOT: may overlap
; CHECK-LABEL: memory of rows:
; CHECK-NOT: may overlap
; CHECK-LABEL: memory of nodes:
; CHECK: 2 may overlap {3 4 5}
; CHECK-LABEL: memory of variadic:
; CHECK: 2 may overlap {0 3 4 5 6 7 8 9}
; CHECK: 6 may overlap {0 2 3 4 5 7 8 9}
; CHECK-LABEL: memory of open:
; CHECK: 2 may overlap {0 2 3 4 5 6 7 8 9}

define internal void @twice(ptr %x, ptr %y) {
  store i32 1, ptr %x
  store i32 2, ptr %y
  ret void
}

define internal void @once(ptr %x, ptr %y) {
  store i32 1, ptr %x
  store i32 2, ptr %y
  ret void
}

define internal void @rows(ptr %table) {
  %row = load ptr, ptr %table
  store i32 1, ptr %row
  ret void
}

define internal void @nodes(ptr %first) {
  %next = load ptr, ptr %first
  store i32 1, ptr %next
  ret void
}

define internal void @variadic(ptr %x, ptr %y, ...) {
  store i32 1, ptr %x
  store i32 2, ptr %y
  ret void
}

; Visible from outside of the program: nothing is known of its callers.
define void @open(ptr %x, ptr %y) {
  ret void
}

define i32 @main() {
  %a = alloca i32
  %b = alloca i32
  call void @twice(ptr %a, ptr %b)
  call void @twice(ptr %a, ptr %a)
  call void @once(ptr %a, ptr %b)
  %table = alloca ptr
  store ptr %a, ptr %table
  call void @rows(ptr %table)
  %node = alloca ptr
  store ptr %node, ptr %node
  call void @nodes(ptr %node)
  %c = alloca i32
  call void (ptr, ptr, ...) @variadic(ptr %c, ptr %c, i32 1)
  ret i32 0
}
