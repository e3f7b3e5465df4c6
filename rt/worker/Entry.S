/* Entry.S - where the process begins, and the way onto a task's stack and back. */
  .text
  .globl _start
  .type _start, @function
_start:
  xorl %ebp, %ebp
  movq %rsp, %rdi
  andq $-16, %rsp
  call cleave_worker_main
  ud2

/* void cleave_worker_enter_task(uint64_t entry, const cleave_start *start, uint64_t stackTop)
 * Each task begins with the floating-point state that the ABI promises to a new process, whatever the last one did. */
  .globl cleave_worker_enter_task
  .type cleave_worker_enter_task, @function
cleave_worker_enter_task:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, savedStack(%rip)
  movq %rdx, %rsp
  xorl %ebp, %ebp
  cld
  fninit
  ldmxcsr initialMxcsr(%rip)
  movq %rdi, %rax
  movq %rsi, %rdi
  call *%rax

/* void cleave_worker_leave_task(void): from any depth of the task's stack. */
  .globl cleave_worker_leave_task
  .type cleave_worker_leave_task, @function
cleave_worker_leave_task:
  movq savedStack(%rip), %rsp
  cld
  fninit
  ldmxcsr initialMxcsr(%rip)
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret

  .section .rodata
  .balign 4
initialMxcsr:
  .long 0x1f80

  .bss
  .balign 8
savedStack:
  .quad 0

  .section .note.GNU-stack,"",@progbits
