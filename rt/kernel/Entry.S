/* Entry.S - the ways between user code and the kernel. Offsets into Core and Frame are those of Cores.h.
 *
 * There is one return path, iretq, for calls, faults and starts alike: it takes any state without the special cases
 * of sysret. Kernel code runs with interrupts off and without user addresses (Access.cpp), so that SMAP's flag is
 * only ever cleared. */
  .set CORE_USER_STACK, 8
  .set CORE_KERNEL_STACK, 16
  .set CORE_STACK_OF_TASK, 24
  .set USER_DATA, 0x23
  .set USER_CODE, 0x2b
  .set KERNEL_CODE, 0x08
  .set FRAME_CS, 18 * 8
  .set FRAME_FLAGS, 19 * 8
  .set ACCESS_FLAG, 0x40000

  .macro PUSH_REGISTERS
  pushq %rax
  pushq %rbx
  pushq %rcx
  pushq %rdx
  pushq %rsi
  pushq %rdi
  pushq %rbp
  pushq %r8
  pushq %r9
  pushq %r10
  pushq %r11
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  .endm

  .macro POP_REGISTERS
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %r11
  popq %r10
  popq %r9
  popq %r8
  popq %rbp
  popq %rdi
  popq %rsi
  popq %rdx
  popq %rcx
  popq %rbx
  popq %rax
  addq $16, %rsp /* vector and error */
  .endm

  /* A user may set the flag that lifts SMAP; gates do not clear it. The instruction exists only where SMAP does. */
  .macro CLEAR_ACCESS
  testl $ACCESS_FLAG, FRAME_FLAGS(%rsp)
  jz 9f
  cmpb $0, cleave_has_smap(%rip)
  je 9f
  clac
9:
  .endm

  .text
  .globl cleave_call_entry
cleave_call_entry: /* syscall: rcx is the return address, r11 the flags; the mask has cleared IF, DF, TF, AC */
  swapgs
  movq %rsp, %gs:CORE_USER_STACK
  movq %gs:CORE_KERNEL_STACK, %rsp
  pushq $USER_DATA
  pushq %gs:CORE_USER_STACK
  pushq %r11
  pushq $USER_CODE
  pushq %rcx
  pushq $0
  pushq $0x100
  PUSH_REGISTERS
  movq %rsp, %rdi
  call cleave_handle_call
  POP_REGISTERS
  swapgs
  iretq

  /* Faults and interrupts: vector and error code are on the stack. */
trapCommon:
  PUSH_REGISTERS
  cld
  CLEAR_ACCESS
  testb $3, FRAME_CS(%rsp)
  jz 1f
  swapgs
1:
  movq %rsp, %rdi
  call cleave_handle_trap
  testb $3, FRAME_CS(%rsp)
  jz 2f
  swapgs
2:
  POP_REGISTERS
  iretq

  .macro TRAP number, hasError
  .balign 16
  .if \hasError == 0
  pushq $0
  .endif
  pushq $\number
  jmp trapCommon
  .endm

  .balign 16
  .globl cleave_trap_stubs
cleave_trap_stubs: /* 16 bytes each */
  .altmacro
  .set number, 0
  .rept 256
  .if (number == 8) || ((number >= 10) && (number <= 14)) || (number == 17) || (number == 21) || (number == 29) || (number == 30)
  TRAP %number, 1
  .else
  TRAP %number, 0
  .endif
  .set number, number + 1
  .endr
  .noaltmacro

  /* An NMI may come at any instruction, so it has a stack of its own, with the core's address at its top, and needs no
   * gs. It answers whether to go on (0) or to leave user code for good (1): then nothing of that code's state is kept,
   * and the kernel continues as if leaveUser() had been called, after an iretq that lets the next NMI in. */
  .globl cleave_nmi_entry
cleave_nmi_entry:
  pushq $0
  pushq $2
  PUSH_REGISTERS
  cld
  CLEAR_ACCESS
  movq %rsp, %rdi
  movq 22 * 8(%rsp), %rsi
  call cleave_handle_nmi
  testl %eax, %eax
  jnz 1f
  POP_REGISTERS
  iretq
1:
  movq 22 * 8(%rsp), %rdi
  movq CORE_KERNEL_STACK(%rdi), %rax
  xorl %ecx, %ecx
  movw %ss, %cx
  pushq %rcx
  pushq %rax
  pushq $2
  pushq $KERNEL_CODE
  leaq 2f(%rip), %rax
  pushq %rax
  iretq
2:
  swapgs /* it came from user code */
  movl $3, %edi /* Left::Killed */
  jmp cleave_leave_user

  /* Left cleave_enter_user(const UserStart *): saves what C++ expects to find again, and goes. */
  .globl cleave_enter_user
cleave_enter_user:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  subq $8, %rsp /* an entry's frame begins 16-aligned here */
  movq %rsp, %gs:CORE_KERNEL_STACK
  movq %gs:CORE_STACK_OF_TASK, %rax
  movq %rsp, (%rax)
  pushq $USER_DATA
  pushq 8(%rdi)
  pushq $2 /* flags: interrupts off */
  pushq $USER_CODE
  pushq (%rdi)
  movq 16(%rdi), %rdi
  xorl %eax, %eax
  xorl %ebx, %ebx
  xorl %ecx, %ecx
  xorl %edx, %edx
  xorl %esi, %esi
  xorl %ebp, %ebp
  xorl %r8d, %r8d
  xorl %r9d, %r9d
  xorl %r10d, %r10d
  xorl %r11d, %r11d
  xorl %r12d, %r12d
  xorl %r13d, %r13d
  xorl %r14d, %r14d
  xorl %r15d, %r15d
  swapgs
  iretq

  /* void cleave_leave_user(Left): from any depth of the kernel's stack. */
  .globl cleave_leave_user
cleave_leave_user:
  movq %gs:CORE_KERNEL_STACK, %rsp
  movl %edi, %eax
  addq $8, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret

  .bss
  .globl cleave_has_smap
cleave_has_smap:
  .byte 0
  .section .note.GNU-stack, "", @progbits
