from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.loop import STAGES, run_loop
from causeloop_pipeline.analysis.predict.unpredicted import NO_DATES
from causeloop_pipeline.model.frames import ISSUE_SCHEMA, PREDICTION_SCHEMA

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)


def issues(dated=True):
    rows = []
    for number in range(60):
        kind = ("disk /dev/sd{} full on host{}", "login of user{} failed after {} s")[number % 2]
        created = AS_OF - timedelta(days=60 - number) if dated else None
        rows.append(
            {
                "issue_id": f"i{number}",
                "source": "file",
                "external_id": f"i{number}",
                "title": kind.format(number, number * 7),
                "severity": "p2",
                "status": "open",
                "service": ("storage", "accounts")[number % 2],
                "source_created_at": created,
                "source_updated_at": created,
            }
        )
    return pl.DataFrame(rows, schema_overrides=ISSUE_SCHEMA).select(
        pl.col(name).cast(dtype) if name in rows[0] else pl.lit(None, dtype).alias(name)
        for name, dtype in ISSUE_SCHEMA.items()
    )


@pytest.fixture(scope="module")
def loop():
    return run_loop(issues(), as_of=AS_OF)


def test_the_loop_leads_from_issues_to_ranked_recommendations(loop):
    assert loop.grouping.patterns.height == 2
    assert loop.grouping.members.height == 60
    assert loop.predictions["probability"].null_count() == 0
    assert sorted(loop.recommendations["rank"]) == list(range(1, loop.recommendations.height + 1))
    assert set(loop.pattern_risks["id"]) == set(loop.grouping.patterns["pattern_id"])
    assert set(loop.issue_risks["id"]) == {f"i{number}" for number in range(60)}


def test_the_order_of_rows_changes_nothing(loop):
    shuffled = run_loop(issues().sample(fraction=1.0, shuffle=True, seed=3), as_of=AS_OF)
    assert shuffled.predictions.equals(loop.predictions)
    assert shuffled.recommendations.equals(loop.recommendations)
    assert shuffled.grouping.patterns.equals(loop.grouping.patterns)


def test_every_stage_is_announced():
    reached: list[str] = []
    run_loop(issues(), as_of=AS_OF, reached=reached.append)
    assert tuple(reached) == STAGES


def test_without_dates_there_are_patterns_and_every_prediction_says_why_it_has_no_probability():
    loop = run_loop(issues(dated=False), as_of=AS_OF, windows=(7, 30))
    assert loop.grouping.patterns.height == 2
    assert loop.predictions.schema == PREDICTION_SCHEMA
    assert loop.predictions.height == 4
    assert loop.predictions["reason"].to_list() == [NO_DATES] * 4
    assert loop.predictions["probability"].null_count() == 4


@pytest.mark.parametrize("dated", [True, False])
def test_two_patterns_never_bear_one_name(dated):
    opening = (
        "Nightly import of the price list of the second warehouse, run by the team of purchase each "
        "night, stopped "
    )
    endings = (
        "stopped early because the disk was full",
        "stopped early as a login to the old mail relay failed",
    )
    titles = pl.Series("title", [opening + endings[row % 2] for row in range(60)])
    loop = run_loop(issues(dated).with_columns(titles, service=pl.lit("shop")), as_of=AS_OF)
    assert loop.grouping.patterns.height == 2
    assert loop.grouping.patterns["name"].n_unique() == 2
