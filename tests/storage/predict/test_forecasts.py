"""Forecasts are copied as binary arrays, digit for digit."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import numpy as np
import polars as pl
import pytest

from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.predict.forecasts import replace_forecasts

NOW = datetime(2026, 6, 1, 12, 30, 15, 123456, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def pattern_id() -> str:
    return str(uuid4())


def curves(pattern_ids: list[str | None], value: float) -> pl.DataFrame:
    numbers = np.array([[value, value + 1 / 3]] * len(pattern_ids))
    return pl.DataFrame(
        {
            "pattern_id": pl.Series(pattern_ids, dtype=pl.String),
            "yhat": numbers,
            "yhat_lower": numbers / 7,
            "yhat_upper": numbers * 1e9,
        }
    )


def test_forecasts_of_the_workspace_and_of_patterns_are_replaced_together(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    days = [NOW.date(), (NOW + DAY).date()]
    with database.workspace(workspace_id) as session:
        for value in (5.0, 1.5):
            replace_forecasts(session, workspace_id, days, curves([pattern_id, None], value), NOW)
        stored = session.rows(
            "select workspace_id, pattern_id::text, days, yhat, yhat_lower, yhat_upper, computed_at "
            "from predict.forecast order by pattern_id"
        )
    assert [row["pattern_id"] for row in stored] == [pattern_id, None]
    for row in stored:
        assert (row["workspace_id"], row["computed_at"], row["days"]) == (workspace_id, NOW, days)
        assert row["yhat"] == [1.5, 1.5 + 1 / 3]
        assert row["yhat_lower"] == [1.5 / 7, (1.5 + 1 / 3) / 7]
        assert row["yhat_upper"] == [1.5e9, (1.5 + 1 / 3) * 1e9]


def test_a_workspace_without_patterns_has_no_forecast(database: Database, workspace_id: UUID) -> None:
    with database.workspace(workspace_id) as session:
        replace_forecasts(session, workspace_id, [NOW.date()], curves([], 0.0), NOW)
        assert session.rows("select * from predict.forecast") == []


def test_days_before_the_year_2000_and_instants_before_it_are_kept(
    database: Database, workspace_id: UUID, pattern_id: str
) -> None:
    then = datetime(1999, 12, 30, 23, 59, 59, 999999, tzinfo=UTC)
    with database.workspace(workspace_id) as session:
        replace_forecasts(session, workspace_id, [then.date(), NOW.date()], curves([pattern_id], 0.0), then)
        row = session.row("select days, computed_at from predict.forecast")
    assert row == {"days": [then.date(), NOW.date()], "computed_at": then}
