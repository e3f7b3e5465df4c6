/* Gate.S - user code, copied to the page that Gate.h describes. Position-independent; the table's addresses are
 * filled in when the page is made. The C ABI's fourth argument is in rcx, which `syscall` needs. */
  .section .rodata
  .balign 16
  .globl cleave_gate_begin, cleave_gate_end, cleave_gate_return, cleave_gate_after, cleave_gate_table
cleave_gate_begin:
  .macro STUB number
  .balign 16
  movl $\number, %eax
  jmp 1f
  .endm
  STUB 1
  STUB 2
  STUB 3
  STUB 4
  STUB 5
  STUB 6
  STUB 7
  .balign 16
1:
  movq %rcx, %r10
  syscall
cleave_gate_return:
  ret
  .balign 16
cleave_gate_after: /* a task whose entry point returns has not finished: CLEAVE_PANIC, no outputs */
  movl $6, %eax
  movl $2, %edi
  xorl %esi, %esi
  xorl %edx, %edx
  jmp 1b
  .balign 16
cleave_gate_table: /* struct cleave_node */
  .long 1, 8 + 7 * 8
  .skip 7 * 8
cleave_gate_end:
  .section .note.GNU-stack, "", @progbits
