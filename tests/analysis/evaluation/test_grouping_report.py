"""The report on quality: our figures with intervals, the peers' beside them; previews and explanations for
people.
"""

import polars as pl
import pytest

from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.evaluation.grouping_report import (
    REPORT,
    evaluate_grouping,
    explain_issue,
    preview_regrouping,
)
from tests.support.failure_texts import facts, human_issues, machine_issues
from tests.support.shared_data import shared_path


def figures(issues: pl.DataFrame, labels: pl.Series) -> dict[str, float]:
    report = evaluate_grouping(issues, labels)
    return dict(report.filter(pl.col("method") == "causeloop").select("figure", "value").iter_rows())


def test_the_report_holds_ours_with_intervals_and_the_peers() -> None:
    issues = machine_issues(40)
    report = evaluate_grouping(issues, issues["service"], peers=True, seed=3)
    assert report.schema == REPORT
    assert {"causeloop", "exact titles", "tf-idf average link", "hdbscan on lsa"} <= set(report["method"])
    ours = report.filter((pl.col("method") == "causeloop") & (pl.col("figure") == "f1")).row(0, named=True)
    assert ours["value"] == ours["low"] == ours["high"] == 1.0
    assert report.equals(evaluate_grouping(issues, issues["service"], peers=True, seed=3))


def test_a_preview_counts_what_would_change_before_it_does() -> None:
    issues = machine_issues()
    before = group_issues(issues, fingerprint_issues(issues)).members.select("issue_id", "pattern_id")
    rest = issues.filter(pl.col("title").str.starts_with("Disk") & (pl.col("issue_id") != "i0002"))[
        "issue_id"
    ]
    said = facts(*(("cannot", "i0002", other) for other in rest))
    after = group_issues(issues, fingerprint_issues(issues), constraints=said, previous=before)
    found = dict(preview_regrouping(before, after, issues.height).select("change", "issues").iter_rows())
    assert found == {"kept": 59, "moved": 0, "joined": 0, "left": 1}


def test_an_explanation_names_the_pattern_the_reason_and_the_nearest_other() -> None:
    issues = human_issues()
    grouping = group_issues(issues, fingerprint_issues(issues))
    told = explain_issue(grouping.members, grouping.patterns, "i0000")
    assert told is not None
    assert told["reason"]["kind"] == "terms"  # type: ignore[index]
    assert told["pattern_name"]
    assert explain_issue(grouping.members, grouping.patterns, "i0004") is None


def test_machine_messages_of_eight_systems_in_one_call_are_grouped_right() -> None:
    table = pl.read_parquet(shared_path("data/grouping/machine_messages.parquet"))
    issues = table.select(
        pl.col("id").alias("issue_id"), pl.col("message").alias("title"), pl.col("system").alias("source")
    )
    found = figures(issues, table["group_label"])
    assert found["ga"] >= 0.97
    assert found["fga"] >= 0.97
    assert found["f1"] >= 0.997
    assert found["ece"] <= 0.05


@pytest.mark.parametrize(
    ("file", "f1", "recall_at_10", "ece"),
    [("eclipse_duplicates", 0.59, 0.85, 0.05), ("hadoop_bug_reports", 0.14, 0.84, 0.2)],
)
def test_reports_of_public_trackers_are_grouped_well_above_tfidf(
    file: str, f1: float, recall_at_10: float, ece: float
) -> None:
    table = pl.read_parquet(shared_path(f"data/grouping/{file}.parquet"))
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
    found = figures(issues, table["group_label"])
    assert found["f1"] >= f1
    assert found["recall@10"] >= recall_at_10
    assert found["ece"] <= ece
