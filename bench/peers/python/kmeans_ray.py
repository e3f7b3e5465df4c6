"""k-means with Ray: blocks are put into the object store once, a remote function assigns each, the driver adds up."""

import ray

import kmeans_common as common


@ray.remote
def assign(style, block, centroids):
    return common.ASSIGN[style](block, centroids)


job = common.Job()
ray.init(num_cpus=job.cores, include_dashboard=False, logging_level="error", log_to_driver=False)
job.begin()
blocks = [ray.put(block) for block in job.blocks]
for number in range(1, job.rounds + 1):
    centroids = ray.put(job.centroids)
    job.moveTo(number, ray.get([assign.remote(job.style, block, centroids) for block in blocks]))
job.finish()
ray.shutdown()
