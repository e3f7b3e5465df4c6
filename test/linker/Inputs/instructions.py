"""Holds the verifier against one instruction after the other: each is assembled into a function behind a clean one.

A refusal must name the function and the instruction's own reason; what only looks similar must be allowed.
"""

import subprocess
import sys
import tempfile

REFUSED = {
    "leaves user mode": ["syscall", "sysenter", "int $0x80", "hlt", "lcall *(%rax)", "ljmp *(%rax)", "lret", "iretq",
                         "sysretq", "vmcall", "vmmcall", "senduipi %rax"],
    "reads a clock": ["rdtsc", "rdtscp", "rdpmc", "rdpru", "umwait %eax", "tpause %eax"],
    "is random": ["rdrand %rax", "rdrand %ax", "rdseed %eax", "xbegin .+8"],
    "depends on the processor": ["cpuid", "xgetbv", "rdpid %rax"],
    "reaches a device": ["inb %dx, %al", "inl $3, %eax", "outb %al, %dx", "outl %eax, $3", "insb", "insl", "outsb", "rep outsl"],
    "the kernel keeps its tables": ["sgdt (%rax)", "sidt (%rax)", "sldt %eax", "str %eax", "smsw %eax"],
}
ALLOWED = ["int3", "ud2", "nop", "incl %eax", "insertps $1, %xmm0, %xmm1", "pinsrq $1, %rax, %xmm0", "lfence", "fninit",
           "ldmxcsr (%rax)", "stosb", "rep movsb", "vfmadd213sd %xmm0, %xmm1, %xmm2", "vpternlogd $1, %zmm0, %zmm1, %zmm2",
           "strcmp_is_a_label:", "mov %fs:0, %rax", "lock incl (%rax)", "popcnt %rax, %rax", "mulx %rax, %rcx, %rdx"]
TEMPLATE = """.globl _start
.type _start,@function
_start: nop
 ret
.type suspect,@function
suspect: nop
 {}
 ret
"""


def verify(tool, instruction, folder):
    def run(*command):
        return subprocess.run(command, capture_output=True, text=True)

    with open(f"{folder}/a.s", "w", encoding="ascii") as source:
        source.write(TEMPLATE.format(instruction))
    for command in (("llvm-mc", "-mattr=+avx512f", "-filetype=obj", "-triple=x86_64-linux-gnu", f"{folder}/a.s", "-o", f"{folder}/a.o"),
                    ("ld.lld", "-static", "-e", "_start", f"{folder}/a.o", "-o", f"{folder}/a")):
        if (made := run(*command)).returncode:
            sys.exit(f"{instruction}: {made.stderr}")
    result = run(tool, "verify", f"{folder}/a")
    return result.returncode, result.stderr


def main():
    refused = allowed = 0
    with tempfile.TemporaryDirectory() as folder:
        for reason, instructions in REFUSED.items():
            for instruction in instructions:
                status, words = verify(sys.argv[1], instruction, folder)
                if status != 1 or "'suspect'" not in words or reason not in words:
                    sys.exit(f"not refused as '{reason}': {instruction}: {words}")
                refused += 1
        for instruction in ALLOWED:
            status, words = verify(sys.argv[1], instruction, folder)
            if status:
                sys.exit(f"not allowed: {instruction}: {words}")
            allowed += 1
    print(f"{refused} refused, {allowed} allowed")


main()
