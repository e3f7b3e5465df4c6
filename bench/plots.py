"""Draws the plots of docs/performance.md: reads results as JSON, writes SVG files into a folder, prints the Markdown
that shows them. Run by bench/page.py with the Python that has matplotlib.

    plots.py FOLDER < results.json
"""

import json
import math
import os
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plot

# Text stays text, and the same figures make the same file. Grey and mid tones are read on white and on black alike.
GREY = "#808080"
matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "cleave", "font.size": 9, "text.color": GREY, "axes.labelcolor": GREY,
    "xtick.color": GREY, "ytick.color": GREY, "axes.edgecolor": GREY, "axes.spines.top": False, "axes.spines.right": False,
    "legend.frameon": False, "font.family": "sans-serif",
})  # fmt: skip
COLOURS = {"Cleave": "#2f7fd0", "OpenMP by hand": "#d0802f", "oneTBB by hand": "#3c9a5f", "clang++-22 Polly": "#a05fc0",
           "g++ -ftree-parallelize-loops": "#c05060"}  # fmt: skip


def save(figure, folder, name, caption):
    figure.savefig(os.path.join(folder, name), transparent=True, bbox_inches="tight", metadata={"Date": None})
    plot.close(figure)
    print(f"![{caption}](images/{name})\n")


def medians(measurement):
    return {row["name"]: row["median_s"] for row in measurement["rows"] if "median_s" in row}


def corpus(results, folder):
    found = {name: medians(m) for name, m in results["measurements"].items()
             if m["group"] == "corpus" and m["kind"] == "parallel"}  # fmt: skip
    if not found:
        return
    speed = {
        name: {who: by["clang++-22 -O3"] / s for who, s in by.items() if who in COLOURS} for name, by in found.items()
    }
    order = sorted(speed, key=lambda name: speed[name].get("Cleave", 0))
    figure, axes = plot.subplots(figsize=(7.5, 0.6 + 0.19 * len(order)))
    axes.barh(range(len(order)), [speed[name].get("Cleave", 0) for name in order], color=COLOURS["Cleave"], alpha=0.55,
              label="Cleave")  # fmt: skip
    for who in list(COLOURS)[1:]:
        points = [(speed[name][who], y) for y, name in enumerate(order) if who in speed[name]]
        if points:
            axes.plot(*zip(*points), "o", color=COLOURS[who], markersize=4.5, label=who)
    axes.axvline(1, color=GREY, linewidth=0.8)
    axes.set_yticks(range(len(order)), order, fontsize=7.5)
    axes.set_ylim(-0.7, len(order) - 0.3)
    axes.set_xlabel(f"speed-up over clang++-22 -O3, {results['machine']['cores']} cores")
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1), ncols=3, fontsize=8)
    save(figure, folder, "performance-corpus.svg", "Speed-up of each parallel program of the corpus")


def clustering(results, folder):
    found = {name: m for name, m in results["measurements"].items() if m["group"] == "kmeans"}
    if not found:
        return
    figure, every = plot.subplots(len(found), 1, squeeze=False,
                                  figsize=(7.5, sum(0.55 + 0.2 * len(medians(m)) for m in found.values())),
                                  gridspec_kw={"height_ratios": [len(medians(m)) + 2 for m in found.values()]})  # fmt: skip
    for axes, measurement in zip(every[:, 0], found.values()):
        rows = [row for row in measurement["rows"] if "median_s" in row][::-1]
        times = [row["median_s"] if row["name"] == "MPI" else row.get("inner_s", row["median_s"]) for row in rows]
        axes.barh([row["name"] for row in rows], times, color=[COLOURS["Cleave"] if "Cleave" in row["name"] else GREY
                                                              for row in rows], alpha=0.6)  # fmt: skip
        for y, value in enumerate(times):
            axes.text(value, y, f" {value:.3g} s", va="center", fontsize=7.5)
        axes.set_xscale("log")
        axes.set_xlim(left=min(times) / 3)
        axes.tick_params(labelsize=7.5)
        axes.set_title(f"{measurement['points']:,} vectors", fontsize=9, loc="left")
    every[-1, 0].set_xlabel("seconds; Python systems without their start")
    figure.tight_layout()
    save(figure, folder, "performance-kmeans.svg", "Time of k-means by contender")


def apart(heights, least):
    """Heights, highest first, each at least so much below the one before."""
    result = []
    for height in heights:
        result.append(min(height, result[-1] - least) if result else height)
    return result


def scaling(results, folder):
    rows = {name: m["replay"]["cores"] for name, m in results["measurements"].items() if "cores" in m.get("replay", {})}
    if not rows:
        return
    figure, axes = plot.subplots(figsize=(7.5, 4))
    best = sorted(rows, key=lambda name: rows[name][-1]["speed_up"], reverse=True)
    named = [name for name in best if name in best[:6] or name.startswith("kmeans")]
    heights = apart([math.log2(rows[name][-1]["speed_up"]) for name in named], 0.45)
    for name, row in rows.items():
        style = {"linewidth": 1.4, "alpha": 0.9} if name in named else {"linewidth": 0.6, "alpha": 0.4, "color": GREY}
        line = axes.plot([r["cores"] for r in row], [r["speed_up"] for r in row], **style)
        if name in named:
            at = row[-1]["cores"] * 1.15, 2 ** heights[named.index(name)]
            axes.annotate(name, at, va="center", fontsize=7.5, color=line[0].get_color(), annotation_clip=False)
    cores = [r["cores"] for r in rows[best[0]]]
    axes.plot(cores, cores, linestyle=":", color=GREY, linewidth=0.8)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set_xticks(cores, [f"{count:,}" for count in cores])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel("cores, simulated")
    axes.set_ylabel("speed-up over one simulated core")
    save(figure, folder, "performance-scaling.svg", "Simulated speed-up by number of cores")


def main():
    results, folder = json.load(sys.stdin), sys.argv[1]
    clustering(results, folder)
    corpus(results, folder)
    scaling(results, folder)


if __name__ == "__main__":
    main()
