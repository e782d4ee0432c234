"""Lists return every row once, also while rows are inserted, and reject changed cursors."""

import threading
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api.alert_rules.queries import ALERT_RULES
from api.clusters.queries import CLUSTERS
from api.connectors.queries import CONNECTORS
from api.issues.queries import ISSUES
from api.keys.queries import SERVICE_ACCOUNTS
from api.members.queries import MEMBERS
from api.patterns.queries import PATTERNS
from api.predictions.queries import PREDICTIONS
from api.recommendations.queries import RECOMMENDATIONS
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.support.single_occurrences import add_single_occurrences

LISTS = {
    "/v1/issues": ISSUES,
    "/v1/patterns": PATTERNS,
    "/v1/clusters": CLUSTERS,
    "/v1/predictions?history=true": PREDICTIONS,
    "/v1/recommendations": RECOMMENDATIONS,
    "/v1/connectors": CONNECTORS,
    "/v1/alert-rules": ALERT_RULES,
    "/v1/members": MEMBERS,
    "/v1/service-accounts": SERVICE_ACCOUNTS,
}


def read_all(api: httpx2.Client, path: str, **params: Any) -> list[dict[str, Any]]:
    """All rows of a list, page by page."""
    rows, totals = [], set()
    while True:
        page = api.get(path, params=params).raise_for_status().json()
        rows += page["data"]
        totals.add(page["page"]["total"])
        assert len(totals) == 1
        if not page["page"]["has_more"]:
            assert page["page"]["next_cursor"] is None
            return rows
        params["cursor"] = page["page"]["next_cursor"]


@pytest.mark.parametrize("path", sorted(LISTS))
def test_every_sort_returns_every_row_once_and_in_order(path: str, client: Client, sample: Sample) -> None:
    api, listing = client(sample.credentials["owner"]), LISTS[path]
    base, _, query = path.partition("?")
    params = dict(pair.split("=") for pair in query.split("&")) if query else {}
    everything = {row[listing.key_output] for row in read_all(api, base, limit=100, **params)}
    for name, sort in listing.sorts.items():
        for direction in ("", "-"):
            rows = read_all(api, base, limit=3, sort=direction + name, **params)
            ids = [row[listing.key_output] for row in rows]

            assert len(ids) == len(set(ids))
            assert set(ids) == everything
            if sort.output in rows[0]:
                _assert_sorted([row[sort.output] for row in rows], descending=bool(direction))


def _assert_sorted(values: list[Any], *, descending: bool) -> None:
    present = [value for value in values if value is not None]
    nulls = [None] * (len(values) - len(present))
    assert values == (present + nulls if descending else nulls + present)
    if not all(isinstance(value, str) for value in present) or present[0][:2] == "20":
        assert present == sorted(present, reverse=descending)


def test_rows_that_are_inserted_meanwhile_do_not_shift_pages(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["viewer"])
    before = {row["id"] for row in read_all(api, "/v1/issues", limit=100)}
    stop = threading.Event()
    writer = threading.Thread(target=_keep_inserting, args=(database, fresh_sample, stop))
    writer.start()
    try:
        for limit in (1, 2, 3, 5):
            for sort in ("-created_at", "created_at", "-risk_score", "updated_at"):
                ids = [row["id"] for row in read_until(api, limit, sort, before)]

                assert len(ids) == len(set(ids))
                assert before <= set(ids)
    finally:
        stop.set()
        writer.join()


def read_until(api: httpx2.Client, limit: int, sort: str, ids: set[str]) -> list[dict[str, Any]]:
    """Pages of a growing list, until they contain all the ids."""
    rows: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": limit, "sort": sort}
    while not ids <= {row["id"] for row in rows}:
        page = api.get("/v1/issues", params=params).json()
        rows += page["data"]
        if not page["page"]["has_more"]:
            break
        params["cursor"] = page["page"]["next_cursor"]
    return rows


def _keep_inserting(database: Database, sample: Sample, stop: threading.Event) -> None:
    while not stop.wait(0.01):
        with database.workspace(sample.workspace_id) as session:
            session.execute(
                """
                insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status,
                                        source_created_at, source_updated_at, ingested_at, risk_score)
                values (%s, %s, 'custom_api', %s, 'new', 'p3', 'open',
                        now() - random() * interval '40 days', now(), now(),
                        nullif(floor(random() * 4) * 20, 0))
                """,
                (sample.workspace_id, uuid4(), uuid4().hex),
            )
            add_single_occurrences(session)


def test_a_changed_or_foreign_cursor_is_refused(client: Client, sample: Sample, other_sample: Sample) -> None:
    api = client(sample.credentials["viewer"])
    cursor = api.get("/v1/issues", params={"limit": 2}).json()["page"]["next_cursor"]
    changed = [
        cursor[:index] + ("A" if cursor[index] != "A" else "B") + cursor[index + 1 :]
        for index in range(0, 60, 7)
    ]
    for wrong in (*changed, cursor[:-1], cursor + "A", "", "é", "A" * 64):
        refused = api.get("/v1/issues", params={"limit": 2, "cursor": wrong})
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")

    elsewhere = [
        api.get("/v1/issues", params={"cursor": cursor, "sort": "created_at"}),
        api.get("/v1/issues", params={"cursor": cursor, "service": "billing"}),
        api.get("/v1/patterns", params={"cursor": cursor}),
        client(other_sample.credentials["viewer"]).get("/v1/issues", params={"cursor": cursor}),
    ]

    assert {response.status_code for response in elsewhere} == {400}
    assert api.get("/v1/issues", params={"limit": 5, "cursor": cursor}).status_code == 200


def test_the_limit_is_from_1_to_100(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    assert [api.get("/v1/issues", params={"limit": limit}).status_code for limit in (0, 1, 100, 101)] == [
        422,
        200,
        200,
        422,
    ]


def test_a_total_above_ten_thousand_is_an_estimate(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    with database.workspace(fresh_sample.workspace_id) as session:
        session.execute(
            """
            insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status,
                                    source_created_at, source_updated_at, ingested_at)
            select %(w)s, gen_random_uuid(), 'custom_api', 'many ' || n, 'x', 'p4', 'open', now(), now(),
                   now()
            from generate_series(1, 10500) as n
            """,
            {"w": fresh_sample.workspace_id},
        )
        add_single_occurrences(session)

    page = client(fresh_sample.credentials["viewer"]).get("/v1/issues").json()["page"]

    assert page["total"] > 10_000
