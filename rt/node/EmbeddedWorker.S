/* EmbeddedWorker.S - the worker program within `cleave`: one file to install, and no path to look for at run time. */
  .section .rodata
  .globl cleave_worker_begin
  .globl cleave_worker_end
  .balign 16
cleave_worker_begin:
  .incbin CLEAVE_WORKER_FILE
cleave_worker_end:
  .section .note.GNU-stack,"",@progbits
