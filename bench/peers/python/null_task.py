"""A task that does nothing, sent to a warm worker and waited for, again and again, with Ray, Dask or PySpark as their
documentation does it. Nanoseconds of the first and the median one go to standard error.

    null_task.py SYSTEM CORES
"""

import os
import statistics
import sys
import time


def timed(once, rounds):
    times = []
    for _ in range(rounds):
        began = time.perf_counter_ns()
        once()
        times.append(time.perf_counter_ns() - began)
    print(f"first_ns={times[0]}\nmedian_ns={statistics.median(times):.1f}", file=sys.stderr)


def nothing(_=None):
    return None


def withRay(cores):
    import ray

    ray.init(num_cpus=cores, include_dashboard=False, logging_level="error", log_to_driver=False)
    remote = ray.remote(nothing)
    timed(lambda: ray.get(remote.remote()), 1000)
    ray.shutdown()


def withDask(cores):
    from dask.distributed import Client, LocalCluster

    with LocalCluster(n_workers=cores, threads_per_worker=1, dashboard_address=None) as cluster, Client(
        cluster
    ) as client:
        timed(lambda: client.submit(nothing, pure=False).result(), 300)


def withPySpark(cores):
    from pyspark import SparkConf, SparkContext

    os.environ["PYSPARK_PYTHON"] = sys.executable
    configuration = SparkConf().setMaster(f"local[{cores}]").setAppName("nothing").set("spark.ui.enabled", "false")
    configuration.set("spark.ui.showConsoleProgress", "false").set("spark.driver.host", "localhost")
    context = SparkContext(conf=configuration)
    context.setLogLevel("ERROR")
    timed(lambda: context.parallelize([0], 1).map(nothing).collect(), 50)
    context.stop()


if __name__ == "__main__":
    {"ray": withRay, "dask": withDask, "pyspark": withPySpark}[sys.argv[1]](int(sys.argv[2]))
