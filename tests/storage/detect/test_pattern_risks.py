"""What tells whose risk has moved takes any age and any breadth."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import polars as pl
import pytest

from causeloop_pipeline.model.frames import RISK_SCHEMA
from causeloop_pipeline.stages.risk import FORMULA
from causeloop_pipeline.storage.database.session import Database, Session
from causeloop_pipeline.storage.detect.pattern_risks import (
    SELECT_MOVED_FACTORS,
    read_moved_risk_factors,
    read_risk_factors,
    set_issue_bases,
    set_pattern_risks,
)
from causeloop_pipeline.storage.detect.pattern_summaries import write_summaries
from causeloop_pipeline.storage.predict.predictions import append_predictions
from tests.storage.stored import SEEN, new_id, pattern, prediction, store_pattern

CENTURY = timedelta(days=36_525)


def store_rated(
    session: Session, workspace_id: UUID, seen_at: datetime, risk: float | None, basis: float
) -> str:
    """A pattern of one p2 issue in 5,000 services, and what it was rated with; its id."""
    name = new_id()
    row = pattern(name).with_columns(last_seen_at=pl.lit(seen_at), workspace_id=pl.lit(str(workspace_id)))
    session.insert("detect.pattern", row)
    summary = {"issue_count": 1, "severities": {"p2": 1}, "services": 5_000, "teams": 1}
    write_summaries(session, workspace_id, {name: orjson.dumps(summary)})
    append_predictions(session, workspace_id, prediction(name, 30, 0.4), SEEN)
    set_pattern_risks(session, workspace_id, pl.DataFrame({"id": [name], "risk_score": [risk]}, RISK_SCHEMA))
    set_issue_bases(session, workspace_id, pl.DataFrame({"pattern_id": [name], "basis": [basis]}))
    return name


# 35 * .7 for the severity, 35 * .4 and 15 for the basis, 15 for a pattern that was seen right now.
@pytest.mark.parametrize(
    ("age", "risk", "basis", "has_moved"),
    [
        (timedelta(0), 68.5, 29.0, False),
        (-CENTURY, 68.5, 29.0, False),
        (CENTURY, 53.5, 29.0, False),
        (CENTURY, 53.5, 28.1, False),
        (CENTURY, 53.5, 27.9, True),
        (CENTURY, None, 29.0, True),
        (CENTURY, 53.6, 29.0, True),
        (timedelta(days=30), 61.0, 29.0, False),
        (timedelta(days=30, hours=9), 61.0, 29.0, True),
    ],
)
def test_a_pattern_has_moved_when_its_rounded_risk_or_a_point_of_its_basis_has(
    age: timedelta, risk: float | None, basis: float, has_moved: bool, database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        name = store_rated(session, workspace_id, SEEN - age, risk, basis)
        moved = read_moved_risk_factors(session, workspace_id, FORMULA, SEEN)
        of_all = read_risk_factors(session, workspace_id, 30)
    assert moved["pattern_id"].to_list() == ([name] if has_moved else [])
    assert of_all.rows() == [(name, SEEN - age, risk, basis, 0, 1, 0, 0, 5_000, 1, 0.4)]


def test_the_factors_of_a_pattern_of_which_nothing_is_known_are_nulls(
    database: Database, workspace_id: UUID
) -> None:
    with database.workspace(workspace_id) as session:
        name, _ = store_pattern(session, workspace_id), store_pattern(session, workspace_id)
        of_one = read_risk_factors(session, workspace_id, 30, [name])
        moved = read_moved_risk_factors(session, workspace_id, FORMULA, datetime(2026, 6, 9, tzinfo=UTC))
    assert of_one.rows() == [(name, SEEN, *[None] * 9)]
    assert moved.height == 2


def test_even_a_planner_that_would_look_at_all_rows_for_each_row_joins_the_factors_at_once(
    database: Database, workspace_id: UUID
) -> None:
    parameters = {"workspace_id": workspace_id, "as_of": SEEN, **FORMULA}
    with database.workspace(workspace_id) as session:
        session.execute("set local enable_hashjoin = off")
        session.execute("set local enable_mergejoin = off")
        plan = session.rows(f"explain {SELECT_MOVED_FACTORS.format(among='')}", parameters)
    assert sum("Full Join" in row["QUERY PLAN"] for row in plan) == 2
