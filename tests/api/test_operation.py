"""What all operations share: versions, suspended organizations, and what a plan includes at use."""

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest

from causeloop_pipeline.storage.app.tenants import create_service_key
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.contract import Contract
from tests.api.sample import Sample
from tests.api.sample_rows import insert_connector
from tests.conftest import new_workspace


def set_plan(owner: psycopg.Connection, workspace_id: UUID, plan: str) -> None:
    owner.execute(
        "update app.organization set plan = %s where organization_id = "
        "(select organization_id from app.workspace where workspace_id = %s)",
        (plan, workspace_id),
    )


def set_status(owner: psycopg.Connection, workspace_id: UUID, status: str) -> None:
    owner.execute(
        "update app.organization set status = %s where organization_id = "
        "(select organization_id from app.workspace where workspace_id = %s)",
        (status, workspace_id),
    )


def test_a_change_with_an_outdated_version_is_refused(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["admin"])
    path = f"/v1/issues/{fresh_sample.ids['issue_id']}"
    version = {"if-match": api.get(path).headers["etag"]}

    first = api.patch(path, json={"service": "one"}, headers=version)
    stale = api.patch(path, json={"service": "two"}, headers=version)
    nonsense = api.patch(path, json={"service": "two"}, headers={"if-match": '"nonsense"'})
    any_version = api.patch(path, json={"team": "x"}, headers={"if-match": "*"})

    assert (first.status_code, any_version.status_code) == (200, 200)
    assert [(response.status_code, response.json()["code"]) for response in (stale, nonsense)] == [
        (412, "version_mismatch")
    ] * 2
    assert api.get(path).json()["service"] == "one"


@pytest.mark.parametrize(
    "path", ["/v1/workspace/settings", "/v1/connectors/{connector_id}", "/v1/alert-rules/{rule_id}"]
)
def test_a_version_protects_every_resource_that_can_be_read(
    path: str, client: Client, fresh_sample: Sample
) -> None:
    api, path = client(fresh_sample.credentials["admin"]), path.format(**fresh_sample.ids)
    change = {
        "settings": {"loop_cost": 7},
        "connectors": {"poll_interval_seconds": 700},
        "alert-rules": {"window_days": 14},
    }
    body = next(body for name, body in change.items() if name in path)
    version = {"if-match": api.get(path).headers["etag"]}

    assert api.patch(path, json=body, headers=version).status_code == 200
    assert api.patch(path, json=body, headers=version).status_code == 412


def test_an_action_is_protected_by_the_version_of_its_resource(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["admin"])
    path = f"/v1/connectors/{fresh_sample.ids['connector_id']}"
    version = {"if-match": api.get(path).headers["etag"]}

    assert api.post(f"{path}/pause", headers=version).status_code == 200
    assert api.post(f"{path}/resume", headers=version).status_code == 412


def test_of_concurrent_changes_of_one_version_one_succeeds(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["admin"])
    path = f"/v1/issues/{fresh_sample.ids['issue_id']}"
    version = {"if-match": api.get(path).headers["etag"]}

    with ThreadPoolExecutor(8) as pool:
        responses = pool.map(
            lambda number: api.patch(path, json={"service": f"s{number}"}, headers=version), range(8)
        )

    assert sorted(response.status_code for response in responses) == [200] + [412] * 7


def test_a_suspended_organization_can_be_read_and_not_changed(
    client: Client, fresh_sample: Sample, owner: psycopg.Connection
) -> None:
    api = client(fresh_sample.credentials["owner"])
    set_status(owner, fresh_sample.workspace_id, "suspended")

    read = [api.get(path).status_code for path in ("/v1/issues", "/v1/workspace", "/v1/export?entity=issues")]
    written = api.post("/v1/issues", json={"title": "x"})
    set_status(owner, fresh_sample.workspace_id, "cancelled")
    cancelled = api.get("/v1/issues")

    assert read == [200, 200, 200]
    assert (written.status_code, written.json()["code"]) == (403, "organization_inactive")
    assert (cancelled.status_code, cancelled.json()["code"]) == (403, "organization_inactive")


