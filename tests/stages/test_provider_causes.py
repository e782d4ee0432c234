"""What a provider caused neither fails a fix nor reopens its pattern: its status page, or a mark."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

from causeloop_pipeline.stages import proofs
from causeloop_pipeline.stages.context import RunOptions
from causeloop_pipeline.stages.grouping.reopening import reopen_recurred
from causeloop_pipeline.storage.act.provider_causes import read_provider_incidents
from causeloop_pipeline.storage.app.run_scopes import ScopedWorkspace
from causeloop_pipeline.storage.database.session import Database
from tests.conftest import Installation
from tests.storage.stored import store_pattern
from tests.support.pattern_frames import day

AS_OF, FIXED, OUTAGE = day(300), day(200), day(280)


class Stored:
    """A pattern that failed every fourth day, was fixed on day 200, and failed once in an outage."""

    def __init__(self, superuser: psycopg.Connection, database: Database, workspace_id: UUID) -> None:
        self.superuser, self.workspace_id = superuser, workspace_id
        with database.workspace(workspace_id) as session:
            self.pattern_id = store_pattern(session, workspace_id)
        self.recurrence = [self.insert_issue(day(at)) for at in range(20, 200, 4)][-1]
        self.recurrence = self.insert_issue(OUTAGE + timedelta(hours=1))
        self.recommendation_id = uuid4()
        self.insert(
            "act.fix", recommendation_id=self.recommendation_id, pattern_id=self.pattern_id, fixed_at=FIXED
        )
        self.insert("detect.closure_note", pattern_id=self.pattern_id, made_at=FIXED)

    def insert(self, table: str, **row: object) -> None:
        """Insert a row, with what nothing here depends on."""
        rest: dict[str, dict[str, object]] = {
            "act.fix": {"expected_loops_prevented": 1, "claimed_by": "a test"},
            "detect.closure_note": {"note": "done", "made_by": "a test"},
        }
        values = {"workspace_id": self.workspace_id, **rest.get(table, {}), **row}
        self.superuser.execute(
            SQL("insert into {} ({}) values ({})").format(
                Identifier(*table.split(".")),
                SQL(", ").join(map(Identifier, values)),
                SQL(", ").join(Placeholder() * len(values)),
            ),
            list(values.values()),
        )

    def insert_issue(self, at: datetime, **row: object) -> UUID:
        """One issue that occurred once."""
        issue_id = uuid4()
        texts = {"title": "Acme Pay: 502", "severity": "p2", "status": "open", "pattern_id": self.pattern_id}
        times = dict.fromkeys(("source_created_at", "source_updated_at", "ingested_at"), at)
        self.insert(
            "core.issue",
            **{"issue_id": issue_id, "source": "x", "external_id": issue_id.hex, **texts, **times, **row},
        )
        self.insert("core.occurrence", issue_id=issue_id, started_at=at, ended_at=row.get("resolved_at"))
        return issue_id

    def insert_page(self, config: dict[str, object], **row: object) -> None:
        """A status page with one incident of three hours."""
        connector_id = uuid4()
        self.insert(
            "app.connector",
            connector_id=connector_id,
            type="statuspage",
            display_name=connector_id.hex,
            config=Jsonb(config),
        )
        incident = {"source": "statuspage", "title": "API errors", "resolved_at": OUTAGE + timedelta(hours=3)}
        self.insert_issue(OUTAGE, **{"pattern_id": None, "connector_id": connector_id, **incident, **row})


@pytest.fixture
def stored(installation: Installation, database: Database, workspace_id: UUID) -> Stored:
    superuser = psycopg.connect(installation.server.url("causeloop"), autocommit=True)
    return Stored(superuser, database, workspace_id)


def judge(database: Database, workspace_id: UUID) -> tuple[int, Sequence[dict[str, object]], bool]:
    """Recurrences that count, what is left out, and whether the pattern was reopened."""
    with database.workspace(workspace_id) as session:
        proofs.run(session, ScopedWorkspace(workspace_id, "UTC"), AS_OF, RunOptions("a test"))
        (proof,) = session.rows("select events_after, left_out from act.proof")
        (pattern,) = session.rows("select reopened_at from detect.pattern")
    return proof["events_after"], proof["left_out"], pattern["reopened_at"] is not None


def test_a_recurrence_in_an_incident_of_a_providers_page_is_left_out(
    stored: Stored, database: Database, workspace_id: UUID
) -> None:
    assert judge(database, workspace_id) == (1, [], True)
    stored.insert_page({"provider": "Acme Pay"})
    left_out = {"reason": "status_page", "provider": "Acme Pay", "before": 0, "since": 1}
    assert judge(database, workspace_id) == (0, [left_out], False)


@pytest.mark.parametrize(
    ("config", "row"),
    [
        ({}, {}),
        ({"provider": " "}, {}),
        ({"provider": "Another Inc"}, {}),
        ({"provider": "Acme Pay"}, {"severity": "p4"}),
        ({"provider": "Acme Pay"}, {"attributes": Jsonb({"scheduled_for": "2026-10-08"})}),
    ],
    ids=["own page", "blank", "another provider", "a notice", "a maintenance"],
)
def test_other_pages_and_mere_notices_excuse_nothing(
    config: dict[str, object],
    row: dict[str, object],
    stored: Stored,
    database: Database,
    workspace_id: UUID,
) -> None:
    stored.insert_page(config, **row)
    assert judge(database, workspace_id) == (1, [], True)


def test_an_incident_that_is_never_closed_excuses_one_day(
    stored: Stored, database: Database, workspace_id: UUID
) -> None:
    stored.insert_page({"provider": "Acme Pay", "services": ["shop", "till"]}, resolved_at=None)
    with database.workspace(workspace_id) as session:
        (incident,) = read_provider_incidents(session, workspace_id).iter_rows(named=True)
    assert incident["ended_at"] == OUTAGE + timedelta(days=1)
    assert incident["services"] == ["shop", "till"]


def test_a_mark_of_a_person_does_the_same_and_can_be_taken_back(
    stored: Stored, database: Database, workspace_id: UUID
) -> None:
    mark = {"issue_id": stored.recurrence, "marked_by": "a test"}
    stored.insert("core.provider_mark", provider="Acme Pay", marked_at=day(281), **mark)
    left_out = {"reason": "marked", "provider": "Acme Pay", "before": 0, "since": 1}
    assert judge(database, workspace_id) == (0, [left_out], False)
    stored.insert("core.provider_mark", provider=None, marked_at=day(282), **mark)
    assert judge(database, workspace_id) == (1, [], True)
    taken_back = {"withdrawn_at": day(284), "withdrawn_by": "a test"}
    stored.insert("core.provider_mark", provider="Acme Pay", marked_at=day(283), **mark, **taken_back)
    assert judge(database, workspace_id) == (1, [], True)


def test_a_resolved_pattern_is_not_reopened_by_what_a_provider_caused(
    stored: Stored, database: Database, workspace_id: UUID
) -> None:
    stored.insert_page({"provider": "Acme Pay"})
    resolved = "update detect.pattern set status = 'resolved', resolved_at = %s, last_seen_at = %s"
    with database.workspace(workspace_id) as session:
        session.execute(resolved, (day(230), OUTAGE + timedelta(hours=1)))
        assert reopen_recurred(session, workspace_id) == 0
    stored.insert_issue(OUTAGE + timedelta(hours=9))
    with database.workspace(workspace_id) as session:
        assert reopen_recurred(session, workspace_id) == 1
        assert reopen_recurred(session, workspace_id) == 0


def test_what_a_provider_caused_breaks_no_expectation(
    stored: Stored, database: Database, workspace_id: UUID
) -> None:
    stored.insert(
        "act.expectation",
        recommendation_id=stored.recommendation_id,
        kind="no_occurrence",
        made_by="a test",
        pattern_id=stored.pattern_id,
        until=day(290).date(),
    )
    states = []
    pages: list[dict[str, object]] = [{}, {"provider": "Acme Pay"}]
    for page in pages:
        if page:
            stored.insert_page(page)
        judge(database, workspace_id)
        with database.workspace(workspace_id) as session:
            states += session.rows("select status, broken_at, text from act.expectation")
    assert [state["status"] for state in states] == ["broken", "met"]
    assert states[0]["broken_at"] == OUTAGE + timedelta(hours=1)
    assert states[1]["text"] == "0 occurrences since the fix, until 18 Oct 2026."
