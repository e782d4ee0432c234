"""The report on triggers ranks the true change of each failure, beside recency and TF-IDF."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from causeloop_pipeline.analysis.evaluation.trigger_report import TRIGGER_REPORT_SCHEMA, evaluate_triggers
from causeloop_pipeline.analysis.predict.triggers.suspect_pairs import SUSPECT_SCHEMA

BEGIN = datetime(2025, 3, 1, tzinfo=UTC)
THINGS = ("invoice", "basket", "search", "voucher", "session", "mail", "refund", "profile")


def complete(rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.concat([SUSPECT_SCHEMA.to_frame(), pl.DataFrame(rows)], how="diagonal")


@pytest.fixture(scope="module")
def report() -> pl.DataFrame:
    changes = [
        {"id": f"C-{n}", "at": BEGIN + timedelta(days=n), "title": f"Rework {THINGS[n % 8]} part{n}"}
        for n in range(64)
    ]
    failures = [
        {
            "id": f"F-{n}",
            "at": BEGIN + timedelta(days=n + 3),
            "title": f"{THINGS[n % 8]} part{n} is broken",
        }
        for n in range(0, 60, 2)
    ]
    truth = pl.Series([f"C-{n}" if n % 4 else "elsewhere" for n in range(0, 60, 2)])
    families = pl.Series(["a" if n < 30 else "b" for n in range(0, 60, 2)])
    return evaluate_triggers(complete(failures), complete(changes), truth, families, seed=2)


def figures(report: pl.DataFrame, method: str) -> dict[str, float]:
    return dict(report.filter(pl.col("method") == method).select("figure", "value").iter_rows())


def test_ours_and_the_peers_are_scored_on_the_failures_whose_change_is_in_sight(report: pl.DataFrame) -> None:
    assert report.schema == TRIGGER_REPORT_SCHEMA
    assert figures(report, "all") == {"failures": 30.0, "in_sight": 15.0}
    assert figures(report, "causeloop")["hit@5"] == 1.0
    assert figures(report, "recency")["hit@1"] == 0.0
    assert figures(report, "tf-idf")["hit@5"] == 1.0


def test_failures_whose_change_is_not_in_sight_count_in_the_share_of_all(report: pl.DataFrame) -> None:
    ours = figures(report, "causeloop")
    assert ours["of_all@5"] == pytest.approx(ours["hit@5"] / 2)


def test_weights_without_the_family_without_ids_and_as_shipped_are_reported(report: pl.DataFrame) -> None:
    methods = {"causeloop", "causeloop, ids unread", "causeloop as shipped"}
    for method in methods:
        assert {"ece", "shown", "shown_right"} <= set(figures(report, method))
    assert methods <= set(report["method"])


def test_one_family_is_scored_with_the_shipped_weights_alone() -> None:
    failure = complete([{"id": "F", "at": BEGIN + timedelta(days=2), "title": "basket is empty"}])
    changes = complete([{"id": "C", "at": BEGIN, "title": "basket rework"}])
    report = evaluate_triggers(failure, changes, pl.Series(["C"]), pl.Series(["all"]))
    assert "causeloop" not in set(report["method"])
    assert figures(report, "causeloop as shipped")["hit@1"] == 1.0
