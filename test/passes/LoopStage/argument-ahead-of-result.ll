; A loop that adds up the results of a pure call over an array: the call runs ahead. The same loop whose argument is the
; previous result must stay; so must one that overwrites the array which the call reads.
; RUN: %cleavexx -cleave-print=cuts %s | FileCheck %s

; CHECK: ahead: work: staged loop, shared parameters: n{{$}}
; CHECK: define internal i32 @ahead.generator(ptr
; CHECK: %i = phi i64
; CHECK-NOT: phi
; CHECK: call i32 @cleave_loop_push
; CHECK: chained: work: what 'work' is called with, or how often, depends on its own earlier results [loop-carried]
; CHECK: overwritten: work: an iteration may change 'data', which 'work' or the loop's control reads in a later one [loop-carried]

; Heavy enough to be kept: it has a loop.
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

define i64 @ahead(i64 %n) {
entry:
  %data = alloca [100 x i64]
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %sum = phi i64 [ 0, %entry ], [ %more, %loop ]
  %p = getelementptr inbounds [100 x i64], ptr %data, i64 0, i64 %i
  %r = call i64 @work(ptr %p, i64 %n)
  %more = add i64 %sum, %r
  %next = add i64 %i, 1
  %again = icmp ult i64 %next, 100
  br i1 %again, label %loop, label %done
done:
  ret i64 %more
}

define i64 @chained(i64 %n) {
entry:
  %data = alloca [100 x i64]
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %last = phi i64 [ %n, %entry ], [ %r, %loop ]
  %p = getelementptr inbounds [100 x i64], ptr %data, i64 0, i64 %i
  %r = call i64 @work(ptr %p, i64 %last)
  %next = add i64 %i, 1
  %again = icmp ult i64 %next, 100
  br i1 %again, label %loop, label %done
done:
  ret i64 %r
}

define i64 @overwritten(i64 %n) {
entry:
  %data = alloca [100 x i64]
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr inbounds [100 x i64], ptr %data, i64 0, i64 %i
  %r = call i64 @work(ptr %p, i64 %n)
  %q = getelementptr inbounds i64, ptr %p, i64 1
  store i64 %r, ptr %q
  %next = add i64 %i, 1
  %again = icmp ult i64 %next, 99
  br i1 %again, label %loop, label %done
done:
  ret i64 %r
}

!0 = !{!"work(const long &, long)", !"a.cpp", i32 1, !1, !2, !3}
!1 = !{!"", !"long", !"direct", i32 -1, i32 1, !4}
!2 = !{!"p", !"const long &", !"borrowed", i32 0, i32 1, !4}
!3 = !{!"n", !"long", !"direct", i32 1, i32 1, !4}
!4 = !{!"pod", i64 8, i64 8}
