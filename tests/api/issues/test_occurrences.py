"""The occurrences of an issue and of a pattern are listed, filtered, paged and exported."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.storage.stored import store_occurrence

NOW = datetime.now(UTC).replace(microsecond=0)
END = """
update core.occurrence set ended_at = started_at + interval '90 minutes', count = 4 where started_at = %s
"""
CONTINUE = "update core.occurrence set ended_at = null where issue_id = %s"


def add_occurrences(database: Database, sample: Sample, count: int) -> list[datetime]:
    """Of the first issue of the sample, on so many days until yesterday; the last one is over."""
    starts = [NOW - timedelta(days=day) for day in range(count, 0, -1)]
    with database.workspace(sample.workspace_id) as session:
        session.execute("delete from core.occurrence where issue_id = %s", (sample.issues[0],))
        for start in starts:
            store_occurrence(session, sample.workspace_id, str(sample.issues[0]), start)
        session.execute(END, (starts[-1],))
    return starts


def read_starts(rows: list[dict[str, Any]]) -> list[datetime]:
    return [datetime.fromisoformat(row["started_at"]) for row in rows]


def test_the_occurrences_of_an_issue_are_listed_latest_first(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, starts = client(fresh_sample.credentials["viewer"]), add_occurrences(database, fresh_sample, 5)
    path = f"/v1/issues/{fresh_sample.issues[0]}/occurrences"

    listed = api.get(path).json()
    since = api.get(path, params={"started_from": starts[2].isoformat(), "sort": "started_at"}).json()
    issue = api.get(f"/v1/issues/{fresh_sample.issues[0]}").json()

    assert read_starts(listed["data"]) == starts[::-1]
    assert listed["page"]["total"] == 5
    latest = listed["data"][0]
    assert (latest["count"], latest["issue_id"]) == (4, str(fresh_sample.issues[0]))
    assert datetime.fromisoformat(latest["ended_at"]) == starts[-1] + timedelta(minutes=90)
    assert [row["ended_at"] for row in listed["data"][1:]] == [None] * 4
    assert read_starts(since["data"]) == starts[2:]
    assert issue["occurrence_count"] == 5
    assert datetime.fromisoformat(issue["last_seen_at"]) == starts[-1]


def test_pages_of_a_patterns_occurrences_hold_each_once(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["viewer"])
    add_occurrences(database, fresh_sample, 5)
    path = f"/v1/patterns/{fresh_sample.ids['pattern_id']}/occurrences"
    rows, cursor = [], None
    while True:
        page = api.get(path, params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        rows += page["data"]
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            break

    assert len({(row["issue_id"], row["started_at"]) for row in rows}) == len(rows) == 5 + 6
    assert read_starts(rows) == sorted(read_starts(rows), reverse=True)
    assert {row["pattern_id"] for row in rows} == {str(fresh_sample.ids["pattern_id"])}


def test_an_issue_or_pattern_that_is_not_here_has_no_list(
    client: Client, sample: Sample, other_sample: Sample
) -> None:
    api = client(sample.credentials["viewer"])

    foreign = other_sample.issues[0], other_sample.ids["pattern_id"]
    for issue, pattern in (foreign, (uuid4(), uuid4())):
        assert api.get(f"/v1/issues/{issue}/occurrences").status_code == 404
        assert api.get(f"/v1/patterns/{pattern}/occurrences").status_code == 404


def test_an_export_holds_every_occurrence_once_also_of_issues_with_more_than_a_batch(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    add_occurrences(database, fresh_sample, 2_300)

    exported = (
        client(fresh_sample.credentials["admin"]).get("/v1/export?entity=occurrences").text.splitlines()
    )

    rows = [json.loads(line) for line in exported]
    assert len({(row["issue_id"], row["started_at"]) for row in rows}) == len(rows) == 2_300 + 11


def test_an_issue_ends_its_last_occurrence_when_a_person_resolves_it(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api, starts = client(fresh_sample.credentials["analyst"]), add_occurrences(database, fresh_sample, 2)
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            "update core.occurrence set ended_at = null where issue_id = %s", (fresh_sample.issues[0],)
        )
    path = f"/v1/issues/{fresh_sample.issues[0]}"

    resolved = api.patch(path, json={"status": "resolved"}).json()
    ends = [row["ended_at"] for row in api.get(f"{path}/occurrences").json()["data"]]
    api.patch(path, json={"status": "open"})
    reopened = [row["ended_at"] for row in api.get(f"{path}/occurrences").json()["data"]]

    assert ends == [resolved["resolved_at"], None]
    assert len(starts) == 2
    assert reopened == [None, None]
