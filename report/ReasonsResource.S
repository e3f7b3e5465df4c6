/* ReasonsResource.S - docs/reasons.md within whoever explains a reason (Resource.h). */
  .section .rodata
  .globl cleave_resource_reasons_begin
  .globl cleave_resource_reasons_end
cleave_resource_reasons_begin:
  .incbin CLEAVE_REASONS_FILE
cleave_resource_reasons_end:
  .section .note.GNU-stack,"",@progbits
