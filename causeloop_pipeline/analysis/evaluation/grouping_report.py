"""The report on grouping quality: our figures with intervals, and those of baselines on the same data."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.grouping_options import EVERY_GROUP
from causeloop_pipeline.analysis.detect.grouping.patterns import group_issues
from causeloop_pipeline.analysis.detect.similar_issues import find_similar_to_each
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED, PairParameters
from causeloop_pipeline.analysis.evaluation.grouping_baselines import BASELINES, SEARCHES
from causeloop_pipeline.analysis.evaluation.grouping_metrics import (
    Interval,
    bootstrap,
    calibration_errors_after_feedback,
    evaluate,
    group_scores,
    measure_purity,
    pair_scores,
    read_predicted_groups,
    recall_at,
)
from causeloop_pipeline.analysis.evaluation.item_metrics import score_bcubed

RANKS = (1, 5, 10)
REPORT_SCHEMA = pl.Schema(
    {"method": pl.String, "figure": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
)
_Row = tuple[str, str, float, float | None, float | None]


def evaluate_grouping(
    issues: pl.DataFrame,
    labels: pl.Series,
    *,
    baselines: Sequence[str] = (),
    parameters: PairParameters = SHIPPED,
    seed: int = 0,
) -> pl.DataFrame:
    """Groups labelled issues and reports how right the groups are.

    In: issues; `labels`, the true group of each row (issues with a null label are grouped, and left out of
    the figures); `baselines`: which of `BASELINES` to measure too (one whose package is not installed, or
    that does not fit the size, is left out); what was fitted on other trackers. Out: a `REPORT_SCHEMA` frame.

    Figures: precision, recall, f1, ga, fga with 95 % bootstrap intervals over labels; ari; B-cubed
    (bcubed_precision, bcubed_recall, bcubed_f1: row by row); recall@1/5/10 of
    the search for similar issues; ece and sure_precision (pairs of patterns with a confidence of .8 or more);
    reliability by decile of the confidence (predicted@, observed@, patterns@);
    ece_30_verdicts and ece_30_verdicts_q90 (mean and 90 % quantile of ece after 30 verdicts, drawn 50 times;
    the interval holds 95 % of the draws).
    """
    label_of_issue = pl.DataFrame({"issue_id": issues["issue_id"], "label": labels.cast(pl.String)})
    table = canonical_issues(issues).join(label_of_issue, on="issue_id", how="left", maintain_order="left")
    grouping = group_issues(
        table, fingerprint_issues(table), options=replace(EVERY_GROUP, parameters=parameters)
    )

    labelled = table.filter(pl.col("label").is_not_null())
    predicted = read_predicted_groups(labelled["issue_id"], grouping.members)
    figures = evaluate(labelled["issue_id"], labelled["label"], grouping.members, grouping.patterns)
    intervals = bootstrap(predicted, labelled["label"], seed=seed)
    after_feedback = _calibration_after_feedback(predicted, labelled["label"], grouping.patterns, seed)

    figures |= score_bcubed(predicted, labelled["label"])
    similar = find_similar_to_each(table, labelled["issue_id"], limit=max(RANKS), parameters=parameters)
    recalls = recall_at(similar, dict(labelled.select("issue_id", "label").iter_rows()), RANKS)

    intervals |= after_feedback
    figures |= {name: interval.value for name, interval in after_feedback.items()}
    rows = [_row("causeloop", name, value, intervals) for name, value in (figures | recalls).items()]
    for name in baselines:
        rows += _baseline_rows(name, BASELINES[name], labelled, seed)
    return pl.DataFrame(rows, schema=REPORT_SCHEMA, orient="row")


def _row(method: str, name: str, value: float, intervals: dict[str, Interval]) -> _Row:
    interval = intervals.get(name)
    return (method, name, value, interval.low if interval else None, interval.high if interval else None)


def _calibration_after_feedback(
    predicted: pl.Series, labels: pl.Series, patterns: pl.DataFrame, seed: int
) -> dict[str, Interval]:
    errors = calibration_errors_after_feedback(measure_purity(predicted, labels, patterns), seed=seed)
    if len(errors) == 0:
        return {}
    low, high, upper_tenth = (float(value) for value in np.quantile(errors, [0.025, 0.975, 0.9]))
    return {
        "ece_30_verdicts": Interval(float(errors.mean()), low, high),
        "ece_30_verdicts_q90": Interval(upper_tenth, low, high),
    }


def _baseline_rows(
    name: str, group: Callable[[pl.DataFrame], pl.Series | None], labelled: pl.DataFrame, seed: int
) -> list[_Row]:
    predicted = group(labelled)
    if predicted is None:
        return []
    labels = labelled["label"]
    figures = {
        **pair_scores(predicted, labels),
        **group_scores(predicted, labels),
        **score_bcubed(predicted, labels),
    }
    if name in SEARCHES:
        similar = SEARCHES[name](labelled, max(RANKS))
        figures |= recall_at(similar, dict(labelled.select("issue_id", "label").iter_rows()), RANKS)
    intervals = bootstrap(predicted, labels, seed=seed)
    return [_row(name, figure, value, intervals) for figure, value in figures.items()]
