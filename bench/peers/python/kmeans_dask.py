"""k-means with Dask's distributed futures, one process a core: blocks are scattered once, then mapped in each round."""

from dask.distributed import Client, LocalCluster

import kmeans_common as common

if __name__ == "__main__":
    job = common.Job()
    with LocalCluster(n_workers=job.cores, threads_per_worker=1, dashboard_address=None) as cluster, Client(
        cluster
    ) as client:
        job.begin()
        blocks = client.scatter(job.blocks)
        for number in range(1, job.rounds + 1):
            centroids = client.scatter([job.centroids], broadcast=True)[0]
            parts = client.map(common.ASSIGN[job.style], blocks, centroids=centroids, pure=False)
            job.moveTo(number, client.gather(parts))
        job.finish()
