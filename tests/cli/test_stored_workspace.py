"""Commands on a workspace in a real database."""

import json

import pytest
from typer.testing import CliRunner

from causeloop_pipeline.cli import app
from causeloop_pipeline.model.frames import ISSUE_SCHEMA
from tests.support.single_occurrences import add_single_occurrences

runner = CliRunner()


@pytest.fixture
def filled(database, workspace_id):
    """Forty issues of one cause and one other, not yet grouped."""
    rows = [{"id": f"A-{n}", "title": f"disk {n} full on host{n}", "day": n % 28 + 1} for n in range(40)] + [
        {"id": "B-1", "title": "a goat ate the cable", "day": 5}
    ]
    with database.workspace(workspace_id) as session:
        for row in rows:
            session.execute(
                """
                insert into core.issue (workspace_id, issue_id, source, external_id, title, severity, status,
                                        source_created_at, source_updated_at, ingested_at)
                select %(w)s, core.issue_id(%(w)s, 'jira', %(id)s), 'jira', %(id)s, %(title)s, 'p2', 'open',
                       moment, moment, moment
                from make_timestamptz(2026, 1, %(day)s, 9, 0, 0, 'UTC') as moment
                """,
                {"w": workspace_id, **row},
            )
        add_single_occurrences(session)
    return workspace_id


def test_the_patterns_of_a_workspace_can_be_previewed_without_keeping_them(filled, database):
    result = runner.invoke(app, ["patterns", "preview", "--workspace", str(filled), "--json"])
    assert result.exit_code == 0, result.output
    patterns = [json.loads(line) for line in result.stdout.splitlines()]
    assert [pattern["issue_count"] for pattern in patterns] == [40]
    with database.workspace(filled) as session:
        assert session.rows("select count(*) as n from detect.pattern") == [{"n": 0}]


def test_an_issue_of_the_database_is_found_by_the_tool_s_own_id(filled):
    result = runner.invoke(app, ["explain", "B-1", "--workspace", str(filled)])
    assert result.exit_code == 0, result.output
    assert "it is in no pattern" in result.stdout


def test_what_was_stored_of_a_membership_is_explained(filled, database):
    from causeloop_pipeline.analysis.detect.grouping.patterns import GroupingOptions
    from causeloop_pipeline.analysis.loop import GroupingFacts, group
    from causeloop_pipeline.storage.core.issues import read_issues
    from causeloop_pipeline.storage.detect.patterns import replace_patterns

    with database.workspace(filled) as session:
        issues = read_issues(session, filled, ISSUE_SCHEMA)
        _, grouping = group(
            issues, GroupingFacts(), timezone="UTC", options=GroupingOptions(namespace=str(filled))
        )
        replace_patterns(session, filled, grouping.patterns, grouping.members)
    explanation = json.loads(
        runner.invoke(app, ["explain", "A-3", "--workspace", str(filled), "--json"]).stdout
    )
    assert explanation["issues_in_it"] == 40
    assert "Same message" in explanation["reason"]
    preview = runner.invoke(app, ["patterns", "preview", "--workspace", str(filled)])
    assert "0 of 40 earlier issues would change their pattern" in preview.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "A-1"], "either --file FILE or --workspace NAME"),
        (["explain", "A-1", "--workspace", "no-such-place"], "there is no workspace 'no-such-place'"),
    ],
)
def test_a_source_that_is_missing_or_unknown_is_reported(installation, arguments, message):
    result = runner.invoke(app, arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_an_issue_unknown_to_the_workspace_is_answered_with_ids_that_exist(filled):
    result = runner.invoke(app, ["explain", "Z-9", "--workspace", str(filled)])
    assert result.exit_code == 1
    assert "A-" in result.stderr
