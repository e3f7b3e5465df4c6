; Which bytes an iteration writes: a row of a flat matrix, whose inner index is 32 bits wide and may not overflow. If the
; widening or the inner loop's reach were lost, the loop would stay in place.
; RUN: %cleavexx -cleave-print=cuts %s | FileCheck %s

; CHECK: rows: loop at line 0: range loop, trips
; CHECK-NEXT: induction %i step 1
; CHECK-NEXT: block 0 %from
; CHECK-NEXT: block 1 %to written from 0 by 800 to 800 by 800
; CHECK-NEXT: blocks 1 and 0 must differ
define void @rows(ptr %from, ptr %to, i32 %n) !cleave.function !0 {
entry:
  br label %outer
outer:
  %i = phi i32 [ 0, %entry ], [ %i.next, %outer.latch ]
  %more = icmp slt i32 %i, %n
  br i1 %more, label %pre, label %done
pre:
  br label %inner
inner:
  %j = phi i32 [ 0, %pre ], [ %j.next, %body ]
  %inside = icmp slt i32 %j, 100
  br i1 %inside, label %body, label %outer.latch
body:
  %row = mul nsw i32 %i, 100
  %index = add nsw i32 %row, %j
  %wide = sext i32 %index to i64
  %source = getelementptr inbounds double, ptr %from, i64 %wide
  %value = load double, ptr %source
  %twice = fadd double %value, %value
  %target = getelementptr inbounds double, ptr %to, i64 %wide
  store double %twice, ptr %target
  %j.next = add nsw i32 %j, 1
  br label %inner
outer.latch:
  %i.next = add nsw i32 %i, 1
  br label %outer
done:
  ret void
}

; The same without a promise about overflow: where an iteration writes is not known.
; CHECK: wrapping: loop at line 0: which part of {{.*}} an iteration uses is not known before it runs [loop-extent]
define void @wrapping(ptr %to, i32 %n, i32 %factor) !cleave.function !0 {
entry:
  br label %loop
loop:
  %i = phi i32 [ 0, %entry ], [ %i.next, %body ]
  %more = icmp slt i32 %i, %n
  br i1 %more, label %body, label %done
body:
  %row = mul i32 %i, %factor
  %wide = sext i32 %row to i64
  %target = getelementptr inbounds double, ptr %to, i64 %wide
  store double 1.0, ptr %target
  %i.next = add nsw i32 %i, 1
  br label %loop
done:
  ret void
}

; Neighbours that overlap are told at once.
; CHECK: shifted: loop at line 0: an iteration uses a part of {{.*}} that another one changes [loop-carried]
define void @shifted(ptr %array, i64 %n) !cleave.function !0 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %body ]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %here = getelementptr inbounds double, ptr %array, i64 %i
  %value = load double, ptr %here
  %i.next = add nsw i64 %i, 1
  %there = getelementptr inbounds double, ptr %array, i64 %i.next
  store double %value, ptr %there
  br label %loop
done:
  ret void
}
!0 = !{!"f()", !"a.cpp", i32 1, !1}
!1 = !{!"", !"void", !"void", i32 -1, i32 0, !2}
!2 = !{!"void"}
