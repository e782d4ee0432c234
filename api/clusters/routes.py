"""Clusters, the pattern graph, and requests to recompute them."""

from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Response

from api.access.permissions import requires
from api.auth.authorize import check_feature
from api.clusters import queries as clusters
from api.clusters.schemas import Cluster, ClusterDetail, ClusterFilters, Graph, GraphRequest, Job
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, documents, json_response, row_or_404
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation
from api.recomputes import queries as recomputes
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1", tags=["clusters"], route_class=Operation)


@router.get("/clusters", summary="List clusters", responses=documents(Page[Cluster]))
@requires(Role.VIEWER)
@returns_page_of(clusters.CLUSTERS)
async def list_clusters(
    db: Db, caller: CurrentCaller, filters: Annotated[ClusterFilters, build_filter_dependency(ClusterFilters)]
) -> Response:
    """The clusters of the workspace, largest first unless sorted otherwise."""
    check_feature(caller, "clusters")
    return await read_page(db, clusters.CLUSTERS, filters)


@router.get("/clusters/{cluster_id}", summary="Get a cluster", responses=documents(ClusterDetail))
@requires(Role.VIEWER)
async def read_cluster(db: Db, caller: CurrentCaller, cluster_id: UUID) -> Response:
    """A cluster with its patterns and the edges between them."""
    check_feature(caller, "clusters")
    return row_or_404(await clusters.read_cluster(db, cluster_id), "cluster")


@router.get("/patterns/graph", summary="Get the pattern graph", responses=documents(Graph))
@requires(Role.VIEWER)
async def read_pattern_graph(
    db: Db, caller: CurrentCaller, graph: Annotated[GraphRequest, Query()]
) -> Response:
    """Patterns connected by what they share, every edge with its reasons."""
    check_feature(caller, "clusters")
    return row_or_404(await clusters.read_graph(db, graph.min_strength, graph.limit), "graph")


@router.post(
    "/clusters/recompute",
    summary="Recompute the clusters",
    status_code=202,
    responses=documents(Job, 202, "Requested"),
)
@requires(Role.ANALYST)
async def recompute_clusters(db: Db, caller: CurrentCaller) -> Response:
    """Requests a recompute and returns at once. Concurrent requests share one job."""
    check_feature(caller, "clusters")
    job_id = await recomputes.request_recompute(db, "clusters", caller.actor)
    job = orjson.loads(await recomputes.read_job(db, job_id) or "{}")
    return json_response(job, 202, {"Location": f"/v1/jobs/{job_id}"})


@router.get("/jobs/{job_id}", summary="Get a recompute job", responses=documents(Job))
@requires(Role.VIEWER)
async def read_recompute_job(db: Db, job_id: UUID) -> Response:
    """The state of a requested recompute."""
    return row_or_404(await recomputes.read_job(db, job_id), "job")
