; What may be regrouped: integer sums through branches, the first best of many and where it was. What may not: sums of
; floating point, a best that takes the last of equals, a sum that somebody looks at on the way.
; RUN: %cleavexx -cleave-print=cuts %s | FileCheck %s

; CHECK: sum: loop at line 0: range loop, trips
; CHECK: reduction %total by add, companions 0
define i64 @sum(ptr %in, i64 %n) !cleave.function !0 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %next ]
  %total = phi i64 [ 7, %entry ], [ %merged, %next ]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %place = getelementptr inbounds i64, ptr %in, i64 %i
  %value = load i64, ptr %place
  %odd = trunc i64 %value to i1
  br i1 %odd, label %add, label %next
add:
  %added = add nsw i64 %total, %value
  br label %next
next:
  %merged = phi i64 [ %added, %add ], [ %total, %body ]
  %i.next = add nsw i64 %i, 1
  br label %loop
done:
  ret i64 %total
}

; CHECK: best: loop at line 0: range loop, trips
; CHECK: reduction %least by fcmp, companions 1
define i64 @best(ptr %in, i64 %n) !cleave.function !0 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %body ]
  %least = phi double [ 0x7FF0000000000000, %entry ], [ %least.next, %body ]
  %where = phi i64 [ -1, %entry ], [ %where.next, %body ]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %place = getelementptr inbounds double, ptr %in, i64 %i
  %value = load double, ptr %place
  %less = fcmp olt double %value, %least
  %least.next = select i1 %less, double %value, double %least
  %where.next = select i1 %less, i64 %i, i64 %where
  %i.next = add nsw i64 %i, 1
  br label %loop
done:
  ret i64 %where
}

; CHECK: last: loop at line 0: each iteration needs {{.*}} from the one before [loop-carried]
define i64 @last(ptr %in, i64 %n) !cleave.function !0 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %body ]
  %least = phi double [ 0x7FF0000000000000, %entry ], [ %least.next, %body ]
  %where = phi i64 [ -1, %entry ], [ %where.next, %body ]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %place = getelementptr inbounds double, ptr %in, i64 %i
  %value = load double, ptr %place
  %less = fcmp ole double %value, %least
  %least.next = select i1 %less, double %value, double %least
  %where.next = select i1 %less, i64 %i, i64 %where
  %i.next = add nsw i64 %i, 1
  br label %loop
done:
  ret i64 %where
}

; CHECK: real: loop at line 0: each iteration needs 'total' from the one before [loop-carried]
define double @real(ptr %in, i64 %n) !cleave.function !0 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %body ]
  %total = phi double [ 0.0, %entry ], [ %total.next, %body ]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %place = getelementptr inbounds double, ptr %in, i64 %i
  %value = load double, ptr %place
  %total.next = fadd double %total, %value
  %i.next = add nsw i64 %i, 1
  br label %loop
done:
  ret double %total
}

; CHECK: watched: loop at line 0: each iteration needs 'total' from the one before [loop-carried]
define i64 @watched(ptr %in, ptr %out, i64 %n) !cleave.function !0 {
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %body ]
  %total = phi i64 [ 0, %entry ], [ %total.next, %body ]
  %more = icmp slt i64 %i, %n
  br i1 %more, label %body, label %done
body:
  %place = getelementptr inbounds i64, ptr %in, i64 %i
  %value = load i64, ptr %place
  %total.next = add nsw i64 %total, %value
  %prefix = getelementptr inbounds i64, ptr %out, i64 %i
  store i64 %total.next, ptr %prefix
  %i.next = add nsw i64 %i, 1
  br label %loop
done:
  ret i64 %total
}
!0 = !{!"f()", !"a.cpp", i32 1, !1}
!1 = !{!"", !"void", !"void", i32 -1, i32 0, !2}
!2 = !{!"void"}
