"""What the k-means of Ray, Dask and PySpark have in common: arguments, points, the assignment of one block in three
styles, and what is printed, which is what examples/kmeans.cpp prints.

    kmeans_SYSTEM.py STYLE FILE DIMENSIONS CLUSTERS ROUNDS CORES

Styles: `plain` (lists and loops), `numpy` (differences, the arithmetic of the C++ program), `product` (the squared
distance multiplied out, so that most of it is one matrix product of the BLAS: another arithmetic, and far fewer
instructions). Each core is given one BLAS thread, since the systems run a process for each.

The seconds from the moment when the system is up until the result is there go to standard error as inner_s.
"""

import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy

MOST_POINTS_PER_BLOCK = 4096


class Job:
    def __init__(self):
        self.style, self.path = sys.argv[1:3]
        self.dimensions, self.clusters, self.rounds, self.cores = map(int, sys.argv[3:7])
        points = numpy.fromfile(self.path).reshape(-1, self.dimensions)
        size = min(MOST_POINTS_PER_BLOCK, -(-len(points) // self.cores))
        self.blocks = [points[first : first + size] for first in range(0, len(points), size)]
        if self.style == "plain":
            self.blocks = [block.tolist() for block in self.blocks]
        self.centroids = self.blocks[0][: self.clusters]
        self.began = time.perf_counter()

    def begin(self):
        """The system is up."""
        self.began = time.perf_counter()

    def finish(self):
        for c in range(min(self.clusters, 5)):
            print(f"centroid {c}: sum {sum(self.centroids[c]):.17g}")
        print(f"inner_s={time.perf_counter() - self.began:.6f}", file=sys.stderr)

    def moveTo(self, number, parts):
        """Ends a round: the centroids go to the means of what the blocks' (sums, counts, inertia) add up to."""
        if self.style == "plain":
            self.movePlain(parts)
        else:
            sums, counts = (numpy.sum([part[k] for part in parts], axis=0) for k in (0, 1))
            self.inertia = sum(part[2] for part in parts)
            self.centroids = numpy.where(counts[:, None] > 0, sums / numpy.maximum(counts, 1)[:, None], self.centroids)
        print(f"round {number}: inertia {self.inertia:.17g}")

    def movePlain(self, parts):
        self.inertia = sum(part[2] for part in parts)
        counts = [sum(column) for column in zip(*(part[1] for part in parts))]
        for c, count in enumerate(counts):
            if count > 0:
                self.centroids[c] = [sum(column) / count for column in zip(*(part[0][c] for part in parts))]


def assignPlain(block, centroids):
    sums = [[0.0] * len(block[0]) for _ in centroids]
    counts, inertia = [0] * len(centroids), 0.0
    for point in block:
        best, distance = 0, float("inf")
        for c, centroid in enumerate(centroids):
            total = 0.0
            for a, b in zip(point, centroid):
                total += (a - b) * (a - b)
            if total < distance:
                best, distance = c, total
        inertia += distance
        counts[best] += 1
        sums[best] = [a + b for a, b in zip(sums[best], point)]
    return sums, counts, inertia


def assignArrays(block, centroids, distances):
    nearest = distances.argmin(axis=1)
    counts = numpy.bincount(nearest, minlength=len(centroids))
    sums = numpy.zeros_like(centroids)
    numpy.add.at(sums, nearest, block)
    return sums, counts, float(distances[numpy.arange(len(block)), nearest].sum())


def assignNumpy(block, centroids):
    distances = numpy.stack([((block - centroid) ** 2).sum(axis=1) for centroid in centroids], axis=1)
    return assignArrays(block, centroids, distances)


def assignProduct(block, centroids):
    norms = (block**2).sum(axis=1)[:, None] + (centroids**2).sum(axis=1)[None, :]
    return assignArrays(block, centroids, norms - 2 * (block @ centroids.T))


ASSIGN = {"plain": assignPlain, "numpy": assignNumpy, "product": assignProduct}
