"""Ingestion of events."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
EVENTS = st.dictionaries(
    st.sampled_from(["title", "body", "severity", "source_created_at", "attributes", "x", "external_id"]),
    JSON_VALUES,
)


def test_an_event_is_accepted_then_updated_then_a_duplicate(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, event = client(fresh_sample.credentials["analyst"]), {"title": "Slow", "external_id": "E-1"}

    responses = [
        api.post("/v1/ingest/events", json=body)
        for body in (event, event | {"severity": "p1"}, event | {"severity": "p1"})
    ]

    assert [response.json()["status"] for response in responses] == ["accepted", "updated", "duplicate"]
    assert len({response.json()["issue_id"] for response in responses}) == 1
    with database.workspace(fresh_sample.workspace_id) as session:
        records = session.rows(
            "select payload ->> 'severity' as severity, channel from raw.record order by record_id"
        )
    assert records == [{"severity": "p3", "channel": "ingest"}, {"severity": "p1", "channel": "ingest"}]


def test_an_unknown_source_becomes_custom_api_and_a_known_one_stays(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["analyst"])

    sources = [
        api.post("/v1/ingest/events", json={"title": "x", "source": source}).json()["source"]
        for source in ("telegraph", "pagerduty")
    ]

    assert sources == ["custom_api", "pagerduty"]


def test_invalid_events_of_a_batch_are_rejected_by_index_without_affecting_the_others(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    events: list[Any] = [{"title": f"E{n}", "external_id": str(n)} for n in range(5)]
    events[1], events[3] = {"title": "", "severity": "p7"}, "not an event"

    result = api.post("/v1/ingest/batch", json={"events": events}).json()

    assert (result["received"], result["new"], result["rejected"]) == (5, 3, 2)
    assert [row["index"] for row in result["accepted"]] == [0, 2, 4]
    assert [(row["index"], {e["pointer"] for e in row["errors"]}) for row in result["errors"]] == [
        (1, {"/events/1/title", "/events/1/severity"}),
        (3, {"/events/3"}),
    ]


def test_a_batch_has_1_to_500_events(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["analyst"])
    sizes = {
        size: [{"title": str(n), "external_id": uuid4().hex} for n in range(size)]
        for size in (0, 1, 500, 501)
    }

    statuses = {
        size: api.post("/v1/ingest/batch", json={"events": events}).status_code
        for size, events in sizes.items()
    }

    assert statuses == {0: 422, 1: 202, 500: 202, 501: 422}


def test_concurrent_copies_of_an_event_are_stored_once(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, event = client(fresh_sample.credentials["analyst"]), {"title": "Same", "external_id": "S"}

    with ThreadPoolExecutor(8) as pool:
        responses = list(pool.map(lambda _: api.post("/v1/ingest/events", json=event), range(24)))

    assert sorted(response.json()["status"] for response in responses) == ["accepted"] + ["duplicate"] * 23
    with database.workspace(fresh_sample.workspace_id) as session:
        assert len(session.rows("select 1 as n from raw.record")) == 1


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(event=EVENTS)
def test_any_json_is_stored_or_refused_and_never_an_error(
    event: dict[str, Any], client: Client, sample: Sample
) -> None:
    import json

    body = json.dumps(event).encode("utf-8", "surrogatepass")

    response = client(sample.credentials["analyst"]).post(
        "/v1/ingest/events", content=body, headers={"content-type": "application/json"}
    )

    assert response.status_code in {202, 400, 422}


def test_what_a_connector_brought_is_not_overwritten_by_an_ingested_event(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "insert into raw.record (workspace_id, source, external_id, channel, connector_id, payload, "
            "payload_hash) values (%s, 'jira', 'PROJ-1', 'webhook', %s, '{}', 'h')",
            (fresh_sample.workspace_id, fresh_sample.ids["tracker_id"]),
        )
    forged = {"title": "Forged", "source": "jira", "external_id": "PROJ-1"}

    single = api.post("/v1/ingest/events", json=forged)
    batch = api.post("/v1/ingest/batch", json={"events": [forged, forged | {"external_id": "PROJ-2"}]})

    assert (single.status_code, single.json()["code"]) == (409, "belongs_to_connector")
    assert [rejected["index"] for rejected in batch.json()["errors"]] == [0]
    assert [accepted["external_id"] for accepted in batch.json()["accepted"]] == ["PROJ-2"]


def test_an_address_that_is_not_a_web_address_is_refused(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["analyst"])
    for address in ("javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "//evil.example"):
        response = api.post("/v1/ingest/events", json={"title": "x", "external_url": address})

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/external_url"


def test_an_older_update_is_ignored_and_says_so(client: Client, fresh_sample: Sample) -> None:
    api, event = client(fresh_sample.credentials["analyst"]), {"title": "Slow", "external_id": "E-9"}
    times = ("2026-03-02T10:00:00Z", "2026-03-02T09:00:00Z", "2026-03-02T11:00:00Z")
    former, older, newer = ({**event, "source_updated_at": moment} for moment in times)

    statuses = [
        api.post("/v1/ingest/events", json=body).json()["status"] for body in (former, older, newer, older)
    ]
    batch = api.post(
        "/v1/ingest/batch",
        json={"events": [{**older, "severity": "p1"}, older, {"title": "Other", "external_id": "E-10"}]},
    ).json()

    assert statuses == ["accepted", "ignored", "updated", "duplicate"]
    assert {name: batch[name] for name in ("new", "updated", "ignored", "duplicate", "rejected")} == {
        "new": 1,
        "updated": 0,
        "ignored": 1,
        "duplicate": 1,
        "rejected": 0,
    }
