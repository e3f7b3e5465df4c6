/* Boot.S - from the loader's hands to C++: the two headers, long mode, and the same for the other cores.
 *
 * PVH (QEMU's -kernel) and multiboot2 (GRUB) both enter in 32-bit protected mode without paging; ebx points to what
 * they have to say. The tables here show the first 4 GiB where they are and the image where it is linked; they are
 * left as soon as the kernel has made its own (Paging.cpp) and serve once more when the other cores come up. */

  .set IMAGE_BASE, 0xffffffff80000000
  .set CR0_PG_WP_NE_MP_PE, 0x80010023
  .set CR4_PAE_OSFXSR_OSXMM, 0x620
  .set EFER, 0xc0000080
  .set EFER_SCE_LME_NXE, 0x901

  .section .note.Xen, "a", @note
  .balign 4
  .long 4, 8, 18 /* name's and value's bytes; XEN_ELFNOTE_PHYS32_ENTRY */
  .asciz "Xen"
  .quad bootPvh

  .section .boot.header, "a", @progbits
  .balign 8
multibootHeader:
  .long 0xe85250d6, 0, multibootEnd - multibootHeader
  .long -(0xe85250d6 + 0 + (multibootEnd - multibootHeader))
  .short 1, 0 /* information that the kernel wants: modules, memory map, ACPI's pointers */
  .long 24, 3, 6, 14, 15
  .balign 8
  .short 3, 0 /* the entry's physical address */
  .long 12, bootMultiboot
  .balign 8
  .short 6, 0 /* modules on pages */
  .long 8
  .balign 8
  .short 0, 0
  .long 8
multibootEnd:

  .section .boot, "ax", @progbits
  .code32
  .globl cleave_boot
cleave_boot:
bootPvh:
  xorl %esi, %esi
  jmp bootCommon
bootMultiboot:
  movl $1, %esi

bootCommon: /* esi: which loader; ebx: its information */
  cli
  cld
  movl $bootStackEnd, %esp
  movl %ebx, %ebp
  /* The first gigabytes, in pages of 2 MiB. */
  movl $bootDirectories, %edi
  movl $0x83, %eax
  xorl %ecx, %ecx
1:
  movl %eax, (%edi)
  movl %ecx, 4(%edi)
  addl $0x200000, %eax
  adcl $0, %ecx
  addl $8, %edi
  cmpl $bootDirectories + 4 * 4096, %edi
  jne 1b
  lgdt bootGdtPointer
  movl $bootPml4, %eax
  call enterLongMode
  ljmp $8, $bootLong

/* eax: page tables. Comes back in 32-bit code with paging on; the far jump is the caller's. */
enterLongMode:
  movl %eax, %cr3
  movl %cr4, %eax
  orl $CR4_PAE_OSFXSR_OSXMM, %eax
  movl %eax, %cr4
  movl $EFER, %ecx
  rdmsr
  orl $EFER_SCE_LME_NXE, %eax
  wrmsr
  movl $CR0_PG_WP_NE_MP_PE, %eax
  movl %eax, %cr0
  ret

  .code64
bootLong:
  movw $16, %ax
  movw %ax, %ss
  movw %ax, %ds
  movw %ax, %es
  xorl %eax, %eax
  movw %ax, %fs
  movw %ax, %gs
  movl %esi, %edi
  movl %ebp, %esi
  xorl %ebp, %ebp
  movq $firstStackEnd, %rsp
  movabsq $cleave_kernel_main, %rax
  call *%rax
  ud2

  /* The other cores begin in real mode at the page that this is copied to. */
  .globl cleave_trampoline_begin, cleave_trampoline_end
  .set TRAMPOLINE, 0x8000
  .balign 16
  .code16
cleave_trampoline_begin:
  cli
  cld
  xorw %ax, %ax
  movw %ax, %ds
  lgdtl TRAMPOLINE + (trampolineGdtPointer - cleave_trampoline_begin)
  movl $0x11, %eax
  movl %eax, %cr0
  ljmpl $24, $TRAMPOLINE + (trampoline32 - cleave_trampoline_begin)
  .code32
trampoline32:
  movw $16, %ax
  movw %ax, %ds
  movw %ax, %ss
  movl $TRAMPOLINE + 0xf00, %esp
  movl $bootPml4, %eax
  movl $enterLongMode, %ecx
  call *%ecx
  ljmp $8, $TRAMPOLINE + (trampoline64 - cleave_trampoline_begin)
  .code64
trampoline64:
  /* One core at a time: its stack and itself are where the first one put them. */
  movq TRAMPOLINE + 0xff0, %rsp
  movq TRAMPOLINE + 0xff8, %rdi
  xorl %ebp, %ebp
  movabsq $cleave_core_main, %rax
  call *%rax
  ud2
  .balign 8
trampolineGdtPointer:
  .short 31
  .long bootGdt
cleave_trampoline_end:

  .balign 16
bootGdt:
  .quad 0, 0x00af9b000000ffff, 0x00cf93000000ffff, 0x00cf9b000000ffff
bootGdtPointer:
  .short 31
  .long bootGdt, 0

  .section .boot.tables, "aw", @progbits
  .balign 4096
  .globl bootPml4
bootPml4:
  .quad bootPdpt + 3
  .fill 255, 8, 0
  .quad bootPdpt + 3 /* the direct map begins here (Layout.h) */
  .fill 254, 8, 0
  .quad bootPdptHigh + 3
bootPdpt:
  .quad bootDirectories + 3, bootDirectories + 4096 + 3, bootDirectories + 8192 + 3, bootDirectories + 12288 + 3
  .fill 508, 8, 0
bootPdptHigh:
  .fill 510, 8, 0
  .quad bootDirectories + 3, 0

  .section .boot.zero, "aw", @nobits
  .balign 4096
bootDirectories:
  .skip 4 * 4096
  .skip 512
bootStackEnd:

  .bss
  .balign 16
  .skip 16384
firstStackEnd:
  .section .note.GNU-stack, "", @progbits
