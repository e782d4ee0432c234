"""The report on grouping quality: ours with bootstrap intervals, and the same figures for other methods on
the same data.
"""

from collections.abc import Callable

import numpy as np
import orjson
import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import fingerprint_issues
from causeloop_pipeline.analysis.detect.grouping.patterns import Grouping, group_issues
from causeloop_pipeline.analysis.detect.similar_issues import similar_to_each
from causeloop_pipeline.analysis.evaluation.grouping_baselines import PEERS
from causeloop_pipeline.analysis.evaluation.grouping_metrics import (
    Interval,
    bootstrap,
    errors_after_verdicts,
    evaluate,
    group_scores,
    pair_scores,
    predicted_groups,
    recall_at,
    shown_and_right,
)

RANKS = (1, 5, 10)
REPORT = pl.Schema(
    {"method": pl.String, "figure": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
)


def evaluate_grouping(
    issues: pl.DataFrame, labels: pl.Series, *, peers: bool = False, seed: int = 0
) -> pl.DataFrame:
    """Groups labelled issues and reports how right the groups are.

    In: `ISSUES` rows; `labels`, the true group of each row (issues with a null label are left out of the
    figures); `peers`: also TF-IDF average link, HDBSCAN on LSA, and exact titles (Drain3 too, where the
    package is installed). Out: a `REPORT` frame; precision, recall, f1, ga, fga with 95 % bootstrap
    intervals over labels, recall@1/5/10 of the similar-issue search, ece and sure_precision (pairs of
    patterns shown at .8 or more), ece_30_verdicts and ece_30_verdicts_q90 (mean and 90 % quantile of ece
    after 30 verdicts, drawn 50 times; the interval holds 95 % of the draws).
    """
    told = pl.DataFrame({"issue_id": issues["issue_id"], "label": labels.cast(pl.String)})
    table = canonical_issues(issues).join(told, on="issue_id", how="left", maintain_order="left")
    grouping = group_issues(table, fingerprint_issues(table))
    known = table.filter(pl.col("label").is_not_null())
    figures = evaluate(known["issue_id"], known["label"], grouping.members, grouping.patterns)
    predicted = predicted_groups(known["issue_id"], grouping.members)
    intervals = bootstrap(predicted, known["label"], seed=seed)
    found = similar_to_each(table, known["issue_id"], limit=max(RANKS))
    search = recall_at(found, dict(known.select("issue_id", "label").iter_rows()), RANKS)
    rows: list[tuple[str, str, float, float | None, float | None]] = []
    judged = _after_verdicts(predicted, known["label"], grouping.patterns, seed)
    intervals |= judged
    for name, value in {**figures, **{key: own.value for key, own in judged.items()}, **search}.items():
        spread = intervals.get(name)
        rows.append(
            ("causeloop", name, value, spread.low if spread else None, spread.high if spread else None)
        )
    if peers:
        for name, group in PEERS.items():
            rows += _peer_rows(name, group, known)
    return pl.DataFrame(rows, schema=REPORT, orient="row")


def _after_verdicts(
    predicted: pl.Series, labels: pl.Series, patterns: pl.DataFrame, seed: int
) -> dict[str, Interval]:
    confidence, right, _ = shown_and_right(predicted, labels, patterns)
    errors = errors_after_verdicts(confidence, right, seed=seed)
    if len(errors) == 0:
        return {}
    low, high, worst = (float(value) for value in np.quantile(errors, [0.025, 0.975, 0.9]))
    return {
        "ece_30_verdicts": Interval(float(errors.mean()), low, high),
        "ece_30_verdicts_q90": Interval(worst, low, high),
    }


def _peer_rows(
    name: str, group: Callable[[pl.DataFrame], pl.Series | None], known: pl.DataFrame
) -> list[tuple[str, str, float, None, None]]:
    predicted = group(known)
    if predicted is None:
        return []
    figures = {**pair_scores(predicted, known["label"]), **group_scores(predicted, known["label"])}
    return [(name, figure, value, None, None) for figure, value in figures.items()]


CHANGES = pl.Schema(
    {"change": pl.String(), "patterns": pl.Int64(), "issues": pl.Int64(), "share": pl.Float64()}
)


def preview_regrouping(before: pl.DataFrame, after: Grouping, issues: int) -> pl.DataFrame:
    """What applying a new grouping (other rules, another version) would change, before it is applied.

    In: the `PREVIOUS` frame as it is now, a grouping made with it as `previous`, the number of issues. Out:
    a `CHANGES` frame with one row each for `kept`, `moved`, `joined` (had no pattern), `left` (has none
    now): patterns and issues concerned, and their share of all issues.
    """
    now = after.members.select("issue_id", pl.col("pattern_id").alias("now"))
    both = before.select("issue_id", "pattern_id").join(now, on="issue_id", how="full", coalesce=True)
    change = (
        pl.when(pl.col("pattern_id") == pl.col("now"))
        .then(pl.lit("kept"))
        .when(pl.col("pattern_id").is_null())
        .then(pl.lit("joined"))
        .when(pl.col("now").is_null())
        .then(pl.lit("left"))
        .otherwise(pl.lit("moved"))
    )
    counted = (
        both.with_columns(change.alias("change"), pl.coalesce("now", "pattern_id").alias("concerned"))
        .group_by("change")
        .agg(
            pl.col("concerned").n_unique().cast(pl.Int64).alias("patterns"),
            pl.len().cast(pl.Int64).alias("issues"),
        )
    )
    kinds = pl.DataFrame({"change": ["kept", "moved", "joined", "left"]})
    return (
        kinds.join(counted, on="change", how="left", maintain_order="left")
        .with_columns(pl.col("patterns", "issues").fill_null(0))
        .with_columns((pl.col("issues") / max(issues, 1)).round(6).alias("share"))
        .select(CHANGES.names())
    )


def explain_issue(members: pl.DataFrame, patterns: pl.DataFrame, issue_id: str) -> dict[str, object] | None:
    """Why an issue is where it is: its pattern's id and name, similarity, confidence, reason, and the
    nearest pattern it was not put into.

    In: `MEMBERS` and `PATTERNS`. Out: None for an issue without a pattern.
    """
    row = members.filter(pl.col("issue_id") == issue_id)
    if row.height == 0:
        return None
    names = dict(patterns.select("pattern_id", "name").iter_rows())
    told = row.row(0, named=True)
    nearest = told["nearest_pattern_id"]
    return {
        **told,
        "pattern_name": names.get(told["pattern_id"]),
        "reason": orjson.loads(told["reason"]),
        "nearest_pattern_name": names.get(nearest) if nearest else None,
    }
