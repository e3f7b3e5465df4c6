; f(x) + g(y): the first call becomes a future that is joined at the sum. If the second call could change what the first
; one reads, it must not be passed.
; RUN: %cleavexx -cleave-print=cuts %s | FileCheck %s

; CHECK: sum: work: future, joins: 1
; CHECK: sum: work: the result of 'work' is needed before any other heavy work is done [nothing-to-overlap]
; CHECK: clobbered: work: the result of 'work' is needed before any other heavy work is done [nothing-to-overlap]

define internal i64 @work(ptr %p, i64 %n) !cleave.function !0 {
entry:
  br label %loop
loop:
  %k = phi i64 [ 0, %entry ], [ %next, %loop ]
  %sum = phi i64 [ 0, %entry ], [ %more, %loop ]
  %x = load i64, ptr %p
  %more = add i64 %sum, %x
  %next = add i64 %k, 1
  %again = icmp ult i64 %next, %n
  br i1 %again, label %loop, label %done
done:
  ret i64 %more
}

define internal void @change(ptr %p, i64 %n) {
entry:
  br label %loop
loop:
  %k = phi i64 [ 0, %entry ], [ %next, %loop ]
  store i64 %k, ptr %p
  %next = add i64 %k, 1
  %again = icmp ult i64 %next, %n
  br i1 %again, label %loop, label %done
done:
  ret void
}

define i64 @sum(i64 %n) {
  %a = alloca i64
  %b = alloca i64
  store i64 1, ptr %a
  store i64 2, ptr %b
  %x = call i64 @work(ptr %a, i64 %n)
  %y = call i64 @work(ptr %b, i64 %n)
  %s = add i64 %x, %y
  ret i64 %s
}

define i64 @clobbered(i64 %n) {
  %a = alloca i64
  store i64 1, ptr %a
  %x = call i64 @work(ptr %a, i64 %n)
  call void @change(ptr %a, i64 %n)
  ret i64 %x
}

!0 = !{!"work(const long &, long)", !"a.cpp", i32 1, !1, !2, !3}
!1 = !{!"", !"long", !"direct", i32 -1, i32 1, !4}
!2 = !{!"p", !"const long &", !"borrowed", i32 0, i32 1, !4}
!3 = !{!"n", !"long", !"direct", i32 1, i32 1, !4}
!4 = !{!"pod", i64 8, i64 8}
