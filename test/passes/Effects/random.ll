; Random numbers that come from outside have no order among them, so a task may draw them. A generator of the program's has a
; state, and a device of a token of the program's own may not be there.
; RUN: %cleavexx -cleave-print=effects %s | FileCheck %s

; CHECK: effects of system: draws errno
; CHECK-NEXT: effects of byDefault: draws throws
; CHECK-NEXT: reads {{.*}} level 0
; CHECK-NEXT: reads {{.*}} level 0
; CHECK-NEXT: writes 'device' level 0
; CHECK: effects of byToken: nondeterminism
; CHECK: effects of sequence: nondeterminism
define internal i64 @system() {
  %to = alloca i64
  %n = call i64 @getrandom(ptr %to, i64 8, i32 0)
  %x = load i64, ptr %to
  ret i64 %x
}
define internal i32 @byDefault(ptr %device, ptr %token) {
  call void @_ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE(ptr %device, ptr %token) "cleave-default-source"
  %x = call i32 @_ZNSt13random_device9_M_getvalEv(ptr %device)
  call void @_ZNSt13random_device7_M_finiEv(ptr %device) nounwind
  ret i32 %x
}
define internal void @byToken(ptr %device, ptr %token) {
  call void @_ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE(ptr %device, ptr %token)
  ret void
}
define internal i32 @sequence() {
  %x = call i32 @rand()
  ret i32 %x
}
define i32 @main() {
  %device = alloca [5000 x i8]
  %token = alloca [32 x i8]
  %a = call i64 @system()
  %b = call i32 @byDefault(ptr %device, ptr %token)
  call void @byToken(ptr %device, ptr %token)
  %c = call i32 @sequence()
  ret i32 0
}
declare i64 @getrandom(ptr, i64, i32)
declare void @_ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE(ptr, ptr)
declare void @_ZNSt13random_device7_M_finiEv(ptr)
declare i32 @_ZNSt13random_device9_M_getvalEv(ptr)
declare i32 @rand()
