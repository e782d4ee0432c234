"""What makes each of the shipped connectors different, against servers that behave as its vendor's does."""

import base64
from bisect import bisect_left
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import OffsetPages
from causeloop_pipeline.egress.errors import PermanentFailure
from tests.support.fake_tool import ReceivedRequest, Reply, fake_tool, in_turn
from tests.support.polling import NOW, ids, poll


def incident(number: int, created: str = "2026-03-09T08:00:00Z", status: str = "triggered") -> dict[str, Any]:
    return {"id": f"P{number}", "created_at": created, "updated_at": created, "status": status}


def test_pagerduty_is_polled_by_creation_and_open_incidents_are_read_again():
    def script(request: ReceivedRequest) -> Reply:
        if request.path == "/incidents/P7":
            return Reply({"incident": incident(7, status="resolved")})
        if request.path.startswith("/incidents/"):
            return Reply({}, 404)
        if request.path == "/change_events":
            return Reply({"change_events": [{"id": "C1", "timestamp": "2026-03-09T07:00:00.000+0000"}]})
        return Reply({"incidents": [incident(9)], "more": False})

    with fake_tool(script) as tool:
        *_, last = pages = poll(tool, "pagerduty", open_ids=["P7", "P8"])
        listed = tool.requests[0]
    assert listed.headers["authorization"] == "Token token=planted-secret-1"
    assert listed.headers["accept"] == "application/vnd.pagerduty+json;version=2"
    assert listed.query["since"] == "2026-02-08T12:00:00Z"
    assert listed.query["until"] == "2026-03-10T12:00:00Z"
    assert listed.query["sort_by"] == "created_at:asc"
    assert ids(pages) == ["P9", "change/C1", "P7"]
    assert last.cursor["changes"]["since"] == NOW.isoformat()
    assert pages[-1].records[0].payload["status"] == "resolved"
    assert last.cursor["incidents:refresh"] == "P8"


def test_pagerduty_is_never_polled_beyond_its_offset_limit():
    connector = CONNECTORS["pagerduty"]
    incidents = next(pull for pull in connector.pulls if pull.name == "incidents")
    assert incidents.since is not None
    assert incidents.since.restart_after is not None
    assert isinstance(incidents.pages, OffsetPages)
    assert incidents.since.restart_after + incidents.pages.size <= 10_000
    nearer = replace(incidents, since=replace(incidents.since, restart_after=900))
    created = [f"2026-03-01T00:{n // 60:02}:{n % 60:02}Z" for n in range(1_500)]

    def script(request: ReceivedRequest) -> Reply:
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        if offset + limit > 1_000:
            return Reply({"error": "limit + offset may not exceed 1000"}, 400)
        matching = range(bisect_left(created, request.query["since"]), len(created))
        page = [incident(n, created[n]) for n in matching[offset : offset + limit]]
        return Reply({"incidents": page, "more": offset + limit < len(matching)})

    with fake_tool(script) as tool:
        assert len(set(ids(poll(tool, replace(connector, pulls=(nearer,)))))) == 1_500


def test_more_open_incidents_than_one_sync_reads_take_turns():
    def script(request: ReceivedRequest) -> Reply:
        if request.path in {"/incidents", "/change_events"}:
            return Reply({"incidents": [], "change_events": [], "more": False})
        return Reply({"incident": incident(0) | {"id": request.path.rpartition("/")[2]}})

    open_ids = [f"P{n:03}" for n in range(250)]
    with fake_tool(script) as tool:
        first = poll(tool, "pagerduty", open_ids=open_ids)
        second = poll(tool, "pagerduty", open_ids=open_ids, cursor=first[-1].cursor)
    assert ids(first) == open_ids[:200]
    assert ids(second) == open_ids[200:] + open_ids[:150]


def test_jira_searches_by_minute_in_the_accounts_time_zone():
    issue = {"id": "10", "key": "OPS-1", "fields": {"updated": "2026-03-09T10:00:30.123+0100"}}
    replies = in_turn(
        Reply({"issues": [issue], "nextPageToken": "t2", "isLast": False}),
        Reply({"issues": [], "isLast": True}),
    )
    cursor = {"issues": {"since": "2026-03-09T09:00:30+00:00"}}
    with fake_tool(replies) as tool:
        pages = poll(tool, "jira", cursor=cursor, timezone="Europe/Berlin", filter="project = OPS")
        first, second = tool.requests
    assert first.path == "/rest/api/3/search/jql"
    assert first.query["jql"] == '(project = OPS) and updated >= "2026-03-09 08:55" order by updated asc'
    assert (
        base64.b64decode(first.headers["authorization"].removeprefix("Basic "))
        == b"ada@example.com:planted-secret-2"
    )
    assert second.query["nextPageToken"] == "t2"
    assert second.query["jql"] == first.query["jql"]
    assert pages[0].records[0].source_updated_at == datetime(2026, 3, 9, 9, 0, 30, 123000, UTC)


