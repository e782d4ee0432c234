"""A ticket is opened once in a tracker on loopback, says what the recommendation says, and is read back."""

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.ticket_marker import (
    build_hidden_marker,
    build_marker,
    is_foreign_issue,
    is_unmarked_issue,
)
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.outbound.tickets import Draft, Tracker, open_ticket
from causeloop_pipeline.outbound.trackers import TRACKERS, make_tracker
from tests.outbound.fake_trackers import REPOSITORY
from tests.outbound.tracker_table import CONFIG, CREDENTIALS, FAKES
from tests.support.fake_tool import FakeTool, Reply, fake_tool, in_turn

RECOMMENDATION = UUID("11111111-2222-3333-4444-555555555555")


def draft(**changes: Any) -> Draft:
    values = {
        "recommendation_id": RECOMMENDATION,
        "pushed_at": datetime.now(UTC),
        "title": "Raise the pool's\nsize",
        "rationale": "@Transactional calls in checkout exhaust the pool 12 times a month.",
        "steps": ["Raise max_size to 40", "Alert on wait time"],
        "expected": "Expected: 9.3 recurrences prevented (6.1 to 12.0).",
        "url": "https://causeloop.example/#/recommendations/1",
    }
    return Draft(**{**values, **changes})


def tracker(name: str, tool: FakeTool, **config: Any) -> Tracker:
    configured = {"base_url": tool.url, **CONFIG[name], **config}
    return make_tracker(CONNECTORS[name], configured, CREDENTIALS[name], tool.egress)


@contextlib.contextmanager
def running(name: str) -> Iterator[tuple[Any, FakeTool]]:
    fake = FAKES[name]()
    with fake_tool(fake) as tool:
        yield fake, tool


def test_every_connector_that_takes_tickets_has_its_tracker() -> None:
    assert (
        {name for name, connector in CONNECTORS.items() if connector.tickets} == set(TRACKERS) == set(FAKES)
    )


@pytest.mark.parametrize("name", FAKES)
def test_a_ticket_is_opened_once_however_often_it_is_requested(name: str) -> None:
    with running(name) as (fake, tool):
        opened = [open_ticket(tracker(name, tool), draft()) for _ in range(3)]
        other = open_ticket(tracker(name, tool), draft(recommendation_id=uuid4()))

    assert len(set(opened)) == 1
    assert other not in opened
    assert len(fake.issues) == 2


def test_a_github_ticket_says_what_to_do_and_calls_nobody() -> None:
    with running("github") as (fake, tool):
        ticket = open_ticket(tracker("github", tool), draft(rationale="<!-- causeloop-x --> @octocat"))
        (issue,) = fake.issues

    assert ticket.external_id == f"{REPOSITORY}#1"
    assert ticket.url == f"https://github.example/{REPOSITORY}/issues/1"
    assert issue["title"] == "Raise the pool's size"
    assert "- [ ] Raise max_size to 40" in issue["body"]
    assert "9.3 recurrences" in issue["body"]
    assert "@octocat" not in issue["body"]
    assert issue["body"].count("<!--") == 1
    assert issue["body"].endswith(build_hidden_marker(RECOMMENDATION))


def test_a_jira_ticket_says_what_to_do_and_carries_its_label() -> None:
    with running("jira") as (fake, tool):
        ticket = open_ticket(tracker("jira", tool), draft())
        (issue,) = fake.issues

    fields = issue["fields"]
    assert (ticket.external_id, ticket.url) == ("OPS-1", f"{tool.url}/browse/OPS-1")
    assert fields["summary"] == "Raise the pool's size"
    assert fields["issuetype"] == {"name": "Task"}
    assert fields["labels"] == ["causeloop", build_marker(RECOMMENDATION)]
    kinds = [node["type"] for node in fields["description"]["content"]]
    assert kinds == ["paragraph", "orderedList", "paragraph", "paragraph"]


