#!/usr/bin/env python3
"""outside.py --cleavexx C - compiles programs of a line each, and looks at what is said of their runs (docs/partition.md, `run`).

A line that asks for something outside must be named in the reason; one that does not must leave the program repeatable.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile

# (headers, statement, what the reason names). Symbols are looked up in C: that is quick.
OUTSIDE = [
    ("time.h", "printf(\"%ld\", (long)time(0))", "time"),
    ("time.h", "printf(\"%ld\", (long)clock())", "clock"),
    ("time.h", "struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); printf(\"%ld\", (long)t.tv_nsec)", "clock_gettime"),
    ("time.h", "struct timespec t; timespec_get(&t, TIME_UTC); printf(\"%ld\", (long)t.tv_nsec)", "timespec_get"),
    ("time.h", "time_t t = n; printf(\"%d\", localtime(&t)->tm_hour)", "localtime"),
    ("time.h", "struct tm t = {}; t.tm_year = n; printf(\"%ld\", (long)mktime(&t))", "mktime"),
    ("sys/time.h", "struct timeval t; gettimeofday(&t, 0); printf(\"%ld\", (long)t.tv_usec)", "gettimeofday"),
    ("sys/times.h", "struct tms t; printf(\"%ld\", (long)times(&t))", "times"),
    ("sys/resource.h", "struct rusage u; getrusage(RUSAGE_SELF, &u); printf(\"%ld\", u.ru_maxrss)", "getrusage"),
    ("sys/resource.h", "struct rlimit u; getrlimit(RLIMIT_NOFILE, &u); printf(\"%ld\", (long)u.rlim_cur)", "getrlimit"),
    ("sys/utsname.h", "struct utsname u; uname(&u); puts(u.nodename)", "uname"),
    ("sys/stat.h", "struct stat s; printf(\"%d\", stat(a[0], &s))", "stat"),
    ("unistd.h", "printf(\"%d\", access(a[0], R_OK))", "access"),
    ("unistd.h", "printf(\"%d\", getpid())", "getpid"),
    ("unistd.h", "printf(\"%d\", isatty(1))", "isatty"),
    ("unistd.h", "printf(\"%ld\", sysconf(_SC_NPROCESSORS_ONLN))", "sysconf"),
    ("unistd.h", "char b[999]; puts(getcwd(b, 999))", "getcwd"),
    ("unistd.h", "char b[999]; printf(\"%d\", (int)readlink(a[0], b, 999))", "readlink"),
    ("unistd.h", "char b[9]; printf(\"%d\", (int)read(0, b, 9))", "read"),
    ("unistd.h", "printf(\"%d\", (int)write(1, a[0], 3))", "write"),
    ("unistd.h", "unlink(a[0])", "unlink"),
    ("unistd.h", "printf(\"%d\", fork())", "fork"),
    ("unistd.h", "sleep(n)", "sleep"),
    ("fcntl.h", "printf(\"%d\", open(a[0], O_RDONLY))", "open"),
    ("stdlib.h", "puts(getenv(a[0]))", "getenv"),
    ("stdlib.h", "puts(realpath(a[0], 0))", "realpath"),
    ("stdlib.h", "printf(\"%d\", system(a[0]))", "system"),
    ("stdlib.h", "printf(\"%d\", mkstemp(a[0]))", "mkstemp"),
    ("stdio.h", "remove(a[0])", "remove"),
    ("stdio.h", "rename(a[0], a[1])", "rename"),
    ("stdio.h", "putc('a', popen(a[0], \"w\"))", "popen"),
    ("stdio.h", "putc('a', fdopen(n, \"w\"))", "fdopen"),
    ("stdio.h", "printf(\"%d\", fileno(stdout))", "fileno"),
    ("locale.h", "setlocale(LC_ALL, \"\")", "setlocale"),
    ("signal.h", "raise(n)", "raise"),
    ("sys/random.h", "char b[4]; getrandom(b, 4, 0); printf(\"%d\", b[0])", "getrandom"),
    ("sys/auxv.h", "printf(\"%lu\", getauxval(n))", "getauxval"),
    ("pthread.h", "printf(\"%lu\", (unsigned long)pthread_self())", "pthread_self"),
    ("unistd.h", "extern char **environ; puts(environ[0])", "environ"),
    ("errno.h", "extern char *program_invocation_name; puts(program_invocation_name)", "program_invocation_name"),
    ("stdio.h", "long unknown(int); printf(\"%ld\", unknown(n))", "unknown"),
    ("x86intrin.h", "printf(\"%llu\", __rdtsc())", "rdtsc"),
    ("stdio.h", "printf(\"%llu\", __builtin_readcyclecounter())", "readcyclecounter"),
    ("x86intrin.h", "unsigned r; _rdrand32_step(&r); printf(\"%u\", r)", "rdrand"),
    ("stdio.h", "unsigned r; __asm__ volatile(\"rdtsc\" : \"=a\"(r) : : \"edx\"); printf(\"%u\", r)", "assembly"),
]
# The same in C++, by constructors and destructors too. In one program, and each must be found when the others are gone.
OUTSIDE_CXX = [
    ("chrono", "std::cout << std::chrono::steady_clock::now().time_since_epoch().count()", "steady_clock"),
    ("random", "std::cout << std::random_device()()", "random_device"),
    ("thread", "std::thread([] { std::cout << 1; }).join()", "thread"),
    ("filesystem", "std::cout << std::filesystem::exists(a[0])", "filesystem"),
    ("locale", "std::cout.imbue(std::locale(\"\"))", "locale"),
    ("ctime", "static struct Timed { ~Timed() { std::cout << std::time(nullptr); } } timed", "time"),
    ("ctime", "std::ctime(nullptr); auto now = n > 9 ? std::clock : nullptr; std::cout << (now ? now() : 0)", "clock|ctime"),
]
HARMLESS = [
    ("cmath", "std::cout << std::sin(n) + std::pow(n, 1.5) + std::lgamma(n) + std::fma(n, 2.5, 1.0)"),
    ("complex", "std::complex<double> z(n, 1); std::cout << z * z / std::exp(z) << std::arg(std::sqrt(z))"),
    ("cstdlib", "std::srand(n); std::cout << std::rand(); std::qsort(a, 1, 8, [](const void *, const void *) { return 0; })"),
    ("fstream", "std::ifstream file(a[0]); std::string line; while (std::getline(file, line)) std::cout << line.size() << std::endl"),
    ("fstream", "std::ofstream(a[0]) << n"),  # which the run would tell
    ("cstdio", "char b[99]; std::FILE *f = std::fopen(a[0], \"r\"); while (std::fgets(b, 99, f)) std::puts(b); std::fclose(f)"),
    ("sstream", "std::istringstream in(a[0]); int i; while (in >> i) std::cout << i; std::ostringstream out; out << n; std::cout << out.str()"),
    ("iomanip", "std::cout << std::setw(9) << std::setprecision(3) << std::hex << n << std::fixed << n * 1.5 << std::quoted(\"a\")"),
    ("map", "std::map<std::string, int> m; ++m[a[0]]; for (auto &[k, v] : m) std::cout << k << v"),
    ("unordered_map", "std::unordered_map<std::string, int> m; ++m[a[0]]; std::cout << m.size()"),
    ("memory", "auto p = std::make_shared<std::string>(a[0]); auto q = p; std::cout << *q << q.use_count()"),
    ("stdexcept", "try { if (n > 3) throw std::runtime_error(a[0]); std::cout << std::stoi(a[0]); } catch (const std::exception &e) { std::cerr << e.what(); }"),
    ("functional", "std::function<int(int)> f = [n](int i) { return i + n; }; if (n > 9) f = nullptr; std::cout << f(n)"),
    ("random", "std::mt19937_64 engine(n); std::cout << std::normal_distribution<double>()(engine)"),
    ("charconv", "char b[99]; *std::to_chars(b, b + 98, n * 1.25).ptr = 0; std::cout << b"),
    ("mutex", "static std::mutex m; std::lock_guard lock(m); std::cout << n"),
    ("variant", "std::variant<int, std::string> v = n; if (n > 3) v = a[0]; std::cout << v.index() << std::get<int>(v)"),
    ("optional", "std::optional<int> v; if (n > 3) v = n; std::cout << v.value()"),
    ("vector", "std::vector<int> v(n); std::cout << v.at(1); __asm__ volatile(\"\" : : \"r\"(v.data()) : \"memory\"); assert(n > 3)"),
    ("typeinfo", "struct B { virtual ~B() {} }; struct D : B {}; B *b = n > 3 ? new B : new D; std::cout << (dynamic_cast<D *>(b) != nullptr)"),
]


# A program in which nothing is cut has no run time to remember anything.
WORK = """unsigned worked(unsigned seed) {
  for (int i = 0; i != 1000000; ++i)
    seed = (seed ^ seed >> 7) * 31 + 1;
  return seed;
}
unsigned all(unsigned seed) {
  unsigned sums[64], sum = 0;
  for (int i = 0; i != 64; ++i)
    sums[i] = worked(seed + i);
  for (int i = 0; i != 64; ++i)
    sum = sum * 7 + sums[i];
  return sum;
}
"""


def depends(cxx, folder, name, header, statement):
    isCxx = "." not in header
    source = os.path.join(folder, name + (".cpp" if isCxx else ".c"))
    own = "#include <cassert>\n#include <iostream>\n#include <string>\n" if isCxx else "#include <stdio.h>\n"
    with open(source, "w") as file:
        file.write(f"{own}#include <{header}>\n{WORK}int main(int n, char **a) {{\n  {statement};\n  return all(n);\n}}\n")
    options = ["-std=c++20"] if isCxx else ["-x", "c", "-D_GNU_SOURCE", "-mrdrnd"]
    result = subprocess.run([cxx, "-O1", "-w", *options, "-cleave-emit=partition", source], capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{statement}: {result.stderr}")
    run = json.loads(result.stdout)["run"]
    return None if run["repeats"] else run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cleavexx", default="cleave++")
    options = parser.parse_args()
    cases = [*OUTSIDE, *OUTSIDE_CXX, *((header, statement, "") for header, statement in HARMLESS)]
    problems = []
    with tempfile.TemporaryDirectory(prefix="outside-") as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(depends, options.cleavexx, folder, f"case{i}", *case[:2]) for i, case in enumerate(cases)]
        for (header, statement, wanted), one in zip(cases, asked):
            run = one.result()
            if bool(run) != bool(wanted) or (wanted and not any(name in run["depends"] for name in wanted.split("|"))):
                problems.append(f"{statement}: {run}")
            elif run and run["line"] not in (17, 19):
                problems.append(f"{statement}: which line is that? {run}")
    sys.exit("\n".join(problems) or 0)


main()
