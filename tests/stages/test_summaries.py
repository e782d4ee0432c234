"""What is stored of each pattern is what counting all its issues again gives, whatever became of them."""

import random
from datetime import timedelta
from uuid import UUID

import pytest
from polars.testing import assert_frame_equal

from causeloop_pipeline.model.frames import OCCURRENCE_SCHEMA
from causeloop_pipeline.stages.grouping.summaries import load_summaries, refresh_summaries
from causeloop_pipeline.storage.core.issues import SELECT_OCCURRENCES, read_occurrences
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect import occurrence_months
from causeloop_pipeline.storage.detect.occurrence_months import complete_months
from causeloop_pipeline.storage.detect.patterns import add_members, replace_patterns
from tests.storage.stored import SEEN, members, new_id, pattern, store_issue, store_occurrence

PATTERNS, STEPS, STEPS_A_SYNC, STEPS_A_CHECK = 4, 60, 6, 12
CHANGES = (
    "severity = 'p{}'",
    "service = 'service {}'",
    "team = nullif('team {}', 'team 1')",
    "environment = 'environment {}'",
    "error_type = 'Error{}'",
    "title = 'it broke {} times'",
    "body = 'it broke because of a misconfigured proxy {}'",
    "attributes = jsonb_build_object('region', 'eu-{}', 'component', '')",
    "external_id = external_id || {}",
)
SELECT_TALLIES = "select pattern_id::text, kind, value, count from detect.pattern_tally order by 1, 2, 3"
SELECT_SUMMARIES = "select pattern_id::text, summary::text from detect.pattern_summary order by 1"
SELECT_GAPS = "select pattern_id::text, typical_gap_days from detect.pattern order by 1"
SELECT_MONTHS = "select month, content from detect.occurrence_month order by 1"


class History:
    """Issues that come to patterns, happen again, are moved, edited and deleted by chance."""

    def __init__(self, session: Session, workspace_id: UUID, seed: int) -> None:
        self.session, self.workspace_id = session, workspace_id
        self.chance = random.Random(seed)
        self.patterns = sorted(new_id() for _ in range(PATTERNS))
        self.issues: list[str] = []
        for pattern_id in self.patterns:
            self.issues += [self._store_issue() for _ in range(2)]
            add_members(session, workspace_id, pattern(pattern_id), members(pattern_id, self.issues[-2:]))

    def step(self) -> None:
        """One thing happens."""
        twice = (self._add, self._edit, self._recur)
        self.chance.choice((*twice, *twice, self._move, self._delete, self._remove, self._end))()

    def _store_issue(self) -> str:
        return store_issue(self.session, self.workspace_id, f"x{self.chance.getrandbits(60)}")

    def _add(self) -> None:
        issue, pattern_id = self._store_issue(), self.chance.choice(self.patterns)
        self._change(issue)
        add_members(self.session, self.workspace_id, pattern(pattern_id), members(pattern_id, [issue]))
        self.issues.append(issue)

    def _edit(self) -> None:
        self._change(self.chance.choice(self.issues))

    def _change(self, issue: str) -> None:
        change = self.chance.choice(CHANGES).format(self.chance.randint(1, 4))
        self.session.execute(f"update core.issue set {change} where issue_id = %s", (issue,))

    def _move(self) -> None:
        issue, target = self.chance.choice(self.issues), self.chance.choice([*self.patterns, None])
        self.session.execute("update core.issue set pattern_id = %s where issue_id = %s", (target, issue))

    def _recur(self) -> None:
        later = timedelta(days=self.chance.randint(-90, 90), hours=self.chance.randint(0, 3))
        store_occurrence(self.session, self.workspace_id, self.chance.choice(self.issues), SEEN + later)

    def _remove(self) -> None:
        self.session.execute(
            "delete from core.occurrence as o where issue_id = %s and exists ("
            "select from core.occurrence as e where e.issue_id = o.issue_id and e.started_at < o.started_at)",
            (self.chance.choice(self.issues),),
        )

    def _end(self) -> None:
        self.session.execute(
            "update core.occurrence set ended_at = started_at + interval '1 hour' where issue_id = %s",
            (self.chance.choice(self.issues),),
        )

    def _delete(self) -> None:
        issue = self.issues.pop(self.chance.randrange(len(self.issues)))
        self.session.execute("delete from core.issue where issue_id = %s", (issue,))


def read_all(session: Session) -> set[tuple[object, ...]]:
    """All that is stored of the patterns."""
    queries = (SELECT_TALLIES, SELECT_SUMMARIES, SELECT_GAPS, SELECT_MONTHS)
    return {tuple(row.values()) for query in queries for row in session.rows(query)}


