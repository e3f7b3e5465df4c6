"""boot.py KERNEL MODULE [QEMU ARGUMENTS] - boots an image with a module that no launcher would make, and prints what it
says. Later arguments of a kind replace earlier ones."""
import subprocess
import sys

kernel, module, *more = sys.argv[1:]
done = subprocess.run(
    ["qemu-system-x86_64", "-M", "microvm", "-accel", "tcg", "-cpu", "max", "-m", "256", "-smp", "3", "-nodefaults",
     "-no-user-config", "-no-reboot", "-display", "none", "-serial", "stdio", "-device",
     "isa-debug-exit,iobase=0x501,iosize=2", "-kernel", kernel, "-initrd", module, *more],
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
)  # fmt: skip
print(done.stdout.decode(errors="replace").replace("\r", ""), end="")
print("ended with", done.returncode)
