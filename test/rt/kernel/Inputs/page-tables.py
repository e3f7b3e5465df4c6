"""page-tables.py KERNEL MODULE - boots an image with a task that never ends, stops the machine while it runs, and reads from
the emulator what each core's page tables and control registers say: whether all that the kernel promises about them holds.
"""
import json
import re
import struct
import subprocess
import sys
import time

kernel, module = sys.argv[1:]
CORES, TASK_CORE = 3, 2
PAGE, HUGE = 1 << 12, 1 << 21
REGISTERS = {"CR0": {"WP": 16}, "CR4": {"UMIP": 11, "SMEP": 20, "SMAP": 21}, "EFER": {"NXE": 11}}


class Machine:
    def __init__(self):
        self.process = subprocess.Popen(
            ["qemu-system-x86_64", "-M", "microvm", "-accel", "tcg", "-cpu", "max", "-m", "256", "-smp", str(CORES),
             "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-serial", "null", "-qmp", "stdio",
             "-kernel", kernel, "-initrd", module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.process.stdout.readline()  # its greeting
        self.do("qmp_capabilities")

    def do(self, command, **arguments):
        self.process.stdin.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        self.process.stdin.flush()
        while True:
            answer = json.loads(self.process.stdout.readline())
            if "error" in answer:
                sys.exit(f"{command}: {answer}")
            if "return" in answer:
                return answer["return"]

    def ask(self, core, line):
        return self.do("human-monitor-command", **{"command-line": line, "cpu-index": core})

    def stopInTask(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            self.do("stop")
            if "CPL=3" in self.ask(TASK_CORE, "info registers"):
                return
            self.do("cont")
            time.sleep(0.05)
        sys.exit("no task runs")


def textFrames():
    """(begin, end) of the image's executable segments in physical memory."""
    with open(kernel, "rb") as file:
        elf = file.read()
    first, count = struct.unpack_from("<Q", elf, 32)[0], struct.unpack_from("<H", elf, 56)[0]
    for i in range(count):
        kind, flags, _, _, physical, _, bytes = struct.unpack_from("<IIQQQQQ", elf, first + 56 * i)
        if kind == 1 and flags & 1:
            yield physical, physical + bytes


def pagesOf(text):
    """(address, frame, bytes, letters): of the letters X says that it is not executable, as the bit does."""
    for address, frame, letters in re.findall(r"^([0-9a-f]{16}): ([0-9a-f]{16}) ([XGPDACTUW-]{9})", text, re.M):
        yield int(address, 16), int(frame, 16), HUGE if "P" in letters else PAGE, letters


def wrongWith(machine, core):
    executable = {"kernel": 0, "user": 0}
    text = list(textFrames())
    for address, frame, bytes, letters in pagesOf(machine.ask(core, "info tlb")):
        side = "kernel" if address >> 63 else "user"
        where = f"core {core}: {side} page {address:#x} ({letters})"
        isExecutable, isWritable = "X" not in letters, "W" in letters
        executable[side] += isExecutable
        if isExecutable and isWritable:
            yield f"{where} is writable and executable"
        if ("U" in letters) != (side == "user"):
            yield f"{where} is on the wrong side"
        if isWritable and any(frame < end and begin < frame + bytes for begin, end in text):
            yield f"{where} shows the kernel's text, writable"
    if not executable["kernel"] or (core and not executable["user"]):
        yield f"core {core}: executable pages: {executable}"
    registers = machine.ask(core, "info registers")
    for name, bits in REGISTERS.items():
        value = int(re.search(rf"\b{name}=([0-9a-f]+)", registers)[1], 16)
        for bit, number in bits.items():
            if not value >> number & 1:
                yield f"core {core}: {bit} is off"


machine = Machine()
try:
    machine.stopInTask()
    problems = [problem for core in range(CORES) for problem in wrongWith(machine, core)]
finally:
    machine.process.kill()
    machine.process.wait()
print("\n".join(problems) or f"{CORES} cores are as they should be")
