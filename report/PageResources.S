/* PageResources.S - the report's page, style and script within `cleave` (Resource.h). */
  .macro resource name, file
  .globl cleave_resource_\name\()_begin
  .globl cleave_resource_\name\()_end
cleave_resource_\name\()_begin:
  .incbin "\file"
cleave_resource_\name\()_end:
  .endm
  .section .rodata
  resource page, CLEAVE_PAGE_FILE
  resource style, CLEAVE_STYLE_FILE
  resource script, CLEAVE_SCRIPT_FILE
  .section .note.GNU-stack,"",@progbits
