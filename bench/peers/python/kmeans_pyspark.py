"""k-means with PySpark: an RDD of blocks, cached, the centroids broadcast in each round, as Spark's own example does
(examples/src/main/python/kmeans.py), but by blocks instead of single points."""

import os
import sys

from pyspark import SparkConf, SparkContext

import kmeans_common as common

os.environ["PYSPARK_PYTHON"] = sys.executable
job = common.Job()
configuration = SparkConf().setMaster(f"local[{job.cores}]").setAppName("k-means").set("spark.ui.enabled", "false")
configuration.set("spark.ui.showConsoleProgress", "false")
configuration.set("spark.driver.memory", "4g").set("spark.driver.maxResultSize", "0").set(
    "spark.driver.host", "localhost"
)
context = SparkContext(conf=configuration)
context.setLogLevel("ERROR")
context.addPyFile(os.path.join(os.path.dirname(os.path.abspath(__file__)), "kmeans_common.py"))
job.begin()
style = job.style
blocks = context.parallelize(job.blocks, max(len(job.blocks), job.cores)).cache()
for number in range(1, job.rounds + 1):
    centroids = context.broadcast(job.centroids)
    job.moveTo(number, blocks.map(lambda block: common.ASSIGN[style](block, centroids.value)).collect())
job.finish()
context.stop()
