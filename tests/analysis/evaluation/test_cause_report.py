"""The report on causes compares the origin that is read with the labels, beside a peer."""

import polars as pl

from causeloop_pipeline.analysis.evaluation.cause_report import (
    CAUSE_REPORT_SCHEMA,
    evaluate_causes,
    list_missed_goals,
    remove_text,
)
from tests.support.shared_data import find_shared_path

TEXTS = pl.Series(
    [
        "Root cause: a misconfigured load balancer.",
        "Caused by a power outage.",
        "Services were unhealthy.",
        "Root cause: a software bug met a hardware failure.",
    ]
)
LABELS = pl.Series(["internal causes", "external causes", "unknown", "external causes;internal causes"])


def figures(report: pl.DataFrame, method: str = "causeloop") -> dict[str, float]:
    return dict(report.filter(pl.col("method") == method).select("figure", "value").iter_rows())


def test_an_answer_agrees_with_the_first_label_or_with_any() -> None:
    report = evaluate_causes(TEXTS, LABELS)
    assert report.schema == CAUSE_REPORT_SCHEMA
    ours = figures(report)
    assert ours["agrees with the first label"] >= 0.75
    assert ours["agrees with a label"] == 1.0
    assert ours["right when it says unknown"] == 1.0
    assert figures(report, "commonest label")["agrees with the first label"] == 0.5


def test_intervals_hold_the_value_and_are_the_same_each_time() -> None:
    report = evaluate_causes(TEXTS, LABELS, seed=4)
    assert (report["low"] <= report["value"]).all()
    assert (report["value"] <= report["high"]).all()
    assert report.equals(evaluate_causes(TEXTS, LABELS, seed=4))


def test_wrong_causes_miss_the_goals_and_right_ones_do_not() -> None:
    clear = pl.Series(["internal causes", "external causes", "unknown", "internal causes"])
    right = evaluate_causes(pl.concat([TEXTS] * 10), pl.concat([clear] * 10))
    assert list_missed_goals(right) == []
    turned = pl.Series(["external causes", "internal causes", "internal causes", "internal causes"])
    wrong = evaluate_causes(pl.concat([TEXTS] * 10), pl.concat([turned] * 10))
    precision, agreement = list_missed_goals(wrong, "cause")
    assert "of the causes named without cause are right, not 0.85" in precision
    assert "the commonest label alone" in agreement


def test_no_reports_give_figures_of_zero() -> None:
    empty = evaluate_causes(pl.Series([], dtype=pl.String), pl.Series([], dtype=pl.String))
    assert set(empty["value"]) == {0.0}


def test_the_causes_of_post_mortems_agree_with_the_hand_made_classes() -> None:
    table = pl.read_parquet(find_shared_path("data/incidents/postmortems_with_cause.parquet"))
    texts = table.select(pl.concat_str("title", "description", separator="\n").alias("text")).to_series()
    report = evaluate_causes(texts, table["cause_layer1"])
    commonest = figures(report, "commonest label")["agrees with the first label"]
    assert figures(report)["right where a cause is named"] >= 0.85
    assert figures(report)["agrees with the first label"] >= 0.68 > 0.6 > commonest


def test_a_cause_is_named_as_rightly_where_the_sentences_on_it_were_removed() -> None:
    table = pl.read_parquet(find_shared_path("data/incidents/postmortems_with_cause.parquet"))
    texts = pl.Series(
        [
            remove_text(text or "", cause)
            for text, cause in table.select("description", "root_cause_text").iter_rows()
        ]
    )
    ours = figures(evaluate_causes(texts, table["cause_layer1"]))
    commonest = figures(evaluate_causes(texts, table["cause_layer1"]), "commonest label")
    assert ours["right where a cause is named"] >= 0.85
    assert (
        ours["agrees, the commonest label where none is stated"] >= commonest["agrees with the first label"]
    )


def test_the_sentences_of_another_text_are_removed() -> None:
    assert (
        remove_text("It was down. A bug did it! All is well.", "A bug did it.") == "It was down. All is well."
    )
    assert remove_text("It was down.", None) == "It was down."