def test_github_issues_and_failed_runs_of_every_repository_are_read():
    def script(request: ReceivedRequest) -> Reply:
        repository = "/".join(request.path.split("/")[2:4])
        if request.path.endswith("/issues"):
            listed = [
                {"id": 1, "updated_at": "2026-03-09T00:00:00Z", "repo": repository},
                {"id": 2, "updated_at": "2026-03-09T00:00:00Z", "pull_request": {"url": "…"}},
            ]
            return Reply([listed[0] | {"id": repository}, listed[1]])
        if request.path.endswith(("/deployments", "/releases")):
            return Reply([])
        run = {"id": 5, "conclusion": request.query.get("status"), "repository": {"full_name": repository}}
        if request.path.endswith("/runs/9"):
            return Reply(run | {"id": 9, "conclusion": "success", "run_attempt": 2})
        return Reply({"workflow_runs": [run] if request.query["status"] == "failure" else []})

    with fake_tool(script) as tool:
        pages = poll(
            tool, "github", repositories=["acme/shop", "acme/api.v2"], open_ids=["run/acme/shop/9", "2001"]
        )
        queries = {(request.path, request.query.get("created")) for request in tool.requests}
    assert ids(pages) == [
        "acme/shop",
        "acme/api.v2",
        "run/acme/shop/5",
        "run/acme/api.v2/5",
        "run/acme/shop/9",
    ]
    assert ("/repos/acme/shop/actions/runs", "2026-02-08T12:00:00Z..2026-03-10T12:00:00Z") in queries
    assert {record.kind for page in pages for record in page.records} == {"issue", "run"}
    assert pages[-1].cursor["issues:acme/shop"]["since"] == "2026-03-09T00:00:00+00:00"


def test_github_reads_the_newest_deployments_and_stops_where_it_has_been():
    def deployment(day: int) -> dict[str, Any]:
        return {
            "id": day,
            "created_at": f"2026-03-{day:02}T08:00:00Z",
            "updated_at": f"2026-03-{day:02}T08:00:00Z",
        }

    pages = {"1": [deployment(9), deployment(8)], "2": [deployment(7), deployment(6)], "3": [deployment(5)]}

    def script(request: ReceivedRequest) -> Reply:
        if not request.path.endswith("/deployments"):
            return Reply({"workflow_runs": []} if "actions" in request.path else [])
        number = request.query.get("page", "1")
        link = f'<{tool.url}{request.path}?page={int(number) + 1}>; rel="next"'
        return Reply(pages[number], headers={"Link": link} if number != "3" else {})

    with fake_tool(script) as tool:
        everything = poll(tool, "github")
        tool.requests.clear()
        later = poll(tool, "github", cursor={"deployments:acme/shop": {"since": "2026-03-08T12:00:00Z"}})
        pages_read = [
            sent.query.get("page", "1") for sent in tool.requests if sent.path.endswith("/deployments")
        ]
    assert ids(everything) == [f"deployment/{day}" for day in (9, 8, 7, 6, 5)]
    assert ids(later) == ["deployment/9"]
    assert pages_read == ["1", "2"]
    assert later[-1].cursor["deployments:acme/shop"]["since"] == NOW.isoformat()


@pytest.mark.parametrize("status", [402, 403, 404])
def test_changes_that_a_token_may_not_read_do_not_stop_the_issues(status, caplog):
    def script(request: ReceivedRequest) -> Reply:
        if request.path.endswith(("/deployments", "/releases")):
            return Reply({"message": "Resource not accessible by personal access token"}, status)
        if "actions" in request.path:
            return Reply({"workflow_runs": []})
        return Reply([{"id": 1, "updated_at": "2026-03-09T00:00:00Z"}])

    with fake_tool(script) as tool:
        pages = poll(tool, "github")
    assert ids(pages) == ["1"]
    assert "deployments:acme/shop" not in pages[-1].cursor
    assert "deployments:acme/shop is left out: GitHub at 127.0.0.1" in caplog.text


@pytest.mark.parametrize("repository", ["acme/..", "../..", "acme", "acme/shop/x", "acme/shop?x=1", "a/b#c"])
def test_a_repository_name_cannot_change_the_address(repository):
    with fake_tool(in_turn(Reply([]))) as tool:
        with pytest.raises(PermanentFailure):
            poll(tool, "github", repositories=[repository])
        assert tool.requests == []