def test_a_gitlab_ticket_runs_no_command_and_calls_nobody() -> None:
    with running("gitlab") as (fake, tool):
        ticket = open_ticket(tracker("gitlab", tool), draft(rationale="It fails.\n/close\n@ada"))
        (issue,) = fake.issues

    assert (ticket.external_id, ticket.url) == ("acme/shop#1", "https://gitlab.example/acme/shop/-/issues/1")
    assert issue["labels"] == ["causeloop", build_marker(RECOMMENDATION)]
    assert "- [ ] Alert on wait time" in issue["description"]
    assert not any(line.startswith("/") for line in issue["description"].splitlines())
    assert "@ada" not in issue["description"]


def test_a_linear_ticket_has_an_id_that_no_second_attempt_can_take_again() -> None:
    with running("linear") as (fake, tool):
        ticket = open_ticket(tracker("linear", tool), draft())
        with pytest.raises(PermanentFailure, match="exists"):
            tracker("linear", tool).create(draft())
        (issue,) = fake.issues

    assert UUID(ticket.external_id).version == 4
    assert issue["teamId"] == "team-1"
    assert issue["description"].endswith(build_marker(RECOMMENDATION))


def test_an_asana_ticket_is_found_on_a_later_page_by_the_last_line_of_its_notes() -> None:
    with running("asana") as (fake, tool):
        others = [open_ticket(tracker("asana", tool), draft(recommendation_id=uuid4())) for _ in range(4)]
        ticket = open_ticket(tracker("asana", tool), draft())
        assert open_ticket(tracker("asana", tool), draft()) == ticket

    assert ticket not in others
    assert fake.issues[-1]["projects"] == ["11"]
    assert fake.issues[-1]["notes"].splitlines()[-1] == build_marker(RECOMMENDATION)


def test_an_azure_devops_ticket_is_a_work_item_whose_text_is_not_markup() -> None:
    with running("azure_devops") as (fake, tool):
        ticket = open_ticket(tracker("azure_devops", tool), draft(rationale="<script>alert(1)</script>"))
        fields = fake.issues[0]["fields"]

    assert (ticket.external_id, ticket.url) == ("297", f"{tool.url}/acme/shop/_workitems/edit/297")
    assert fields["System.WorkItemType"] == "Task"
    assert "&lt;script&gt;" in fields["System.Description"]
    assert "<li>Raise max_size to 40</li>" in fields["System.Description"]


def test_a_servicenow_ticket_is_an_incident_that_names_what_it_belongs_to() -> None:
    with running("servicenow") as (fake, tool):
        ticket = open_ticket(tracker("servicenow", tool), draft())
        (record,) = fake.issues

    assert ticket.url == f"{tool.url}/nav_to.do?uri=incident.do?sys_id={ticket.external_id}"
    assert record["correlation_id"] == build_marker(RECOMMENDATION)
    assert "2. Alert on wait time" in record["description"]


@pytest.mark.parametrize("name", FAKES)
def test_a_ticket_is_done_when_its_tracker_says_so(name: str) -> None:
    with running(name) as (fake, tool):
        ticket = open_ticket(tracker(name, tool), draft())
        before = tracker(name, tool).read(ticket.external_id).is_done
        fake.close()
        after = tracker(name, tool).read(ticket.external_id).is_done

    assert (before, after) == (False, True)


@pytest.mark.parametrize("name", FAKES)
def test_a_ticket_that_was_deleted_is_gone(name: str) -> None:
    with running(name) as (fake, tool):
        ticket = open_ticket(tracker(name, tool), draft())
        fake.issues.clear()
        with pytest.raises(PermanentFailure) as failed:
            tracker(name, tool).read(ticket.external_id)

    assert failed.value.status in {404, 410}


