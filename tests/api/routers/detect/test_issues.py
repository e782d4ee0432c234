"""Issues through the API."""

from uuid import uuid4

import psycopg

from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_filters_narrow_and_repeat_as_any_of(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    both = api.get("/v1/issues", params={"severity": ["p1", "p2"], "service": "billing", "limit": 100}).json()
    none = api.get("/v1/issues", params={"service": "nobody's"}).json()

    assert {issue["severity"] for issue in both["data"]} <= {"p1", "p2"}
    assert {issue["service"] for issue in both["data"]} == {"billing"}
    assert both["page"]["total"] == len(both["data"]) == 3
    assert none == {"data": [], "page": {"next_cursor": None, "has_more": False, "total": 0}}


def test_full_text_finds_words_of_title_and_body(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    by_body = api.get("/v1/issues", params={"q": '"pool exhausted"'}).json()
    by_title = api.get("/v1/issues", params={"q": "checkout -pool"}).json()

    assert by_body["page"]["total"] == 12
    assert by_title["page"]["total"] == 0


def test_unknown_filters_and_sorts_are_told_with_their_place(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    filtered, sorted_by = api.get("/v1/issues?colour=red"), api.get("/v1/issues?sort=-colour")

    assert filtered.status_code == 422
    assert filtered.json()["errors"][0]["pointer"] == "/colour"
    assert sorted_by.status_code == 400
    assert sorted_by.json()["code"] == "unknown_sort"


def test_a_reported_issue_is_readable_at_once_and_lands_as_a_raw_record(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])

    made = api.post("/v1/issues", json={"title": " Disk full ", "severity": "p1", "external_id": "D-1"})
    again = api.post("/v1/issues", json={"title": "Disk full on db-1", "external_id": "D-1"})

    assert made.status_code == again.status_code == 201
    assert made.headers["location"] == f"/v1/issues/{made.json()['id']}"
    assert made.json()["title"] == "Disk full"
    assert again.json()["id"] == made.json()["id"]
    assert api.get(f"/v1/issues/{made.json()['id']}").json()["title"] == "Disk full on db-1"
    with database.workspace(fresh_sample.workspace_id) as session:
        records = session.rows(
            "select door, kind, core.issue_id(workspace_id, source, external_id) as id from raw.record"
        )
        assert session.row("select count(*) as n from raw.arrival")["n"] == 2  # type: ignore[index]
    assert {(row["door"], row["kind"], str(row["id"])) for row in records} == {
        ("manual", "normalized", made.json()["id"])
    }


def test_an_edit_is_kept_as_facts_and_shown(client: Client, fresh_sample: Sample, database: Database) -> None:
    api, issue_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["issue_id"]

    changed = api.patch(f"/v1/issues/{issue_id}", json={"status": "resolved", "team": None, "service": "api"})
    reopened = api.patch(f"/v1/issues/{issue_id}", json={"status": "open"})

    assert changed.json()["resolved_at"] is not None
    assert (changed.json()["team"], changed.json()["service"]) == (None, "api")
    assert reopened.json()["resolved_at"] is None
    with database.workspace(fresh_sample.workspace_id) as session:
        facts = session.rows("select field, value, edited_by from core.issue_edit order by edit_id")
        waiting = session.rows("select kind from app.recompute_request where status = 'queued'")
    assert [(row["field"], row["value"]) for row in facts if row["field"] == "status"] == [
        ("status", "resolved"),
        ("status", "open"),
    ]
    assert {row["edited_by"].split(":")[0] for row in facts} == {"service_account"}
    assert [row["kind"] for row in waiting] == ["patterns"]


def test_an_edit_needs_a_field_and_keeps_what_an_issue_cannot_lack(client: Client, sample: Sample) -> None:
    api, path = client(sample.credentials["analyst"]), f"/v1/issues/{sample.ids['issue_id']}"

    for body in ({}, {"title": None}, {"severity": "p9"}, {"pattern_id": str(uuid4())}):
        assert api.patch(path, json=body).status_code == 422


def test_similar_issues_come_best_first_and_without_the_issue_itself(client: Client, sample: Sample) -> None:
    api, issue_id = client(sample.credentials["viewer"]), str(sample.ids["issue_id"])

    found = api.get(f"/v1/issues/{issue_id}/similar", params={"limit": 5}).json()["data"]

    assert len(found) == 5
    assert issue_id not in {issue["id"] for issue in found}
    assert [issue["similarity"] for issue in found] == sorted((i["similarity"] for i in found), reverse=True)


def test_an_unchanged_read_is_not_sent_twice(client: Client, fresh_sample: Sample) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), f"/v1/issues/{fresh_sample.ids['issue_id']}"
    first = api.get(path)

    unchanged = api.get(path, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    api.patch(path, json={"title": "Renamed"})
    changed = api.get(path, headers={"if-none-match": first.headers["etag"]})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_the_id_of_python_is_the_id_of_sql(owner: psycopg.Connection) -> None:
    from api.queries.ingestion.ingest import issue_id

    for external_id in ("D-1", "ä\x1f'", "🙂" * 20):
        workspace_id = uuid4()
        row = owner.execute("select core.issue_id(%s, 'jira', %s)", (workspace_id, external_id)).fetchone()
        assert row == (issue_id(workspace_id, "jira", external_id),)
