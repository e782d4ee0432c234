"""Clusters, the pattern graph, and recompute requests."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg

from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.conftest import new_workspace


def test_twenty_concurrent_requests_queue_one_job(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])

    with ThreadPoolExecutor(20) as pool:
        responses = list(pool.map(lambda _: api.post("/v1/clusters/recompute"), range(20)))

    assert {response.status_code for response in responses} == {202}
    (job_id,) = {response.json()["id"] for response in responses}
    assert {response.headers["location"] for response in responses} == {f"/v1/jobs/{job_id}"}
    with database.workspace(fresh_sample.workspace_id) as session:
        assert len(session.rows("select 1 as n from app.recompute_request where kind = 'clusters'")) == 1
        session.execute("update app.recompute_request set status = 'done', finished_at = now()")
    assert api.get(f"/v1/jobs/{job_id}").json()["status"] == "done"
    assert api.post("/v1/clusters/recompute").json()["id"] != job_id


def test_a_plan_without_clusters_gets_a_403(client: Client, owner: psycopg.Connection) -> None:
    key = create_service_key(owner, new_workspace(owner, "free"), "k", "owner")

    refused = client(key).post("/v1/clusters/recompute")

    assert (refused.status_code, refused.json()["code"]) == (403, "plan_feature_missing")


def test_a_cluster_lists_its_patterns_and_the_reasons_of_its_edges(client: Client, sample: Sample) -> None:
    cluster = client(sample.credentials["viewer"]).get(f"/v1/clusters/{sample.ids['cluster_id']}").json()

    assert {pattern["id"] for pattern in cluster["patterns"]} == {
        str(sample.ids["pattern_id"]),
        str(sample.ids["other_pattern_id"]),
    }
    assert cluster["edges"][0]["reasons"] == [{"kind": "service"}]


def test_the_graph_contains_edges_of_at_least_the_requested_strength(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    strong, none = (api.get("/v1/patterns/graph", params={"min_strength": s}).json() for s in (0.8, 0.81))

    assert (len(strong["nodes"]), len(strong["edges"])) == (2, 1)
    assert none == {"nodes": [], "edges": []}
    assert api.get("/v1/patterns/graph", params={"min_strength": 2}).status_code == 422
    assert api.get(f"/v1/jobs/{uuid4()}").status_code == 404
