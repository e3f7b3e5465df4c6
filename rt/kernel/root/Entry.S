/* Entry.S - the library's one entry. The kernel comes here first to start the program (rdi: RootStart), later whenever
 * the program makes a system call: then all registers are the program's, rcx says where it goes on, and, as Linux has
 * it, only rax, rcx and r11 may be changed. The program's stack is left alone: there may be data below its pointer. */
  .text
  .globl _start
_start:
  cmpb $0, isStarted(%rip)
  jne reflected
  movb $1, isStarted(%rip)
  call cleave_library_start /* rax: the program's stack; rdx: its entry */
  movq %rax, %rsp
  movq %rdx, %rcx
  xorl %edx, %edx
  xorl %ebp, %ebp
  jmp *%rcx

reflected:
  cmpq $-2, %rax /* kRootFault */
  je faulted
  movq %rsp, programStack(%rip)
  leaq libraryStackEnd(%rip), %rsp
  pushq %rcx
  pushq %r11
  pushq %r9
  pushq %r8
  pushq %r10
  pushq %rdx
  pushq %rsi
  pushq %rdi
  pushq %rax
  movq %rsp, %rdi /* struct Arguments */
  subq $8, %rsp
  call cleave_library_call
  addq $16, %rsp
  popq %rdi
  popq %rsi
  popq %rdx
  popq %r10
  popq %r8
  popq %r9
  popq %r11
  popq %rcx
  movq programStack(%rip), %rsp
  jmp *%rcx

/* A fault of the program that it has a handler for: the handler runs on the program's stack, below what a leaf function
 * may have there, and must not return. Should the stack be at its end, the push faults in here, which ends the program. */
faulted:
  leaq -128(%rsp), %rsp
  andq $-16, %rsp
  pushq $0
  cld
  jmp cleave_library_fault

/* uint64_t cleave_kernel_call(number, a, b, c) */
  .globl cleave_kernel_call
cleave_kernel_call:
  movq %rdi, %rax
  movq %rsi, %rdi
  movq %rdx, %rsi
  movq %rcx, %rdx
  syscall
  ret

  .bss
isStarted:
  .byte 0
  .balign 16
programStack:
  .quad 0
  .balign 16
  .skip 65536
libraryStackEnd:
  .section .note.GNU-stack, "", @progbits
