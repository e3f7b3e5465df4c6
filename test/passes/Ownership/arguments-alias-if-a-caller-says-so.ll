; Two references may be one object. Inside a callee that is only known from its callers: @twice is called once with
; distinct objects and once with the same, @once only with distinct ones.
; RUN: %cleavexx -cleave-print=ownership %s | FileCheck %s

; CHECK-LABEL: memory of twice:
; CHECK: argument 0 may overlap {1}
; CHECK: argument 1 may overlap {0}
; CHECK-LABEL: memory of once:
; CHECK-NOT: may overlap
; CHECK-LABEL: memory of open:
; CHECK: argument 0 may overlap {1 2}

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
  ret i32 0
}
