; Each call of one allocating function gets memory of its own in its caller. If the summary were shared between calls,
; every vector of a program would alias every other and no loop could be split.
; RUN: %cleavexx -cleave-print=ownership %s | FileCheck %s

; CHECK-LABEL: memory of caller:
; CHECK-DAG: [[#A:]] 'a' -> {[[#FA:]]}
; CHECK-DAG: [[#B:]] 'b' -> {[[#FB:]]}
; CHECK-DAG: [[#FA]] memory of 'a' -> {}
; CHECK-DAG: [[#FB]] memory of 'b' -> {}
; After b = move(a) the old memory of a is b's too.
; CHECK-LABEL: memory of mover:
; CHECK-DAG: {{[0-9]+}} 'a' -> {[[#F:]]}
; CHECK-DAG: {{[0-9]+}} 'b' -> {[[#F]]}

declare ptr @_Znwm(i64)

define internal void @make(ptr sret(ptr) %result) {
  %p = call ptr @_Znwm(i64 8)
  store ptr %p, ptr %result
  ret void
}

define i32 @caller() {
  %a = alloca ptr
  %b = alloca ptr
  call void @make(ptr sret(ptr) %a)
  call void @make(ptr sret(ptr) %b)
  ret i32 0
}

define i32 @mover() {
  %a = alloca ptr
  %b = alloca ptr
  call void @make(ptr sret(ptr) %a)
  %p = load ptr, ptr %a
  store ptr %p, ptr %b
  ret i32 0
}