def test_datadog_lists_all_and_keeps_what_changed():
    def script(request: ReceivedRequest) -> Reply:
        def incident_of(n: int, modified: str) -> dict[str, Any]:
            return {"id": f"i{n}", "attributes": {"modified": modified}}

        if request.path != "/api/v2/incidents":
            return Reply({"data": []})
        if request.query["page[offset]"] == "0":
            listed = [
                incident_of(1, "2026-03-09T10:00:00.123456+00:00"),
                incident_of(2, "2025-01-01T00:00:00+00:00"),
            ]
            return Reply({"data": listed, "meta": {"pagination": {"offset": 0, "next_offset": 2}}})
        return Reply(
            {"data": [incident_of(3, "2026-03-10T10:00:00+00:00")], "meta": {"pagination": {"offset": 2}}}
        )

    with fake_tool(script) as tool:
        pages = poll(tool, "datadog")
        assert tool.requests[0].headers["dd-api-key"] == "planted-secret-4"
        assert tool.requests[0].headers["dd-application-key"] == "planted-secret-5"
        listed = [request for request in tool.requests if request.path == "/api/v2/incidents"]
        assert [request.query["page[offset]"] for request in listed] == ["0", "2"]
    assert ids(pages) == ["i1", "i3"]
    assert pages[-1].cursor["incidents"]["since"] == NOW.isoformat()


def test_zendesk_continues_from_its_export_cursor():
    ticket = {"id": 7, "updated_at": "2026-03-09T10:00:00Z"}
    replies = in_turn(
        Reply({"tickets": [ticket], "after_cursor": "c1", "end_of_stream": False}),
        Reply({"tickets": [], "after_cursor": "c2", "end_of_stream": True}),
    )
    with fake_tool(replies) as tool:
        pages = poll(tool, "zendesk")
        assert [request.query.get("start_time") for request in tool.requests] == ["1770552000", None]
        assert tool.requests[1].query["cursor"] == "c1"
        poll(tool, "zendesk", cursor=pages[-1].cursor)
        assert tool.requests[-1].query["cursor"] == "c2"
    assert ids(pages) == ["7"]


def test_okta_stops_at_the_empty_page_of_its_endless_list():
    event = {"uuid": "u1", "published": "2026-03-09T10:00:00.000Z", "severity": "WARN"}
    noise = {
        "uuid": "u2",
        "published": "2026-03-09T10:00:01.000Z",
        "severity": "INFO",
        "outcome": {"result": "SUCCESS"},
    }

    def script(request: ReceivedRequest) -> Reply:
        links = {
            "Link": f'<{tool.url}/api/v1/logs>; rel="self", <{tool.url}/api/v1/logs?after=x>; rel="next"'
        }
        return Reply([] if "after" in request.query else [event, noise], headers=links)

    with fake_tool(script) as tool:
        pages = poll(tool, "okta")
        assert len(tool.requests) == 2
        assert 'outcome.result eq "FAILURE"' in tool.requests[0].query["filter"]
    assert ids(pages) == ["u1"]
    assert pages[-1].cursor["log"]["since"] == "2026-03-09T10:00:01+00:00"


def test_a_described_api_is_polled_as_it_is_described():
    described = {
        "path": "/v1/tickets",
        "auth": "header",
        "auth_name": "X-Key",
        "records": "data.rows",
        "key": "ref",
        "updated_at": "changed",
        "times": "epoch_milliseconds",
        "pages": "token",
        "next": "data.next",
        "page_param": "after",
        "since_param": "changed_since",
        "fields": {"title": "name", "severity": "prio"},
    }
    row = {"ref": 12, "name": "Printer offline", "prio": "p1", "changed": 1773050400000, "room": "B2"}
    replies = in_turn(Reply({"data": {"rows": [row], "next": "n2"}}), Reply({"data": {"rows": []}}))
    with fake_tool(replies) as tool:
        (page, _) = poll(tool, "custom_api", **described)
        assert tool.requests[0].headers["x-key"] == "planted-secret-8"
        assert tool.requests[0].query == {"limit": "100", "changed_since": "1770552000000"}
        assert tool.requests[1].query["after"] == "n2"
    (record,) = page.records
    assert (record.external_id, record.kind) == ("12", "normalized")
    assert record.payload == {
        "external_id": "12",
        "title": "Printer offline",
        "severity": "p1",
        "source_updated_at": "2026-03-09T10:00:00+00:00",
        "attributes": {"ref": 12, "room": "B2"},
    }


def test_a_custom_api_without_a_path_polls_nothing():
    with fake_tool(in_turn(Reply([]))) as tool:
        assert poll(tool, "custom_api") == []
        assert tool.requests == []


def test_a_setup_that_does_not_fit_is_refused_before_any_request():
    with fake_tool(in_turn(Reply([]))) as tool:
        with pytest.raises(PermanentFailure, match=r"config\.site: Site does not look right"):
            poll(tool, "jira", site="evil.example/#")
        assert tool.requests == []
