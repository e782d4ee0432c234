"""The report on grouping quality: our figures with intervals, and the baselines' beside them."""

import polars as pl
import pytest

from causeloop_pipeline.analysis.evaluation.grouping_baselines import BASELINES
from causeloop_pipeline.analysis.evaluation.grouping_report import (
    REPORT_SCHEMA,
    evaluate_grouping,
)
from tests.support.failure_texts import machine_issues
from tests.support.shared_data import find_shared_path


def figures(issues: pl.DataFrame, labels: pl.Series) -> dict[str, float]:
    report = evaluate_grouping(issues, labels)
    return dict(report.filter(pl.col("method") == "causeloop").select("figure", "value").iter_rows())


def test_the_report_holds_our_figures_with_intervals_and_the_baselines() -> None:
    issues = machine_issues(40)
    report = evaluate_grouping(issues, issues["service"], baselines=tuple(BASELINES), seed=3)
    assert report.schema == REPORT_SCHEMA
    assert {"causeloop", "exact titles", "tf-idf average link", "hdbscan on lsa"} <= set(report["method"])
    ours = report.filter((pl.col("method") == "causeloop") & (pl.col("figure") == "f1")).row(0, named=True)
    assert ours["value"] == ours["low"] == ours["high"] == 1.0
    assert report.equals(evaluate_grouping(issues, issues["service"], baselines=tuple(BASELINES), seed=3))


def test_machine_messages_of_eight_systems_in_one_call_are_grouped_right() -> None:
    table = pl.read_parquet(find_shared_path("data/grouping/machine_messages.parquet"))
    issues = table.select(
        pl.col("id").alias("issue_id"), pl.col("message").alias("title"), pl.col("system").alias("source")
    )
    measured = figures(issues, table["group_label"])
    assert measured["ga"] >= 0.97
    assert measured["fga"] >= 0.97
    assert measured["f1"] >= 0.997
    assert measured["ece"] <= 0.05


@pytest.mark.parametrize(
    ("file", "f1", "recall_at_10", "ece"),
    [
        ("eclipse_duplicates", 0.55, 0.85, 0.1),
        ("hadoop_bug_reports", 0.12, 0.84, 0.2),
    ],
)
def test_reports_of_public_trackers_are_grouped_well_above_tfidf(
    file: str, f1: float, recall_at_10: float, ece: float
) -> None:
    table = pl.read_parquet(find_shared_path(f"data/grouping/{file}.parquet"))
    created = pl.col("created_at") if "created_at" in table.columns else pl.lit(None)
    issues = table.select(
        pl.col("id").alias("issue_id"),
        "title",
        pl.col("description").alias("body"),
        pl.lit("tracker").alias("source"),
        pl.col("product").alias("service"),
        pl.col("component").cast(pl.String),
        created.cast(pl.Datetime("us", "UTC")).alias("source_created_at"),
    )
    measured = figures(issues, table["group_label"])
    assert measured["f1"] >= f1
    assert measured["recall@10"] >= recall_at_10
    assert measured["ece"] <= ece