def test_concurrent_creations_do_not_exceed_the_plan(client: Client, owner: psycopg.Connection) -> None:
    api = client(create_service_key(owner, new_workspace(owner, "free"), "k", "owner"))

    with ThreadPoolExecutor(12) as pool:
        responses = list(
            pool.map(
                lambda number: api.post(
                    "/v1/connectors", json={"type": "custom_api", "display_name": f"c{number}"}
                ),
                range(12),
            )
        )

    assert sorted(response.status_code for response in responses) == [201] * 3 + [403] * 9


def test_after_a_downgrade_what_the_plan_no_longer_includes_cannot_be_used(
    client: Client, fresh_sample: Sample, owner: psycopg.Connection, database: Database
) -> None:
    api, ids = client(fresh_sample.credentials["owner"]), fresh_sample.ids
    with database.workspace(fresh_sample.workspace_id) as session:
        connector = f"/v1/connectors/{insert_connector(session, fresh_sample, 'datadog')}"
    set_plan(owner, fresh_sample.workspace_id, "free")
    rule = f"/v1/alert-rules/{ids['rule_id']}"

    refused = [
        api.patch(rule, json={"window_days": 14}),
        api.post(f"{rule}/snooze", json={"until": None}),
        api.patch(connector, json={"poll_interval_seconds": 700}),
        api.post(f"{connector}/resume"),
        api.post(f"{connector}/test"),
        api.post(f"{connector}/sync"),
        api.get("/v1/clusters"),
        api.get(f"/v1/clusters/{ids['cluster_id']}"),
        api.get("/v1/patterns/graph"),
    ]

    assert {(response.status_code, response.json()["code"]) for response in refused} == {
        (403, "plan_feature_missing")
    }
    assert "growth" in refused[6].json()["detail"]
    assert api.post(f"{connector}/pause").status_code == 200
    assert api.delete(rule).status_code == 204


def test_a_plan_limits_the_number_of_alert_rules(client: Client, owner: psycopg.Connection) -> None:
    api = client(create_service_key(owner, new_workspace(owner, "starter"), "k", "owner"))
    body = {"name": "wake me", "channels": [{"type": "email", "to": "a@example.com"}]}

    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(lambda _: api.post("/v1/alert-rules", json=body), range(12)))

    assert sorted(response.status_code for response in responses) == [201] * 10 + [403] * 2


def test_a_rule_for_a_pattern_that_does_not_exist_is_refused(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    api = client(sample.credentials["admin"])
    body = {"name": "wake me", "channels": [{"type": "email", "to": "a@example.com"}]}
    for pattern_id in (uuid4(), other_sample.ids["pattern_id"]):
        response = api.post("/v1/alert-rules", json=body | {"scope": {"pattern_id": str(pattern_id)}})

        assert (response.status_code, response.json()["code"]) == (422, "no_such_pattern")


def test_the_name_of_a_path_is_not_taken_for_an_id(client: Client, sample: Sample) -> None:
    response = client(sample.credentials["owner"]).get("/v1/clusters/recompute")

    assert (response.status_code, response.headers["allow"]) == (405, "POST")


def test_the_allowed_methods_of_a_path_are_all_of_them(client: Client, contract: Contract) -> None:
    declared: dict[str, set[str]] = defaultdict(set)
    for method, *_, path, _ in contract.operations:
        declared[path].add(method)
    wrong = {}
    for path, methods in declared.items():
        response = client().options(re.sub(r"{.*?}", str(uuid4()), path))
        allowed = set(response.headers.get("allow", "").split(", "))
        if (response.status_code, allowed - {"HEAD"}) != (405, methods):
            wrong[path] = (response.status_code, allowed, methods)

    assert wrong == {}
