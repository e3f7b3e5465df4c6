; The smallest task: an int in, an int out. If this breaks, the format that the passes hand over (docs/architecture.md)
; is read wrongly, or the task runtime has grown past what a null task may cost.
;
; RUN: cleave-link-test link %s -o %t.out | FileCheck %s
; RUN: python3 %S/Inputs/size-limit.py %t.out/task-0 25600
; RUN: llvm-readelf -hlW %t.out/task-0 | FileCheck %s --check-prefix=ELF
;
; CHECK: task 0 'twice(int)' twice.cpp:3 {{[0-9]+}} bytes {"parameters":[{"bytes":4,"name":"x","passing":"value","type":"int"}],"result":{"bytes":4,"type":"int"}}
; CHECK-NEXT: features:{{$}}
;
; ELF: Type: EXEC
; ELF: Number of section headers: 0
; ELF-NOT: {{INTERP|DYNAMIC|RWE}}
;
; Same input, same bytes.
; RUN: cleave-link-test link %s -o %t.again > /dev/null
; RUN: cmp %t.out/task-0 %t.again/task-0
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
target triple = "x86_64-pc-linux-gnu"
%kind = type { ptr, ptr, i32, i32, i32, i32, ptr, ptr, ptr, i64 }
%type = type { i32, i32, i64, i64, i64, ptr, ptr }
%param = type { ptr, i32, i32 }
@name = private constant [13 x i8] c"twice(int)\00\00\00"
@file = private constant [9 x i8] c"twice.cpp"
@int = internal constant %type { i32 0, i32 0, i64 4, i64 4, i64 0, ptr null, ptr null }
@params = internal constant [1 x %param] [%param { ptr @int, i32 0, i32 0 }]
@kind = internal constant %kind { ptr @name, ptr @file, i32 3, i32 0, i32 1, i32 0, ptr @params, ptr @int, ptr null, i64 0 }
define i32 @_Z5twicei(i32 %x) !cleave.function !2 {
  %r = shl i32 %x, 1
  ret i32 %r
}
define internal void @call(ptr %args, ptr %result) {
  %a = load ptr, ptr %args
  %x = load i32, ptr %a
  %r = call i32 @_Z5twicei(i32 %x)
  store i32 %r, ptr %result
  ret void
}
define i32 @main(i32 %argc, ptr %argv) {
  %r = call i32 @_Z5twicei(i32 %argc)
  ret i32 %r
}
!cleave.tasks = !{!0}
!0 = !{ptr @call, ptr @kind, !"twice(int)", !"twice.cpp", i32 3}
!2 = !{!"twice(int)", !"twice.cpp", i32 3, !3, !4}
!3 = !{!"", !"int", !"direct", i32 -1, i32 1, !5}
!4 = !{!"x", !"int", !"direct", i32 0, i32 1, !5}
!5 = !{!"pod", i64 4, i64 4}
