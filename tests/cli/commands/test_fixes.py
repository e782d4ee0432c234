"""Claimed fixes are listed, and counts of use attached, from a terminal."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from typer.testing import CliRunner, Result

from causeloop_pipeline.cli import app
from causeloop_pipeline.storage.database.session import Database
from tests.api.sample import make_sample
from tests.api.sample_rows import Sample
from tests.conftest import Installation

Run = Callable[..., Result]


@pytest.fixture
def sample(installation: Installation, database: Database) -> Sample:
    """A workspace with a claimed fix, its proof and an expectation."""
    with psycopg.connect(installation.owner_url, autocommit=True) as owner:
        sample = make_sample(owner, database)
    ids = sample.ids
    with database.workspace(sample.workspace_id) as session:
        session.execute(
            "insert into act.fix (workspace_id, recommendation_id, pattern_id, fixed_at, "
            "expected_loops_prevented, claimed_by) values (%s, %s, %s, now(), 2, 'a person')",
            (sample.workspace_id, ids["recommendation_id"], ids["pattern_id"]),
        )
        session.execute("delete from act.proof")
        session.execute(
            "insert into act.proof (workspace_id, recommendation_id, pattern_id, verdict, events_before, "
            "days_before, events_after, days_after, text, computed_at, exposure_unit, exposure_before, "
            "exposure_after, exposure_needed) "
            "values (%s, %s, %s, 'not_provable_yet', 9, 90, 0, 12, '', now(), 'executions', 480, 34, 50)",
            (sample.workspace_id, ids["recommendation_id"], ids["pattern_id"]),
        )
        session.execute(
            "update act.expectation set status = 'broken', recommendation_id = %s",
            (ids["recommendation_id"],),
        )
    return sample


@pytest.fixture
def run(sample: Sample) -> Run:
    """Runs `causeloop fixes COMMAND WORKSPACE …`."""

    def run_command(command: str, *arguments: object) -> Result:
        words = ["fixes", command, str(sample.workspace_id), *map(str, arguments)]
        return CliRunner().invoke(app, words, env={"COLUMNS": "200"})

    return run_command


def test_a_fix_is_listed_with_its_uses_and_what_must_stay_true(run: Run) -> None:
    listed, as_json = run("list"), run("list", "--json")

    assert listed.exit_code == 0, listed.output
    assert "34 of the 50 executions needed" in " ".join(listed.stdout.split())
    assert "1 broken" in listed.stdout
    (fix,) = [json.loads(line) for line in as_json.stdout.splitlines()]
    assert (fix["exposure_after"], fix["exposure_needed"], fix["broken"]) == (34, 50, 1)


def test_counts_of_use_are_attached_once_and_replaced_where_they_change(
    run: Run, sample: Sample, database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "runs.csv"
    file.write_text("day,count\n2026-10-05,240\n2026-10-06,0\n")
    options = (file, "--unit", "executions", "--pattern", sample.ids["pattern_id"])
    first, again = run("count-uses", *options), run("count-uses", *options)
    file.write_text("day,count\n2026-10-05,241\n2026-10-06,0\n")
    changed = run("count-uses", *options)

    assert [each.exit_code for each in (first, again, changed)] == [0, 0, 0], first.output
    assert [each.stderr.split()[0] for each in (first, again, changed)] == ["2", "0", "1"]
    with database.workspace(sample.workspace_id) as session:
        rows = session.rows(
            "select day::text, count from core.exposure where pattern_id = %s and day >= '2026-10-05' "
            "and day <= '2026-10-06' order by day",
            (sample.ids["pattern_id"],),
        )
    assert [(row["day"], row["count"]) for row in rows] == [("2026-10-05", 241), ("2026-10-06", 0)]


@pytest.mark.parametrize(
    ("content", "options", "reason"),
    [
        ("day,count\n2026-10-05,240\n", (), "give either --service or --pattern"),
        ("day,count\n5 October,240\n", ("--service", "x"), "line 2: write a day and its count"),
        ("day,count\n2026-10-05,-1\n", ("--service", "x"), "line 2: a count is 0 or more"),
        ("day,count\n", ("--service", "x"), "holds no counts"),
        ("", ("--service", "x"), "holds no counts"),
    ],
)
def test_what_is_not_a_count_of_a_day_is_refused_with_its_line(
    run: Run, tmp_path: Path, content: str, options: tuple[str, ...], reason: str
) -> None:
    file = tmp_path / "runs.csv"
    file.write_text(content)

    refused = run("count-uses", file, "--unit", "requests", *options)

    assert refused.exit_code == 2
    assert reason in " ".join(refused.stderr.split())
