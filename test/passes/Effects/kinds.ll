; One function for each kind of effect that no memory object shows.
; RUN: %cleavexx -cleave-print=effects %s | FileCheck %s

; CHECK: effects of prints: io
define internal void @prints() {
  %x = call i32 @puts(ptr @text)
  ret void
}
; CHECK: effects of draws: nondeterminism
define internal i32 @draws() {
  %x = call i32 @rand()
  ret i32 %x
}
; CHECK: effects of jumps: unknown-call
define internal void @jumps(ptr %f) {
  call void %f()
  ret void
}
; CHECK: effects of hides: inline-assembly unknown-call
define internal void @hides() {
  call void asm sideeffect "nop", ""()
  ret void
}
; CHECK: effects of waits: volatile
define internal i32 @waits(ptr %p) {
  %x = load volatile i32, ptr %p
  ret i32 %x
}
; CHECK: effects of shares: atomic
define internal i32 @shares(ptr %p) {
  %x = atomicrmw add ptr %p, i32 1 seq_cst
  ret i32 %x
}
; CHECK: effects of throws: throws
define internal void @throws() {
  call void @_ZSt20__throw_length_errorPKc(ptr @text)
  unreachable
}
; CHECK: effects of asserts: aborts
define internal void @asserts() {
  call void @__assert_fail(ptr @text, ptr @text, i32 1, ptr @text)
  unreachable
}
; CHECK: effects of leaves: ends-program
define internal void @leaves() {
  call void @exit(i32 1)
  unreachable
}
; What compilers call to multiply complex numbers.
; CHECK: effects of multiplies:{{$}}
define internal { double, double } @multiplies(double %x) {
  %y = call { double, double } @__muldc3(double %x, double %x, double %x, double %x)
  ret { double, double } %y
}
; A name alone is not enough: this is none of them.
; CHECK: effects of other: unknown-call
define internal void @other(double %x) {
  call void @__mulweighed(double %x)
  ret void
}
; CHECK: effects of computes:{{$}}
define internal double @computes(double %x) {
  %y = call double @llvm.sqrt.f64(double %x)
  ret double %y
}
; CHECK: effects of main: io nondeterminism inline-assembly unknown-call volatile atomic ends-program aborts throws
define i32 @main() {
  %slot = alloca i32
  call void @prints()
  %a = call i32 @draws()
  call void @jumps(ptr @prints)
  call void @hides()
  %b = call i32 @waits(ptr %slot)
  %c = call i32 @shares(ptr %slot)
  %d = call double @computes(double 2.0)
  call void @throws()
  call void @asserts()
  call void @leaves()
  %e = call { double, double } @multiplies(double 2.0)
  call void @other(double 2.0)
  ret i32 %a
}

@text = private constant [2 x i8] c"x\00"
declare i32 @puts(ptr)
declare i32 @rand()
declare void @__assert_fail(ptr, ptr, i32, ptr)
declare void @exit(i32)
declare { double, double } @__muldc3(double, double, double, double)
declare void @__mulweighed(double)
declare void @_ZSt20__throw_length_errorPKc(ptr)
declare double @llvm.sqrt.f64(double)
