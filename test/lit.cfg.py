# How lit finds and runs the tests of this tree.
#
# A test is a .test, .ll or .cpp file with RUN lines. What a RUN line may say:
#
#   %cleavexx %cleave         the two commands, from the build folder
#   %gxx %clangxx             the plain compilers that results are compared with
#   %run-program FILES        build with g++ and with cleave++, run every mode, compare (test/run-program.py);
#                             `lit-22 --param modes=check,serial` runs those alone
#   FileCheck not count split-file llvm-as llvm-dis opt llvm-nm llvm-readelf llvm-objdump    LLVM's own, of our version
#   %python %licence          an interpreter; a text that is always there
#   %source %examples %rt     the source tree; its folder of examples; the folder of the run-time libraries
#   %heap-options             what libcleave_root.a is to be linked with
#   %bin %build               the folder of the two commands; the build folder
#   any test tool of ours     by its plain name: build/bin comes first in PATH
#
# A tool that was not built is not a reason to skip: its tests fail. What is optional is the machine, not the project:
# REQUIRES may name `skopeo`, `chromium`, `axe` and `perfetto` (tools/bootstrap --browser), `debian` (its tools for packages),
# `root`, `user-notify` (the kernel has seccomp listeners), `tmpfs` (one may be mounted), `netns` (network namespaces may be
# made), `etcd`, `kvm-device` (whatever it can run), `page-map` (the kernel lists the pages of a process), `fma` and `asan`.
import os
import platform
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True  # a test run leaves nothing in the source tree
sys.path.insert(0, os.path.join(config.cleaveSource, "test"))
import runlines

config.name = "cleave"
config.test_format = runlines.RunLineTest(execute_external=False)
config.suffixes = [".test", ".ll", ".cpp"]
config.excludes = ["Inputs", "CMakeLists.txt", "lit.cfg.py", "lit.site.cfg.py.in"]
config.test_source_root = os.path.join(config.cleaveSource, "test")
config.test_exec_root = os.path.join(config.cleaveBuild, "test")

# Nothing of the caller's environment but what the tools need: a test must not pass because of a variable at home.
config.environment = {
    "PATH": os.pathsep.join([config.cleaveBin, config.llvmTools, os.environ["PATH"]]),
    "HOME": os.path.join(config.cleaveBuild, "test"),
    "LC_ALL": "C.UTF-8",
    "TMPDIR": os.environ.get("TMPDIR", "/tmp"),
}
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

# A hung test is a failed test, and its processes must not outlive it.
lit_config.maxIndividualTestTime = 300


def tool(name):
    return os.path.join(config.cleaveBin, name)


runProgram = " ".join(
    [
        "python3",
        os.path.join(config.test_source_root, "run-program.py"),
        "--cleavexx", tool("cleave++"),
        "--cleave", tool("cleave"),
        "--gxx", "g++",
        "--filecheck", os.path.join(config.llvmTools, "FileCheck"),
    ]
    + (["--modes", lit_config.params["modes"]] if "modes" in lit_config.params else [])
)  # fmt: skip

# As linker/RootLink.cpp has them, for tests that link the run time inside the program by themselves.
with open(os.path.join(config.cleaveSource, "rt/include/cleave/heap.h")) as header:
    heapOptions = [f"-Wl,--wrap={name}" for name in re.findall(r"^  f\((\w+)\)", header.read(), re.MULTILINE)]

config.substitutions += [
    ("%cleavexx", tool("cleave++")),
    # After %cleavexx, which it is a prefix of: lit applies them in this order.
    ("%cleave", tool("cleave")),
    ("%gxx", "g++"),
    ("%clangxx", config.clangxx),
    ("%clang", config.clang),
    ("%run-program", runProgram),
    ("%rt", config.cleaveRuntime),
    ("%python", sys.executable),
    ("%licence", os.path.join(config.cleaveSource, "LICENSE")),
    ("%bin", config.cleaveBin),
    ("%source", config.cleaveSource),
    ("%build", config.cleaveBuild),
    ("%heap-options", " ".join(heapOptions)),
    ("%examples", os.path.join(config.cleaveSource, "examples")),
]

if tuple(int(part) for part in re.findall(r"\d+", platform.release())[:2]) >= (6, 7):
    config.available_features.add("page-map")
if shutil.which("skopeo"):
    config.available_features.add("skopeo")
if shutil.which("chromium"):
    config.available_features.add("chromium")
if os.path.exists(os.path.join(config.cleaveBuild, "axe", "axe.min.js")):
    config.available_features.add("axe")
if shutil.which("node") and os.path.exists(os.path.join(config.cleaveBuild, "perfetto", "engine_bundle.js")):
    config.available_features.add("perfetto")
if shutil.which("dpkg-shlibdeps") and shutil.which("dpkg-deb"):
    config.available_features.add("debian")
if os.geteuid() == 0:
    config.available_features.add("root")
if os.access("/dev/kvm", os.R_OK | os.W_OK):
    config.available_features.add("kvm-device")
if "address" in config.sanitizer:
    config.available_features.add("asan")
with open("/proc/cpuinfo") as cpus:
    if " fma " in cpus.read():
        config.available_features.add("fma")
# A disk that is full needs a file system of its own; whether one may be mounted depends on the machine.
mount = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=64k", "cleave-test", "/mnt"]
try:
    if subprocess.run(mount, capture_output=True).returncode == 0:
        config.available_features.add("tmpfs")
except OSError:
    pass
# Networks of our own, without any right of the machine's.
try:
    script = "mount -t tmpfs t /run && ip netns add x && ip link add type veth peer name y netns x && ip link add z type bridge"
    if subprocess.run(["unshare", "-rnm", "sh", "-c", script], capture_output=True).returncode == 0:
        config.available_features.add("netns")
except OSError:
    pass
if shutil.which("etcd"):
    config.available_features.add("etcd")
try:
    with open("/proc/sys/kernel/seccomp/actions_avail") as actions:
        if "user_notif" in actions.read():
            config.available_features.add("user-notify")
except OSError:
    pass
