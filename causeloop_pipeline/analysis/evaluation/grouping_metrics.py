"""Metrics of a grouping against labels: pairs, whole groups, search, and calibration of the confidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.confidence import MIN_VERDICTS, recalibrate

HIGH_CONFIDENCE = 0.8
_BINS = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the 2.5 % and 97.5 % quantiles of its bootstrap."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PatternPurity:
    """Per predicted pattern of two or more issues: its confidence and how right it is."""

    confidence: Floats
    right: Floats  # the share of its pairs whose labels agree
    pairs: Floats


def count_pairs(predicted: pl.Series, labels: pl.Series) -> tuple[int, int, int]:
    """Counts pairs of rows.

    In: two groupings of the same rows. Out: how many pairs are together in both, in the predicted one, in the
    labelled one.
    """
    table = pl.DataFrame({"predicted": predicted, "label": labels})
    return (
        _pairs_within(table, ["predicted", "label"]),
        _pairs_within(table, ["predicted"]),
        _pairs_within(table, ["label"]),
    )


def _pairs_within(table: pl.DataFrame, columns: list[str]) -> int:
    sizes = table.group_by(columns).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def pair_scores(predicted: pl.Series, labels: pl.Series) -> dict[str, float]:
    """Scores the pairs of a grouping.

    In: two groupings of the same rows. Out: pairwise precision, recall and f1, and ari, the adjusted Rand
    index (Hubert and Arabie, 1985).
    """
    in_both, in_predicted, in_labels = count_pairs(predicted, labels)
    total = len(labels) * (len(labels) - 1) // 2
    expected = in_predicted * in_labels / total if total else 0.0
    span = (in_predicted + in_labels) / 2 - expected
    return {
        "precision": in_both / in_predicted if in_predicted else 0.0,
        "recall": in_both / in_labels if in_labels else 0.0,
        "f1": 2 * in_both / (in_predicted + in_labels) if in_predicted + in_labels else 0.0,
        "ari": (in_both - expected) / span if span else 1.0,
    }


def group_scores(predicted: pl.Series, labels: pl.Series) -> dict[str, float]:
    """Scores whole groups.

    In: two groupings of the same rows. Out: ga, the share of rows whose whole group is right (Zhu et al.,
    ICSE 2019), and fga, the F1 of right groups (Jiang et al., ISSTA 2024).
    """
    cells = pl.DataFrame({"predicted": predicted, "label": labels}).group_by("predicted", "label").len()
    right = cells.filter((pl.len().over("predicted") == 1) & (pl.len().over("label") == 1))
    groups = predicted.n_unique() + labels.n_unique()
    return {
        "ga": float(right["len"].sum() / len(labels)) if len(labels) else 0.0,
        "fga": 2 * right.height / groups if groups else 0.0,
    }


def recall_at(
    similar: Mapping[str, Sequence[str]], label_of: Mapping[str, str], ranks: Sequence[int]
) -> dict[str, float]:
    """Scores the search for similar issues.

    In: per issue the similar issues in order, the label of each issue, the ranks to report. Out: per rank the
    share of issues for which another issue of their label stands at that rank or before; issues that are
    alone with their label do not count.
    """
    sizes: dict[str, int] = {}
    for label in label_of.values():
        sizes[label] = sizes.get(label, 0) + 1
    queries = [issue for issue in sorted(label_of) if sizes[label_of[issue]] > 1]

    hits = dict.fromkeys(ranks, 0)
    for issue in queries:
        labels = [label_of.get(other) for other in similar.get(issue, ())]
        for rank in ranks:
            hits[rank] += label_of[issue] in labels[:rank]
    return {f"recall@{rank}": hits[rank] / len(queries) if queries else 0.0 for rank in ranks}


def pattern_purity(predicted: pl.Series, labels: pl.Series) -> pl.DataFrame:
    """Measures how pure each predicted group is.

    In: two groupings of the same rows. Out: per predicted group of two or more rows `predicted`, `pairs`, and
    `right`, the share of its pairs whose labels agree.
    """
    table = pl.DataFrame({"predicted": predicted, "label": labels})
    same_label = (
        table.group_by("predicted", "label")
        .len("n")
        .group_by("predicted")
        .agg(_pairs_of("n").sum().alias("same_label"))
    )
    return (
        table.group_by("predicted")
        .len("n")
        .filter(pl.col("n") > 1)
        .with_columns(_pairs_of("n").alias("pairs"))
        .join(same_label, on="predicted")
        .select("predicted", "pairs", (pl.col("same_label") / pl.col("pairs")).alias("right"))
        .sort("predicted")
    )


def _pairs_of(name: str) -> pl.Expr:
    count = pl.col(name).cast(pl.Int64)
    return count * (count - 1) // 2


def calibration_error(confidence: Floats, right: Floats) -> float:
    """Computes the expected calibration error over ten equal-width bins (Naeini et al., 2015).

    In: per pattern its confidence, and the share of its pairs that belong together. Out: the error, 0 without
    patterns. Every pattern counts once.
    """
    if len(confidence) == 0:
        return 0.0
    bins = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    gaps = np.bincount(bins, confidence - right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def measure_reliability(purity: PatternPurity) -> dict[str, float]:
    """Compares the confidence of patterns with how right they are, by decile of the confidence.

    In: patterns. Out: for each decile that has patterns, by its lower end: `predicted@.1`, their mean
    confidence; `observed@.1`, the mean share of their pairs that belong together; `patterns@.1`, how many.
    """
    bins = np.minimum((purity.confidence * _BINS).astype(np.int64), _BINS - 1)
    figures: dict[str, float] = {}
    for decile in np.unique(bins).tolist():
        is_in, name = bins == decile, f"{decile / _BINS:.1f}"
        figures |= {
            f"predicted@{name}": float(purity.confidence[is_in].mean()),
            f"observed@{name}": float(purity.right[is_in].mean()),
            f"patterns@{name}": float(is_in.sum()),
        }
    return figures


def high_confidence_precision(purity: PatternPurity) -> float:
    """Computes the precision over the pairs of patterns with a confidence of .8 or more.

    In: patterns. Out: the precision, NaN without such a pattern.
    """
    is_high = purity.confidence >= HIGH_CONFIDENCE
    total = float(purity.pairs[is_high].sum())
    return float((purity.right * purity.pairs)[is_high].sum() / total) if total else float("nan")


def bootstrap(predicted: pl.Series, labels: pl.Series, *, seed: int, draws: int = 200) -> dict[str, Interval]:
    """Computes pair and group figures with intervals.

    In: two groupings of the same rows. Out: precision, recall, f1, ga, fga.

    Method: bootstrap over whole labels. The rows of one label are drawn together, for single rows would break
    the pairs that the figures count; a label that is drawn twice counts twice, as two different labels.
    """
    table = pl.DataFrame({"predicted": predicted, "label": labels}).with_columns(pl.all().rank("dense"))
    cells = table.group_by("predicted", "label").len("n").sort("predicted", "label")
    group, label, n = (cells[name].to_numpy().astype(np.int64) for name in ("predicted", "label", "n"))
    group, label = group - 1, label - 1

    label_count = int(label.max(initial=-1)) + 1
    whole = _score_weighted_cells(group, label, n, np.ones(label_count))
    generator = np.random.default_rng(seed)
    samples = []
    for _ in range(draws):
        times_drawn = np.bincount(generator.integers(0, label_count, label_count), minlength=label_count)
        samples.append(_score_weighted_cells(group, label, n, times_drawn.astype(np.float64)))

    intervals = {}
    for name, value in whole.items():
        low, high = np.quantile([sample[name] for sample in samples], [0.025, 0.975])
        intervals[name] = Interval(value, float(low), float(high))
    return intervals


def _score_weighted_cells(group: Ints, label: Ints, n: Ints, weight_of_label: Floats) -> dict[str, float]:
    """The figures of cells (`n` rows of a group and a label) whose labels count by their weight."""
    weight = weight_of_label[label].astype(np.float64)
    rows = weight * n
    in_both = float((weight * n * (n - 1) / 2).sum())
    rows_of_group = np.bincount(group, rows)
    across_labels = float((rows_of_group**2).sum() - np.bincount(group, rows**2).sum()) / 2
    in_predicted = in_both + across_labels
    size_of_label = np.bincount(label, n)
    in_labels = float((weight_of_label * size_of_label * (size_of_label - 1) / 2).sum())
    is_right = (np.bincount(group)[group] == 1) & (np.bincount(label)[label] == 1)
    groups = float((rows_of_group / np.bincount(group, n)).sum() + weight_of_label.sum())
    return {
        "precision": in_both / in_predicted if in_predicted else 0.0,
        "recall": in_both / in_labels if in_labels else 0.0,
        "f1": 2 * in_both / (in_predicted + in_labels) if in_predicted + in_labels else 0.0,
        "ga": float(rows[is_right].sum() / rows.sum()) if rows.sum() else 0.0,
        "fga": 2 * float(weight[is_right].sum()) / groups if groups else 0.0,
    }


def evaluate(
    issue_ids: pl.Series, labels: pl.Series, members: pl.DataFrame, patterns: pl.DataFrame
) -> dict[str, float]:
    """Computes all figures of one grouping.

    In: ids and labels of the issues; `MEMBER_SCHEMA` and `PATTERN_SCHEMA` rows. An issue without a pattern is
    a group of its own. Out: precision, recall, f1, ari, ga, fga, ece, sure_precision, patterns, and
    `measure_reliability`.
    """
    predicted = read_predicted_groups(issue_ids, members)
    purity = measure_purity(predicted, labels, patterns)
    return {
        **pair_scores(predicted, labels),
        **group_scores(predicted, labels),
        "ece": calibration_error(purity.confidence, purity.right),
        "sure_precision": high_confidence_precision(purity),
        "patterns": float(patterns.height),
        **measure_reliability(purity),
    }


def measure_purity(predicted: pl.Series, labels: pl.Series, patterns: pl.DataFrame) -> PatternPurity:
    """Measures how pure each predicted pattern is.

    In: per issue its pattern and its label; `PATTERN_SCHEMA` rows. Out: the patterns of two or more issues.
    """
    confidence_of = dict(patterns.select("pattern_id", "confidence").iter_rows())
    purity = pattern_purity(predicted, labels)
    confidence = [confidence_of[pattern_id] for pattern_id in purity["predicted"].to_list()]
    return PatternPurity(
        np.array(confidence, dtype=np.float64),
        purity["right"].to_numpy(),
        purity["pairs"].to_numpy().astype(np.float64),
    )


def calibration_errors_after_feedback(
    purity: PatternPurity, *, verdicts: int = MIN_VERDICTS, seed: int = 0, draws: int = 50
) -> Floats:
    """Simulates the calibration error after people have judged some pairs.

    In: patterns; the number of verdicts, each on a random pair of a random pattern, which recalibrate as they
    do in a workspace; how often they are drawn. Out: one error per draw; none without patterns.
    """
    confidence, right = purity.confidence, purity.right
    generator = np.random.default_rng(seed)
    errors = []
    for _ in range(draws if len(confidence) else 0):
        judged = generator.choice(len(confidence), verdicts, replace=len(confidence) < verdicts)
        is_same = generator.random(verdicts) < right[judged]
        recalibration = recalibrate(confidence[judged], is_same)
        errors.append(calibration_error(recalibration.apply(confidence), right))
    return np.array(errors, dtype=np.float64)


def read_predicted_groups(issue_ids: pl.Series, members: pl.DataFrame) -> pl.Series:
    """Reads the group of each issue.

    In: ids; `MEMBER_SCHEMA` rows. Out: per issue its pattern, or its own id.
    """
    pattern_of = members.select("issue_id", "pattern_id").unique("issue_id", keep="any")
    joined = pl.DataFrame({"issue_id": issue_ids}).join(
        pattern_of, on="issue_id", how="left", maintain_order="left"
    )
    return joined.select(pl.coalesce("pattern_id", "issue_id").alias("predicted"))["predicted"]
