"""Ingestion and list of changes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from causeloop_pipeline.model.change import ChangeKind
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample

DEPLOY = {"title": "checkout 4.12", "kind": "deploy", "service": "checkout", "external_id": "R-1"}


def test_a_change_is_accepted_then_updated_then_a_duplicate(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])

    responses = [
        api.post("/v1/ingest/changes", json=body)
        for body in (DEPLOY, DEPLOY | {"environment": "production"}, DEPLOY | {"environment": "production"})
    ]

    assert [response.json()["status"] for response in responses] == ["accepted", "updated", "duplicate"]
    assert len({response.json()["change_id"] for response in responses}) == 1
    with database.workspace(fresh_sample.workspace_id) as session:
        records = session.rows("select kind, channel from raw.record order by record_id")
    assert records == [{"kind": "normalized_change", "channel": "ingest"}] * 2


def test_a_change_without_an_id_is_identified_by_its_content_and_time(
    client: Client, fresh_sample: Sample
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    times = ("2026-03-01T09:00:00Z", "2026-03-01T10:00:00+01:00", "2026-03-02T09:00:00Z")

    statuses = [
        api.post("/v1/ingest/changes", json={"title": "checkout 4.12", "changed_at": at}).json()["status"]
        for at in times
    ]

    assert statuses == ["accepted", "duplicate", "accepted"]


def test_a_retry_with_one_idempotency_key_is_one_change(client: Client, fresh_sample: Sample) -> None:
    api, key = client(fresh_sample.credentials["analyst"]), {"Idempotency-Key": uuid4().hex}

    first, again = (api.post("/v1/ingest/changes", json={"title": "t"}, headers=key) for _ in range(2))

    assert first.json() == again.json()


def test_every_invalid_field_of_a_change_is_named(client: Client, sample: Sample) -> None:
    body = {
        "title": " ",
        "kind": "explosion",
        "service": 7,
        "changed_at": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
        "source_updated_at": "yesterday",
    }

    response = client(sample.credentials["analyst"]).post("/v1/ingest/changes", json=body)

    assert response.status_code == 422
    assert {error["pointer"] for error in response.json()["errors"]} == {f"/{name}" for name in body}


def test_invalid_changes_of_a_batch_are_rejected_by_index_without_affecting_the_others(
    client: Client, fresh_sample: Sample
) -> None:
    changes: list[Any] = [{"title": f"R{n}", "external_id": str(n)} for n in range(5)]
    changes[1], changes[3] = {"title": "", "kind": "x"}, "not a change"

    result = (
        client(fresh_sample.credentials["analyst"])
        .post("/v1/ingest/changes/batch", json={"changes": changes})
        .json()
    )

    assert (result["received"], result["new"], result["rejected"]) == (5, 3, 2)
    assert [row["index"] for row in result["accepted"]] == [0, 2, 4]
    assert [(row["index"], {e["pointer"] for e in row["errors"]}) for row in result["errors"]] == [
        (1, {"/changes/1/title", "/changes/1/kind"}),
        (3, {"/changes/3"}),
    ]


def test_a_batch_has_1_to_500_changes(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["analyst"])

    statuses = {
        size: api.post(
            "/v1/ingest/changes/batch",
            json={"changes": [{"title": "t", "external_id": uuid4().hex} for _ in range(size)]},
        ).status_code
        for size in (0, 1, 500, 501)
    }

    assert statuses == {0: 422, 1: 202, 500: 202, 501: 422}


def test_changes_are_listed_newest_first_and_can_be_filtered(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])
    listed = api.get("/v1/changes").json()["data"]
    since = (datetime.now(UTC) - timedelta(days=1, hours=1)).isoformat()

    def kinds(**filters: Any) -> list[str]:
        return [row["kind"] for row in api.get("/v1/changes", params=filters).json()["data"]]

    assert [row["kind"] for row in listed] == ["deploy", "release", "config_change"]
    assert listed[2]["service"] is None
    assert kinds(sort="changed_at") == ["config_change", "release", "deploy"]
    assert kinds(kind=["deploy", "release"], service="checkout") == ["deploy", "release"]
    assert kinds(changed_from=since) == ["deploy", "release"]
    assert kinds(changed_before=since) == ["config_change"]
    assert kinds(q="checkout 4.1") == ["release"]
    assert kinds(environment="staging") == []
    assert api.get("/v1/changes", params={"kind": "explosion"}).status_code == 422


def test_the_list_of_changes_has_pages(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    first = api.get("/v1/changes", params={"limit": 2}).json()
    rest = api.get("/v1/changes", params={"limit": 2, "cursor": first["page"]["next_cursor"]}).json()

    assert [row["kind"] for row in first["data"] + rest["data"]] == ["deploy", "release", "config_change"]
    assert (first["page"]["total"], rest["page"]["has_more"]) == (3, False)


def test_the_kinds_of_changes_are_those_of_the_database_constraint(
    database: Database, sample: Sample
) -> None:
    with database.workspace(sample.workspace_id) as session:
        row = session.row(
            "select pg_get_constraintdef(oid) as rule from pg_constraint where conname = 'change_kind_check'"
        )

    assert row is not None
    assert all(f"'{kind}'" in row["rule"] for kind in ChangeKind)
    assert row["rule"].count("::text") == len(ChangeKind) + row["rule"].count("::text[]")