def assert_times_are_those_of_the_occurrences(session: Session) -> None:
    """Of patterns that have issues; others keep theirs until a full grouping deletes them."""
    different = session.rows(
        "select p.pattern_id, p.first_seen_at, p.last_seen_at, p.mttr_seconds, min(o.started_at), "
        "max(o.started_at), count(o.ended_at), count(*), p.occurrence_count "
        "from detect.pattern as p join core.issue as i using (pattern_id) "
        "join core.occurrence as o on o.issue_id = i.issue_id group by p.workspace_id, p.pattern_id "
        "having (p.first_seen_at, p.last_seen_at) is distinct from (min(o.started_at), max(o.started_at)) "
        "or p.occurrence_count <> count(*) "
        "or p.mttr_seconds is distinct from (case when count(o.ended_at) > 0 then 3600 end)"
    )
    assert different == []


def assert_occurrences_are_those_of_the_issues(session: Session, workspace_id: UUID) -> None:
    read = read_occurrences(session, workspace_id)
    counted = session.read(SELECT_OCCURRENCES, (workspace_id,), schema=OCCURRENCE_SCHEMA)
    assert_frame_equal(read.sort(read.columns), counted.sort(counted.columns))


@pytest.mark.parametrize("seed", range(4))
def test_a_history_counted_event_by_event_gives_what_counting_it_again_gives(
    database: Database, workspace_id: UUID, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(occurrence_months, "MAX_LATER_ROWS", 20 * seed)
    with database.workspace(workspace_id) as session:
        history = History(session, workspace_id, seed)
        for step in range(STEPS):
            history.step()
            assert_occurrences_are_those_of_the_issues(session, workspace_id)
            if step % STEPS_A_SYNC == STEPS_A_SYNC - 1:
                refresh_summaries(session, workspace_id, is_full=False)
                assert_occurrences_are_those_of_the_issues(session, workspace_id)
                assert_times_are_those_of_the_occurrences(session)
            if step % STEPS_A_CHECK == STEPS_A_CHECK - 1:
                complete_months(session, workspace_id)
                stored = read_all(session)
                refresh_summaries(session, workspace_id, is_full=True)
                assert read_all(session) ^ stored == set()
        assert len(stored) > PATTERNS


def test_a_pattern_that_was_empty_for_a_while_has_the_days_of_its_present_issues(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        name = new_id()
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b", "c")]
        add_members(session, workspace_id, pattern(name), members(name, issues[:2]))
        refresh_summaries(session, workspace_id, is_full=False)
        before = load_summaries(session, workspace_id)[name].days
        session.execute("update core.issue set pattern_id = null")
        refresh_summaries(session, workspace_id, is_full=False)
        session.execute("delete from core.occurrence where workspace_id = %s", (workspace_id,))
        for issue in issues:
            store_occurrence(session, workspace_id, issue, SEEN + timedelta(days=9))
        add_members(session, workspace_id, pattern(name), members(name, issues[2:]))
        refresh_summaries(session, workspace_id, is_full=False)

        assert load_summaries(session, workspace_id)[name].days == [before[0] + 9]


def test_only_patterns_with_changed_issues_are_summarized_again(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        history = History(session, workspace_id, seed=7)
        assert refresh_summaries(session, workspace_id, is_full=False) == PATTERNS
        assert refresh_summaries(session, workspace_id, is_full=False) == 0
        session.execute("update core.issue set risk_score = 50, status = 'resolved'")
        assert refresh_summaries(session, workspace_id, is_full=False) == 0
        session.execute("update core.issue set title = 'b' where issue_id = %s", (history.issues[0],))
        assert refresh_summaries(session, workspace_id, is_full=False) == 1
        assert sorted(load_summaries(session, workspace_id)) == history.patterns


def test_a_full_grouping_counts_again_and_notes_no_touch(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        name = new_id()
        issues = [store_issue(session, workspace_id, x) for x in ("a", "b")]
        replace_patterns(session, workspace_id, pattern(name), members(name, issues))
        assert session.rows("select * from detect.pattern_touch") == []
        refresh_summaries(session, workspace_id, is_full=True)
        assert load_summaries(session, workspace_id)[name].issue_count == 2


def test_who_edits_an_issue_does_not_wait_for_a_run_that_counts_its_pattern(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        history = History(session, workspace_id, seed=8)
    edited = history.issues[0]
    with database.workspace(workspace_id) as run:
        assert refresh_summaries(run, workspace_id, is_full=False) == PATTERNS
        with database.workspace(workspace_id) as person:
            person.execute("set local lock_timeout = '10s'")
            person.execute("update core.issue set severity = 'p1' where issue_id = %s", (edited,))
    with database.workspace(workspace_id) as session:
        refresh_summaries(session, workspace_id, is_full=False)
        complete_months(session, workspace_id)
        stored = read_all(session)
        refresh_summaries(session, workspace_id, is_full=True)
        assert read_all(session) == stored
