"""Clusters, the pattern graph, and asking for them to be computed anew."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response

from api.http.pagination import read_page
from api.http.responses import Page, found, gives, json_answer
from api.operation import CurrentCaller, Db, Operation, require_feature
from api.queries.detect import clusters, recomputes
from api.schemas.detect.clusters import Cluster, ClusterDetail, ClusterFilters, Graph, GraphRequest, Job

router = APIRouter(prefix="/v1", tags=["clusters"], route_class=Operation)


@router.get("/clusters", responses=gives(Page[Cluster]))
async def list_clusters(db: Db, filters: Annotated[ClusterFilters, Query()]) -> Response:
    """The workspace's clusters, largest first."""
    return await read_page(db, clusters.CLUSTERS, filters)


@router.get("/clusters/{cluster_id}", responses=gives(ClusterDetail))
async def read_cluster(db: Db, cluster_id: UUID) -> Response:
    """One cluster: its patterns and what joins them."""
    return found(await clusters.read_cluster(db, cluster_id), "cluster")


@router.get("/patterns/graph", responses=gives(Graph))
async def read_pattern_graph(db: Db, asked: Annotated[GraphRequest, Query()]) -> Response:
    """Patterns joined by what they share, every edge with its reasons."""
    return found(await clusters.read_graph(db, asked.min_strength, asked.limit), "graph")


@router.post("/clusters/recompute", status_code=202, responses=gives(Job, 202, "Asked for"))
async def recompute_clusters(db: Db, caller: CurrentCaller) -> Response:
    """Ask for the clusters to be computed; callers at the same time follow one job."""
    require_feature(caller, "clusters")
    job_id = await recomputes.request(db, "clusters", caller.actor)
    job = orjson.loads(await recomputes.read_job(db, job_id) or "{}")
    return json_answer(job, 202, {"Location": f"/v1/jobs/{job_id}"})


@router.get("/jobs/{job_id}", responses=gives(Job))
async def read_recompute_job(db: Db, job_id: UUID) -> Response:
    """How far the work is that the pipeline was asked for."""
    return found(await recomputes.read_job(db, job_id), "job")
