"""Debian's cloud kernel as a guest: what the node kernel is measured beside.

The package is fetched by apt and unpacked into a folder of the build, never installed. The guest's whole user space is
one static program, /init, in an initramfs of three entries. Both kernels get the same machine, accelerator and memory
(rt/node/KernelMachine.cpp), and Linux the command line under which it starts fastest: nothing printed, no address space
layout to draw, no devices to look for but those that there are.
"""

import glob
import os
import shutil
import struct
import subprocess
import sys

from sidebyside import succeed

PACKAGE = "linux-image-cloud-amd64"
COMMAND_LINE = "console=ttyS0 quiet loglevel=0 nokaslr rdinit=/init panic=-1"


def addOptions(parser, root):
    """What all measurements beside this guest let one choose."""
    parser.add_argument("--cpus", type=int, default=3)
    parser.add_argument("--memory", type=int, default=512, help="MiB")
    parser.add_argument("--accel", choices=["tcg", "kvm"], default="tcg")
    parser.add_argument("--build", default=os.path.join(root, "build"), help="build folder of Cleave")
    parser.add_argument("--json", metavar="FILE", help="write the figures there")


def nodeKernel(options, *words):
    """`cleave run` on the machine that those options describe."""
    return [os.path.join(options.build, "bin", "cleave"), "run", "--mode=kernel", f"--workers={options.cpus - 1}",
            f"--kernel-memory={options.memory}M", *(["--kernel-emulated"] if options.accel == "tcg" else []), *words]  # fmt: skip


def kernel(folder):
    """The path of the package's bzImage, fetched and unpacked where that has not been done."""
    found = sorted(glob.glob(os.path.join(folder, "root/boot/vmlinuz-*")))
    if found:
        return found[-1]
    os.makedirs(folder, exist_ok=True)
    depends = succeed(["apt-cache", "depends", PACKAGE]).decode()
    names = [line.split()[1] for line in depends.splitlines() if "Depends: linux-image-" in line]
    if not names:
        sys.exit(f"apt knows no {PACKAGE}; is this Debian, and was `apt-get update` run?")
    succeed(["apt-get", "download", names[0]], cwd=folder)
    (package,) = glob.glob(os.path.join(folder, names[0] + "_*.deb"))
    succeed(["dpkg-deb", "-x", package, os.path.join(folder, "root")])
    return glob.glob(os.path.join(folder, "root/boot/vmlinuz-*"))[0]


def unpacked(image, folder):
    """The ELF file inside the bzImage, which QEMU can start at its PVH entry as it does the node kernel: Linux without
    the cost of unpacking itself. Empty where the packer is not LZ4 or its tool is not there."""
    out = os.path.join(folder, "vmlinux")
    if os.path.exists(out):
        return out
    if not shutil.which("lz4"):
        return ""
    with open(image, "rb") as file:
        content = file.read()
    begin = content.find(b"\x02\x21\x4c\x18")  # LZ4's legacy frame
    if begin < 0:
        return ""
    done = subprocess.run(["lz4", "-dcq"], input=content[begin:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if not done.stdout.startswith(b"\x7fELF"):
        return ""
    with open(out, "wb") as file:
        file.write(done.stdout)
    return out


def entry(name, mode, content=b"", device=(0, 0)):
    fields = [0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
    return head.ljust((len(head) + 3) & ~3, b"\0") + content.ljust((len(content) + 3) & ~3, b"\0")


def initramfs(source, folder, flags=()):
    """An archive (cpio, newc) with /init from a C file, and the two folders and the device that it needs."""
    program = os.path.join(folder, "init")
    succeed(["clang-22", "-O2", "-static", *flags, source, "-o", program])
    with open(program, "rb") as file:
        init = file.read()
    archive = os.path.join(folder, "initramfs.cpio")
    with open(archive, "wb") as file:
        file.write(entry("dev", 0o040755) + entry("proc", 0o040755) + entry("dev/console", 0o020600, device=(5, 1))
                   + entry("init", 0o100755, init) + entry("TRAILER!!!", 0))  # fmt: skip
    return archive


def counterKhz(folder):
    """How fast this machine's time-stamp counter counts: an emulated one counts along."""
    program = os.path.join(folder, "counter")
    source = b"""
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>
int main(void) {
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  unsigned long long ticks = __rdtsc();
  do
    clock_gettime(CLOCK_MONOTONIC, &end);
  while (end.tv_sec * 1000000000LL + end.tv_nsec < begin.tv_sec * 1000000000LL + begin.tv_nsec + 50000000);
  ticks = __rdtsc() - ticks;
  printf("%llu", ticks * 1000000 / ((end.tv_sec - begin.tv_sec) * 1000000000LL + end.tv_nsec - begin.tv_nsec));
}
"""
    succeed(["clang-22", "-O2", "-x", "c", "-", "-o", program], input=source)
    return int(succeed([program]))


def machine(cpus, memory, accelerator):
    """QEMU's words for the machine that `cleave run --mode=kernel` makes; serial line on standard output."""
    cpu = "host,-arch-capabilities" if accelerator == "kvm" else "max"
    accel = "kvm" if accelerator == "kvm" else "tcg,thread=multi"
    return ["qemu-system-x86_64", "-M", "microvm", "-no-user-config", "-nodefaults", "-no-reboot", "-display", "none",
            "-accel", accel, "-cpu", cpu, "-smp", str(cpus), "-m", f"{memory}M", "-serial", "stdio",
            "-global", "virtio-mmio.force-legacy=false", "-device", "isa-debug-exit,iobase=0x501,iosize=2"]  # fmt: skip
