"""A workspace whose Slack app is set up, the card of its pattern, and members who are in Slack."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from causeloop_pipeline.settings import settings
from causeloop_pipeline.stages.slack_cards import decide_cards
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.app.tenants import add_member, create_user
from causeloop_pipeline.storage.database.session import Database
from tests.api.conftest import Client
from tests.api.sample import Sample
from tests.support.fake_slack import FakeSlack
from tests.support.fake_tool import fake_tool
from tests.support.slack_sender import SlackSender
from tests.support.slack_setup import set_up_slack


@dataclass(frozen=True)
class SlackTeam:
    """A workspace's Slack: the fake, what sends for it, and the card of the workspace's pattern."""

    fake: FakeSlack
    sender: SlackSender
    sample: Sample
    card: dict[str, Any]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FakeSlack, str]]:
    """Slack on loopback, which the API reaches."""
    slack = FakeSlack()
    with fake_tool(slack) as running:
        monkeypatch.setenv("CAUSELOOP_SLACK_URL", running.url)
        monkeypatch.setenv("CAUSELOOP_EGRESS_ALLOW", f"127.0.0.1:{running.port}")
        settings.cache_clear()
        yield slack, running.url
    settings.cache_clear()


@pytest.fixture
def team(
    fake: tuple[FakeSlack, str],
    client: Client,
    fresh_sample: Sample,
    owner: psycopg.Connection,
    database: Database,
) -> SlackTeam:
    """A team in which UANALYST and UVIEWER are members, by their addresses."""
    slack, url = fake
    sample = fresh_sample
    set_up_slack(sample.workspace_id)
    for role in ("analyst", "viewer"):
        email = f"{role}-{sample.canary}@example.com"
        user_id = create_user(owner, email, f"The {role}", None)
        add_member(owner, sample.workspace_id, user_id, role)
        sample.ids[f"slack_{role}"] = user_id
        slack.add_person(f"U{role.upper()}", email.upper())
    with database.workspace(sample.workspace_id) as session:
        session.execute("delete from notify.slack_message")
        session.execute("update detect.pattern set occurrence_count = issue_count")
        decide_cards(session, ScopedWorkspace(sample.workspace_id, "UTC"), datetime.now(UTC))
        row = session.row(
            "select body from notify.slack_message where pattern_id = %s", (sample.ids["pattern_id"],)
        )
    assert row is not None
    return SlackTeam(slack, SlackSender(client(), sample.workspace_id, url), sample, row["body"])
