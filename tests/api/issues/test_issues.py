"""Issues."""

from uuid import uuid4

from causeloop_pipeline.model.issue import OPEN_STATUSES
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample


def test_filters_combine_and_a_repeated_filter_matches_any_value(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    both = api.get("/v1/issues", params={"severity": ["p1", "p2"], "service": "billing", "limit": 100}).json()
    none = api.get("/v1/issues", params={"service": "nobody's"}).json()

    assert {issue["severity"] for issue in both["data"]} <= {"p1", "p2"}
    assert {issue["service"] for issue in both["data"]} == {"billing"}
    assert both["page"]["total"] == len(both["data"]) == 3
    assert none == {"data": [], "page": {"next_cursor": None, "has_more": False, "total": 0}}


def test_full_text_search_covers_title_and_body(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    by_body = api.get("/v1/issues", params={"q": '"pool exhausted"'}).json()
    by_title = api.get("/v1/issues", params={"q": "checkout -pool"}).json()

    assert by_body["page"]["total"] == 12
    assert by_title["page"]["total"] == 0


def test_unknown_filters_and_sorts_are_refused_by_name(client: Client, sample: Sample) -> None:
    api = client(sample.credentials["viewer"])

    filtered, sorted_by = api.get("/v1/issues?colour=red"), api.get("/v1/issues?sort=-colour")

    assert filtered.status_code == 422
    assert filtered.json()["errors"][0]["pointer"] == "/colour"
    assert sorted_by.status_code == 400
    assert sorted_by.json()["code"] == "unknown_sort"


def test_a_reported_issue_is_readable_at_once_and_stored_as_a_raw_record(
    client: Client, fresh_sample: Sample, database: Database
) -> None:
    api = client(fresh_sample.credentials["analyst"])

    reported = api.post("/v1/issues", json={"title": " Disk full ", "severity": "p1", "external_id": "D-1"})
    again = api.post("/v1/issues", json={"title": "Disk full on db-1", "external_id": "D-1"})

    assert (reported.status_code, again.status_code) == (201, 409)
    assert reported.headers["location"] == f"/v1/issues/{reported.json()['id']}"
    assert reported.json()["title"] == "Disk full"
    assert again.json()["code"] == "issue_exists"
    assert api.get(f"/v1/issues/{reported.json()['id']}").json()["title"] == "Disk full"
    with database.workspace(fresh_sample.workspace_id) as session:
        records = session.rows(
            "select channel, kind, core.issue_id(workspace_id, source, external_id) as id from raw.record"
        )
        assert session.row("select count(*) as n from raw.pending_record")["n"] == 1  # type: ignore[index]
    assert {(row["channel"], row["kind"], str(row["id"])) for row in records} == {
        ("manual", "normalized", reported.json()["id"])
    }


def test_an_edit_is_recorded_and_applied(client: Client, fresh_sample: Sample, database: Database) -> None:
    api, issue_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["issue_id"]

    changed = api.patch(f"/v1/issues/{issue_id}", json={"status": "resolved", "team": None, "service": "api"})
    reopened = api.patch(f"/v1/issues/{issue_id}", json={"status": "open"})

    assert changed.json()["resolved_at"] is not None
    assert (changed.json()["team"], changed.json()["service"]) == (None, "api")
    assert reopened.json()["resolved_at"] is None
    with database.workspace(fresh_sample.workspace_id) as session:
        edits = session.rows("select field, value, edited_by from core.issue_edit order by edit_id")
        queued = session.rows("select kind from app.recompute_request where status = 'queued'")
    assert [(row["field"], row["value"]) for row in edits if row["field"] == "status"] == [
        ("status", "resolved"),
        ("status", "open"),
    ]
    assert {row["edited_by"].split(":")[0] for row in edits} == {"service_account"}
    assert [row["kind"] for row in queued] == ["patterns"]


def test_an_edit_needs_a_valid_field_and_mandatory_fields_keep_a_value(
    client: Client, sample: Sample
) -> None:
    api, path = client(sample.credentials["analyst"]), f"/v1/issues/{sample.ids['issue_id']}"

    for body in ({}, {"title": None}, {"severity": "p9"}, {"pattern_id": str(uuid4())}):
        assert api.patch(path, json=body).status_code == 422


def test_similar_issues_are_ranked_and_exclude_the_issue_itself(client: Client, sample: Sample) -> None:
    api, issue_id = client(sample.credentials["viewer"]), str(sample.ids["issue_id"])

    similar = api.get(f"/v1/issues/{issue_id}/similar", params={"limit": 5}).json()["data"]

    assert len(similar) == 5
    assert issue_id not in {issue["id"] for issue in similar}
    assert [issue["similarity"] for issue in similar] == sorted(
        (i["similarity"] for i in similar), reverse=True
    )


def test_an_unchanged_read_is_a_304(client: Client, fresh_sample: Sample) -> None:
    api, path = client(fresh_sample.credentials["analyst"]), f"/v1/issues/{fresh_sample.ids['issue_id']}"
    first = api.get(path)

    unchanged = api.get(path, headers={"if-none-match": f'"other", W/{first.headers["etag"]}'})
    api.patch(path, json={"title": "Renamed"})
    changed = api.get(path, headers={"if-none-match": first.headers["etag"]})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_filters_are_chosen_from_the_values_that_occur(client: Client, fresh_sample: Sample) -> None:
    viewer = client(fresh_sample.credentials["viewer"])

    values = viewer.get("/v1/issues/values").json()

    assert sorted(values["service"]) == ["billing", "checkout"]
    assert values["team"] == ["core"]
    services = {service["name"]: service for service in values["services"]}
    assert sorted(services) == sorted(values["service"])
    for name, service in services.items():
        listed = viewer.get("/v1/issues", params={"service": name}).json()
        still_open = viewer.get("/v1/issues", params={"service": name, "status": OPEN_STATUSES}).json()
        assert service["issues"] == listed["page"]["total"]
        assert service["open_issues"] == still_open["page"]["total"]
    row = viewer.get("/v1/issues", params={"service": "checkout"}).json()["data"][0]
    assert row["pattern_name"].startswith("Checkout timeout")


def test_a_person_states_which_provider_caused_an_issue_or_that_none_did(
    client: Client, fresh_sample: Sample
) -> None:
    api, issue_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["issue_id"]
    assert api.get(f"/v1/issues/{issue_id}").json()["provider_mark"] is None

    marked, ours = (
        api.put(f"/v1/issues/{issue_id}/provider", json={"provider": provider}).json()["provider_mark"]
        for provider in (" Acme Pay ", None)
    )
    assert (marked["provider"], ours["provider"]) == ("Acme Pay", None)
    assert marked["marked_by_name"]
    assert api.get(f"/v1/issues/{issue_id}").json()["provider_mark"] == ours
    assert api.put(f"/v1/issues/{issue_id}/provider", json={"provider": ""}).status_code == 422
    assert api.put(f"/v1/issues/{uuid4()}/provider", json={"provider": None}).status_code == 404


def test_a_provider_mark_is_taken_back_and_the_one_before_it_counts_again(
    client: Client, fresh_sample: Sample
) -> None:
    api, issue_id = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["issue_id"]
    path = f"/v1/issues/{issue_id}/provider"
    first, second = (
        api.put(path, json={"provider": provider}).json()["provider_mark"] for provider in ("Acme Pay", None)
    )

    for _ in range(2):  # a request that is sent again takes back no other mark
        assert api.post(f"{path}/{second['id']}/withdraw").json()["provider_mark"] == first
    assert api.post(f"{path}/{first['id']}/withdraw").json()["provider_mark"] is None
    assert api.get(f"/v1/issues/{issue_id}").json()["provider_mark"] is None
    assert api.post(f"{path}/{uuid4()}/withdraw").status_code == 404
    viewer = client(fresh_sample.credentials["viewer"])
    assert viewer.post(f"{path}/{first['id']}/withdraw").status_code == 403
