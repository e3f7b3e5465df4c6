/* EmbeddedLibrary.S - the program's library (root/), carried in the image. */
  .section .rodata
  .balign 4096
  .globl cleave_library_begin, cleave_library_end
cleave_library_begin:
  .incbin CLEAVE_LIBRARY_FILE
cleave_library_end:
  .section .note.GNU-stack, "", @progbits
