"""boot-disk.py DISK [QEMU ARGUMENTS] - starts a PC from a disk, through firmware and GRUB, and prints its serial line.

The machine ends itself where the emulator offers a port for that.
"""
import subprocess
import sys

done = subprocess.run(
    ["qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-nodefaults", "-no-user-config",
     "-no-reboot", "-display", "none", "-serial", "stdio", "-device", "isa-debug-exit,iobase=0x501,iosize=2",
     "-cdrom", sys.argv[1], *sys.argv[2:]],
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=240,
)  # fmt: skip
print(done.stdout.decode(errors="replace").replace("\r", ""), end="")
print("ended with", done.returncode)