def test_the_mark_is_looked_for_on_every_page_since_the_push_and_no_further() -> None:
    pushed_at = datetime.now(UTC)
    with running("github") as (fake, tool):
        for number in range(120):
            fake.add(f"old {number}", "", pushed_at - timedelta(days=2))
        fake.add("ours", f"text\n\n{build_hidden_marker(RECOMMENDATION)}", pushed_at)
        for number in range(120):
            fake.add(f"new {number}", "", pushed_at + timedelta(minutes=1))
        ticket = tracker("github", tool).find(draft(pushed_at=pushed_at))
        pages_until_found = len(tool.requests)
        absent = tracker("github", tool).find(draft(pushed_at=pushed_at, recommendation_id=uuid4()))
        pages_until_sure = len(tool.requests) - pages_until_found

    assert ticket is not None
    assert ticket.external_id == f"{REPOSITORY}#121"
    assert absent is None
    assert (pages_until_found, pages_until_sure) == (3, 3)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply({"message": "API rate limit"}, 403, {"X-RateLimit-Remaining": "0"}), TransientFailure),
        (Reply({"message": "slow down"}, 429, {"Retry-After": "60"}), TransientFailure),
        (Reply({}, 502), TransientFailure),
        (Reply(raw=b"<html>"), TransientFailure),
        (Reply({"message": "planted-token is not allowed"}, 422), PermanentFailure),
        (Reply({"message": "Resource not accessible"}, 403), PermanentFailure),
    ],
)
def test_a_trackers_refusal_tells_whether_time_can_help_and_repeats_no_credential(
    reply: Reply, kind: type[Exception]
) -> None:
    with fake_tool(in_turn(reply)) as tool, pytest.raises(kind) as failed:
        open_ticket(tracker("github", tool), draft())

    assert "planted-token" not in str(failed.value)


def test_a_missing_project_or_repository_names_what_to_configure() -> None:
    with running("jira") as (_, tool):
        with pytest.raises(PermanentFailure, match="name a project for tickets"):
            tracker("jira", tool, ticket_project=None)
        with pytest.raises(PermanentFailure, match="valid project is required"):
            open_ticket(tracker("jira", tool, ticket_project="NOPE"), draft())
        with pytest.raises(PermanentFailure, match="name a repository for tickets"):
            tracker("github", tool, repositories=["../admin"])
        for name in ("asana", "azure_devops", "gitlab"):
            with pytest.raises(PermanentFailure, match="name a project for tickets"):
                tracker(name, tool, projects=[])
        with pytest.raises(PermanentFailure, match="name a team for tickets"):
            tracker("linear", tool, ticket_team=None)
    with running("linear") as (_, tool), pytest.raises(PermanentFailure, match="there is no team 'NOPE'"):
        open_ticket(tracker("linear", tool, ticket_team="NOPE"), draft())


def test_a_tracker_on_a_private_address_is_not_reached() -> None:
    with running("github") as (_, tool):
        private = make_tracker(
            CONNECTORS["github"],
            {"base_url": tool.url, **CONFIG["github"]},
            CREDENTIALS["github"],
            EgressPolicy(),
        )
        with pytest.raises(PermanentFailure, match="CAUSELOOP_EGRESS_ALLOW"):
            open_ticket(private, draft())
        assert tool.requests == []


def test_our_own_tickets_do_not_come_back_as_failures() -> None:
    assert not is_foreign_issue({"body": f"text\n\n{build_hidden_marker(RECOMMENDATION)}"})
    assert is_foreign_issue({"body": f"see {build_marker(RECOMMENDATION)}"})
    assert is_foreign_issue({"body": None})
    assert not is_unmarked_issue({"fields": {"labels": ["causeloop", build_marker(RECOMMENDATION)]}})
    assert is_unmarked_issue({"fields": {"labels": ["causeloop"]}})
    assert is_unmarked_issue({"fields": None})
    marker = build_marker(RECOMMENDATION)
    ours: dict[str, Any] = {
        "asana": {"gid": "1", "notes": f"text\n\n{marker}"},
        "azure_devops": {"id": 1, "fields": {"System.Tags": f"causeloop; {marker}"}},
        "gitlab": {"id": 1, "labels": [{"title": marker}]},
        "linear": {"id": "1", "description": f"text\n\n{marker}\n"},
        "servicenow": {"sys_id": {"value": "1"}, "correlation_id": {"value": marker}},
    }
    for name, record in ours.items():
        keep = CONNECTORS[name].pulls[0].schema.keep
        assert keep is not None
        assert not keep(record), name
        assert keep(json.loads(json.dumps(record).replace(marker, f"see {marker}"))), name
