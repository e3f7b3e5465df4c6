#!/usr/bin/env python3
"""How large `cleave report`'s page is, how soon Chromium has it open, and whether it can be used: of the longest programs of the corpus
(test/programs, examples) and of generated ones (bench/compile-time.py), each with a run of so many tasks on 16 workers.

    bench/reports.py                              the five longest, and 1,000 and 5,000 generated lines, 100,000 tasks
    bench/reports.py --programs 1000 --lines ""   all of the corpus, some minutes
    bench/reports.py --tasks 1000000

`opened` is from the navigation to the second frame behind the page's load event, the median of several openings; the first of them
also starts the page's process. `worst frame` is the longest time between two frames while the timeline is zoomed in and out, moved,
all details are opened, and the filters are used: what a person feels as a page that hangs. The run is made by
test/report/Inputs/make-trace.py with the program's own number of kinds: what a page of it costs depends on how many tasks there are,
not on what they did.

Goal: opened in a second, frames below 100 ms in use, 3 MB at most. The last line says what missed that, and the status is then 1.
Chromium is to be there (`tools/bootstrap --browser`). Not part of ./check: a measurement is not a test.
"""

import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
inputs = os.path.join(root, "test", "report", "Inputs")
sys.path.insert(0, inputs)
sys.dont_write_bytecode = True
import browser

# Acts once a frame, and answers with the longest gap between two frames in milliseconds.
USE = """new Promise(done => {
  const click = (selector) => { const e = document.querySelector(selector); if (e) e.click(); };
  const acts = [];
  for (let i = 0; i < 12; ++i) acts.push(() => click('[data-do=in]'));
  for (let i = 0; i < 6; ++i) acts.push(() => click('[data-do=right]'));
  for (let i = 0; i < 12; ++i) acts.push(() => click('[data-do=out]'));
  for (const id of ['show-taken', 'show-refused', 'show-all', 'show-inside']) acts.push(() => click('#' + id));
  const marks = [...document.querySelectorAll('details')].slice(0, 20);
  for (const mark of marks) acts.push(() => { mark.open = true; mark.scrollIntoView(); });
  let last = performance.now(), worst = 0, at = 0;
  const step = (now) => {
    now = performance.now();
    worst = Math.max(worst, now - last);
    last = now;
    if (at === acts.length) return done(worst);
    acts[at++]();
    requestAnimationFrame(step);
  };
  requestAnimationFrame((now) => { last = performance.now(); step(now); });
})"""


def lineCount(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return sum(1 for _ in file)


def flagsOf(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("// FLAGS:"):
                return line.split(":", 1)[1].split()
    return []


def opened(chromium, page, runs):
    """Seconds of each opening, and the worst frame of the last one."""
    times = []
    for _ in range(runs):
        chromium.call("Page.navigate", url="about:blank")
        chromium.wait("Page.loadEventFired")
        chromium.events.clear()
        begin = time.monotonic()
        chromium.call("Page.navigate", url="file://" + page)
        chromium.wait("Page.loadEventFired")
        chromium.run(browser.FRAMES)
        times.append(time.monotonic() - begin)
        chromium.events.clear()
    return times, chromium.run(USE)


def measure(chromium, options, folder, name, source, lines):
    app, page = os.path.join(folder, "app.cleave"), os.path.join(folder, "report.html")
    tools = os.path.join(options.build, "bin")
    subprocess.run([os.path.join(tools, "cleave++"), "-std=c++20", "-O2", *flagsOf(source), source, "-o", app],
                   check=True, stderr=subprocess.DEVNULL)  # fmt: skip
    told = json.loads(subprocess.run([os.path.join(tools, "cleave"), "inspect", "--json", app], check=True,
                                         capture_output=True, text=True).stdout)  # fmt: skip
    kinds = len(told["partition"]["tasks"])
    command = [os.path.join(tools, "cleave"), "report", app, "-o", page]
    if kinds:
        with open(os.path.join(folder, "run.trace"), "w") as trace:
            subprocess.run([sys.executable, os.path.join(inputs, "make-trace.py"), str(options.tasks), "16", str(kinds)],
                           check=True, stdout=trace)  # fmt: skip
        command.append("--trace=" + trace.name)
    begin = time.monotonic()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    made = time.monotonic() - begin
    times, worst = opened(chromium, page, options.runs)
    size = os.path.getsize(page)
    median = statistics.median(times)
    print(f"{name:<28} {lines:>6} {kinds:>6} {size / 1e6:>8.2f} MB {made:>7.2f} s {median:>8.2f} s {max(times):>8.2f} s {worst:>8.0f} ms",
          flush=True)  # fmt: skip
    missed = [(median >= 1, f"opens in {median:.2f} s"), (worst >= 100, f"a frame takes {worst:.0f} ms"), (size > 3e6, f"{size / 1e6:.2f} MB")]
    return [f"{name}: {what}" for isMissed, what in missed if isMissed]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default=os.path.join(root, "build"))
    parser.add_argument("--programs", type=int, default=5, help="how many of the corpus, the longest first")
    parser.add_argument("--lines", default="1000,5000", help="sizes of generated programs, with commas")
    parser.add_argument("--tasks", type=int, default=100000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    corpus = glob.glob(os.path.join(root, "test", "programs", "*.cpp")) + glob.glob(os.path.join(root, "examples", "*.cpp"))
    chosen = sorted(((lineCount(path), path) for path in corpus), reverse=True)[: options.programs]
    print(f"{'program':<28} {'lines':>6} {'kinds':>6} {'page':>11} {'made':>9} {'opened':>10} {'slowest':>10} {'worst frame':>11}")
    missed, chromium = [], browser.Browser()
    for domain in ("Page", "Runtime"):
        chromium.call(f"{domain}.enable")
    browser.resize(chromium, 1400, "light")
    with tempfile.TemporaryDirectory() as folder:
        for lines, path in chosen:
            missed += measure(chromium, options, folder, os.path.basename(path), path, lines)
        for size in filter(None, options.lines.split(",")):
            source = os.path.join(folder, "generated.cpp")
            subprocess.run([sys.executable, os.path.join(root, "bench", "compile-time.py"), "--lines", size, "--keep", source], check=True)
            missed += measure(chromium, options, folder, f"generated, {size} lines", source, lineCount(source))
    chromium.close()
    print("; ".join(missed) if missed else "nothing missed its goal")
    sys.exit(missed != [])


if __name__ == "__main__":
    main()
