; Writing to locals, to fresh memory and to the result is no effect for the caller; writing through a const reference,
; to a global, or through a pointer found there is.
; RUN: %cleavexx -cleave-print=effects %s | FileCheck %s

declare ptr @_Znwm(i64)
declare void @_ZdlPv(ptr)
@counter = internal global i32 0

; CHECK-LABEL: effects of pure:
; CHECK-NEXT:   reads 'in' level 0
; CHECK-NEXT:   reads 'in' level 1
; CHECK-NEXT:   writes its result level 0
define internal void @pure(ptr sret(i32) %out, ptr %in) {
  %local = alloca i32
  %heap = call ptr @_Znwm(i64 4)
  %buffer = load ptr, ptr %in
  %x = load i32, ptr %buffer
  store i32 %x, ptr %local
  store i32 %x, ptr %heap
  %y = load i32, ptr %heap
  store i32 %y, ptr %out
  call void @_ZdlPv(ptr %heap)
  ret void
}

; CHECK-LABEL: effects of writesDeep:
; CHECK: writes 'in' level 1
define internal i32 @writesDeep(ptr %in) {
  %buffer = load ptr, ptr %in
  store i32 7, ptr %buffer
  ret i32 0
}

; CHECK-LABEL: effects of counts:
; CHECK: writes global 'counter'
define internal i32 @counts() {
  %old = load i32, ptr @counter
  %new = add i32 %old, 1
  store i32 %new, ptr @counter
  ret i32 %new
}

; The effect is inherited by callers, whatever they pass.
; CHECK-LABEL: effects of main:
; CHECK: writes global 'counter'
define i32 @main() {
  %a = alloca ptr
  %r = alloca i32
  %b = alloca i32
  store ptr %b, ptr %a
  call void @pure(ptr sret(i32) %r, ptr %a)
  %x = call i32 @writesDeep(ptr %a)
  %y = call i32 @counts()
  ret i32 %y
}
