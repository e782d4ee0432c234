"""Server-sent events."""

import json
from collections.abc import Iterator

import httpx2
import pytest

from api.routers.system import stream
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look often, so that tests need not wait."""
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.02)


def events(answer: httpx2.Response) -> Iterator[tuple[str, dict[str, object]]]:
    event_id = ""
    for line in answer.iter_lines():
        if line.startswith("id: "):
            event_id = line[4:]
        if line.startswith("data: "):
            yield event_id, json.loads(line[6:])


def test_an_event_comes_when_a_stage_finishes_or_a_job_is_queued(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    with api.stream("GET", "/v1/stream") as answer:
        coming = events(answer)
        _, first = next(coming)
        client(fresh_sample.credentials["analyst"]).post("/v1/clusters/recompute")
        _, queued = next(coming)
        with database.workspace(fresh_sample.workspace_id) as session:
            session.execute(
                "insert into app.workspace_freshness (workspace_id, stage, computed_at, as_of, run_id) "
                "values (%s, 'clusters', now(), now(), 'r')",
                (fresh_sample.workspace_id,),
            )
        _, finished = next(coming)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert set(first["stages"]) == {"patterns"}  # type: ignore[call-overload]
    assert [job["kind"] for job in queued["jobs"]] == ["clusters"]  # type: ignore[attr-defined]
    assert set(finished["stages"]) == {"patterns", "clusters"}  # type: ignore[call-overload]


def test_reconnecting_repeats_nothing(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["viewer"])
    with api.stream("GET", "/v1/stream") as answer:
        event_id, _ = next(events(answer))

    with api.stream("GET", "/v1/stream", headers={"last-event-id": event_id}) as answer:
        lines = answer.iter_lines()
        seen = [next(lines) for _ in range(3)]

    assert ": nothing new" in seen
    assert not [line for line in seen if line.startswith("data:")]


def test_the_stream_ends_when_the_caller_may_no_longer_read(
    client: Client, fresh_sample: Sample, database: Database, owner: object
) -> None:
    with client(fresh_sample.credentials["viewer"]).stream("GET", "/v1/stream") as answer:
        coming = events(answer)
        next(coming)
        admin = client(fresh_sample.credentials["admin"])
        accounts = admin.get("/v1/service-accounts").json()["data"]
        viewer = next(account for account in accounts if account["name"] == "viewer")
        admin.delete(f"/v1/service-accounts/{viewer['id']}")

        assert list(coming) == []
