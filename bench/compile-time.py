#!/usr/bin/env python3
"""How long cleave++ -O3 takes for programs of several sizes, beside clang++-22 -O3 of the same file.

The programs are generated: per fifty lines or so a struct with a string and a vector, functions that make, score,
filter and count such records, a recursion, and a driver with loops over them, each different in its constants. Both
compilers make a finished file (a bundle, a linked program), as people would have it, one after the other in turns so
that a slow spell of the machine meets both; medians and their ratios are told, elapsed and of processor time (cleave++ uses
more than one core in places; a busy machine disturbs the second less).

    bench/compile-time.py                          1,000 and 10,000 and 50,000 lines, 3 runs each: many minutes
    bench/compile-time.py --lines 1000 --runs 5    a glance
    bench/compile-time.py --phases                 cleave++'s own stages as well (-cleave-times)
    bench/compile-time.py --keep FILE              writes the largest program there and ends

Goal: a ratio of at most 2 at 1,000 lines, and time per line that does not grow with the number of lines.
Not part of ./check: a measurement is not a test.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

HEAD = """#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>
"""

UNIT = """
struct Record{k} {{
  int id;
  double weight;
  std::string name;
  std::vector<double> samples;
}};

Record{k} make{k}(int seed) {{
  Record{k} record{{seed, seed * 0.{a}, "record " + std::to_string(seed), {{}}}};
  unsigned state = seed + {a};
  for (int i = 0; i < {a}; ++i) {{
    state = state * 1664525u + 1013904223u;
    record.samples.push_back(state / 65536.0);
  }}
  return record;
}}

double score{k}(const Record{k} &record) {{
  double sum = record.weight;
  for (int round = 0; round < {b}; ++round)
    for (const double sample : record.samples)
      sum = sum * 0.{a} + std::sqrt(sample + round);
  return sum;
}}

std::vector<double> filtered{k}(const std::vector<Record{k}> &records, double least) {{
  std::vector<double> result;
  for (const Record{k} &record : records)
    for (const double sample : record.samples)
      if (sample * record.weight > least)
        result.push_back(sample - least);
  std::sort(result.begin(), result.end());
  return result;
}}

std::map<std::string, int> counted{k}(const std::vector<Record{k}> &records) {{
  std::map<std::string, int> counts;
  for (const Record{k} &record : records)
    ++counts[record.name.substr(0, {c})];
  return counts;
}}

long tree{k}(int depth) {{ return depth < 2 ? depth + {a} : tree{k}(depth - 1) + tree{k}(depth - 2); }}

double run{k}(int n) {{
  std::vector<Record{k}> records;
  for (int i = 0; i < n; ++i)
    records.push_back(make{k}(i));
  double total = 0;
  for (const Record{k} &record : records)
    total += score{k}(record);
  for (const double value : filtered{k}(records, {a}.5))
    total += value;
  for (const auto &[name, count] : counted{k}(records))
    total += count * static_cast<double>(name.size());
  return total + static_cast<double>(tree{k}(n % {c}));
}}
"""


def program(lines):
    unit = UNIT.count("\n") + 1  # with its line in main
    count = max(1, (lines - HEAD.count("\n") - 4) // unit)
    units = [UNIT.format(k=k, a=3 + k * 7 % 41, b=2 + k % 5, c=6 + k % 6) for k in range(count)]
    calls = "".join(f"  total += run{k}(count);\n" for k in range(count))
    main = f"\nint main(int count, char **) {{\n  double total = 0;\n{calls}  std::printf(\"%.17g\\n\", total);\n}}\n"
    return HEAD + "".join(units) + main


def seconds(command):
    """Elapsed and processor seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.monotonic()
    result = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    elapsed = time.monotonic() - begin
    if result.returncode:
        sys.exit(f"{command[0]}: status {result.returncode}\n{result.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return elapsed, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(root, "build"))
    parser.add_argument("--lines", default="1000,10000,50000", help="sizes, with commas")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--phases", action="store_true", help="print what cleave++'s stages took, once for each size")
    parser.add_argument("--keep", help="write the largest program to this file and do nothing else")
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.lines.split(","))
    if options.keep:
        with open(options.keep, "w") as file:
            file.write(program(sizes[-1]))
        return
    cleavexx = os.path.join(options.build, "bin", "cleave++")
    print(f"{'lines':>7} {'clang++ -O3':>12} {'cleave++ -O3':>13} {'ratio':>6} {'us a line':>10} "
          f"{'processor':>10} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        source, output = os.path.join(folder, "program.cpp"), os.path.join(folder, "out")
        for size in sizes:
            text = program(size)
            lines = text.count("\n")
            with open(source, "w") as file:
                file.write(text)
            times = {"clang++-22": [], cleavexx: []}
            for _ in range(options.runs):
                for compiler, list_ in times.items():
                    list_.append(seconds([compiler, "-std=c++20", "-O3", source, "-o", output]))
            (plain, plain_cpu), (cut, cut_cpu) = ([statistics.median(run[which] for run in list_) for which in (0, 1)]
                                                  for list_ in times.values())
            print(f"{lines:>7} {plain:>11.2f}s {cut:>12.2f}s {cut / plain:>6.2f} {cut / lines * 1e6:>10.0f} "
                  f"{cut_cpu:>9.2f}s {cut_cpu / plain_cpu:>6.2f}", flush=True)
            if options.phases:
                subprocess.run([cleavexx, "-std=c++20", "-O3", "-cleave-times", source, "-o", output])


if __name__ == "__main__":
    main()
