"""Server-sent events."""

import contextlib
import json
from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI

from api.http.concurrency import ConcurrencyLimit
from api.main import MAX_STREAMS_PER_CALLER
from api.stream import routes as stream
from bench.installation import wait_until
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


@pytest.fixture(autouse=True)
def short_poll_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Poll often, so that tests need not wait."""
    monkeypatch.setattr(stream, "POLL_SECONDS", 0.02)


def read_events(response: httpx2.Response) -> Iterator[tuple[str, dict[str, object]]]:
    event_id = ""
    for line in response.iter_lines():
        if line.startswith("id: "):
            event_id = line[4:]
        if line.startswith("data: "):
            yield event_id, json.loads(line[6:])


def test_an_event_is_sent_when_a_stage_finishes_or_a_job_is_queued(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    with api.stream("GET", "/v1/stream") as response:
        events = read_events(response)
        _, first = next(events)
        client(fresh_sample.credentials["analyst"]).post("/v1/clusters/recompute")
        _, queued = next(events)
        with database.workspace(fresh_sample.workspace_id) as session:
            session.execute(
                "insert into app.workspace_freshness (workspace_id, stage, computed_at, as_of, run_id) "
                "values (%s, 'clusters', now(), now(), 'r')",
                (fresh_sample.workspace_id,),
            )
        _, finished = next(events)

    assert response.headers["content-type"].startswith("text/event-stream")
    assert set(first["stages"]) == {"patterns"}  # type: ignore[call-overload]
    assert [job["kind"] for job in queued["jobs"]] == ["clusters"]  # type: ignore[attr-defined]
    assert set(finished["stages"]) == {"patterns", "clusters"}  # type: ignore[call-overload]


def test_reconnecting_with_last_event_id_repeats_no_event(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["viewer"])
    with api.stream("GET", "/v1/stream") as response:
        event_id, _ = next(read_events(response))

    with api.stream("GET", "/v1/stream", headers={"last-event-id": event_id}) as response:
        lines = response.iter_lines()
        received = [next(lines) for _ in range(3)]

    assert ": no change" in received
    assert not [line for line in received if line.startswith("data:")]


def test_the_stream_ends_when_the_caller_may_no_longer_read(
    client: Client, fresh_sample: Sample, database: Database, owner: object
) -> None:
    with client(fresh_sample.credentials["viewer"]).stream("GET", "/v1/stream") as response:
        events = read_events(response)
        next(events)
        admin = client(fresh_sample.credentials["admin"])
        accounts = admin.get("/v1/service-accounts").json()["data"]
        viewer = next(account for account in accounts if account["name"] == "viewer")
        admin.delete(f"/v1/service-accounts/{viewer['id']}")

        assert list(events) == []


def test_one_workspace_has_a_bounded_number_of_streams_whoever_opens_them(
    client: Client, application: FastAPI, fresh_sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit: ConcurrencyLimit = application.state.workspace_streams
    api = client(fresh_sample.credentials["viewer"])
    monkeypatch.setattr(limit, "per_key", 1)
    with api.stream("GET", "/v1/stream") as response:
        events = read_events(response)
        next(events)
        refused = client(fresh_sample.credentials["analyst"]).get("/v1/stream")

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    wait_until(lambda: not limit.running, seconds=10)


def test_one_caller_has_a_bounded_number_of_streams(client: Client, fresh_sample: Sample) -> None:
    api = client(fresh_sample.credentials["viewer"])
    reading = []
    with contextlib.ExitStack() as opened:
        for _ in range(MAX_STREAMS_PER_CALLER):
            response = opened.enter_context(api.stream("GET", "/v1/stream"))
            reading.append(read_events(response))
            next(reading[-1])
        refused = api.get("/v1/stream")
        other = opened.enter_context(client(fresh_sample.credentials["analyst"]).stream("GET", "/v1/stream"))

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    assert other.status_code == 200
