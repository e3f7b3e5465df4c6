; The environment may be read in a task as long as nothing in the program can change it: not by the library, not by itself,
; not through code that is not known.
; RUN: split-file %s %t
; RUN: cat %t/reader.ll %t/fixed.ll > %t/1.ll
; RUN: %cleavexx -cleave-print=effects %t/1.ll | FileCheck %s --check-prefix=FIXED
; RUN: cat %t/reader.ll %t/sets.ll > %t/2.ll
; RUN: %cleavexx -cleave-print=effects %t/2.ll | FileCheck %s --check-prefix=MAY-CHANGE
; RUN: cat %t/reader.ll %t/takes-address.ll > %t/3.ll
; RUN: %cleavexx -cleave-print=effects %t/3.ll | FileCheck %s --check-prefix=MAY-CHANGE
; RUN: cat %t/reader.ll %t/variable.ll > %t/4.ll
; RUN: %cleavexx -cleave-print=effects %t/4.ll | FileCheck %s --check-prefix=MAY-CHANGE
; RUN: cat %t/reader.ll %t/third.ll > %t/5.ll
; RUN: %cleavexx -cleave-print=effects %t/5.ll | FileCheck %s --check-prefix=MAY-CHANGE
; RUN: cat %t/reader.ll %t/unknown.ll > %t/6.ll
; RUN: %cleavexx -cleave-print=effects %t/6.ll | FileCheck %s --check-prefix=MAY-CHANGE

; FIXED: effects of reader: environment unbounded-read
; MAY-CHANGE: effects of reader: nondeterminism

;--- reader.ll
!cleave.source = !{!0}
!0 = !{!"reader.cpp"}
declare ptr @getenv(ptr)
define internal i8 @reader(ptr %name) noinline {
  %text = call ptr @getenv(ptr %name)
  %first = load i8, ptr %text
  ret i8 %first
}
;--- fixed.ll
declare i32 @puts(ptr)
declare double @sin(double)
declare ptr @_Znwm(i64)
declare void @_ZSt17__throw_bad_allocv()
define i32 @main(i32 %count, ptr %words) {
  %word = load ptr, ptr %words
  %first = call i8 @reader(ptr %word)
  %printed = call i32 @puts(ptr %word)
  %s = call double @sin(double 1.0)
  %m = call ptr @_Znwm(i64 8)
  %i = icmp eq i8 %first, 0
  br i1 %i, label %bad, label %good
bad:
  call void @_ZSt17__throw_bad_allocv()
  unreachable
good:
  ret i32 %printed
}
;--- sets.ll
declare i32 @setenv(ptr, ptr, i32)
define i32 @main(i32 %count, ptr %words) {
  %word = load ptr, ptr %words
  %first = call i8 @reader(ptr %word)
  %is = call i32 @setenv(ptr %word, ptr %word, i32 1)
  ret i32 %is
}
;--- takes-address.ll
declare i32 @putenv(ptr)
@changer = global ptr @putenv
define i32 @main(i32 %count, ptr %words) {
  %word = load ptr, ptr %words
  %first = call i8 @reader(ptr %word)
  %f = load ptr, ptr @changer
  %is = call i32 %f(ptr %word)
  ret i32 %is
}
;--- variable.ll
@environ = external global ptr
define i32 @main(i32 %count, ptr %words) {
  %word = load ptr, ptr %words
  %first = call i8 @reader(ptr %word)
  store ptr null, ptr @environ
  ret i32 0
}
;--- third.ll
define i32 @main(i32 %count, ptr %words, ptr %variables) {
  %word = load ptr, ptr %words
  %first = call i8 @reader(ptr %word)
  store ptr null, ptr %variables
  ret i32 0
}
;--- unknown.ll
declare i32 @somewhere_else()
define i32 @main(i32 %count, ptr %words) {
  %word = load ptr, ptr %words
  %first = call i8 @reader(ptr %word)
  %is = call i32 @somewhere_else()
  ret i32 %is
}
