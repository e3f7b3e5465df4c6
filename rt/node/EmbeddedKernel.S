/* EmbeddedKernel.S - the node kernel's image, carried inside `cleave` so that the command is one file. */
  .section .rodata
  .balign 16
  .globl cleave_kernel_begin, cleave_kernel_end
cleave_kernel_begin:
  .incbin CLEAVE_KERNEL_FILE
cleave_kernel_end:
  .section .note.GNU-stack,"",@progbits
