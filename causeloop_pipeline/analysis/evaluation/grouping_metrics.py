"""How good a grouping is against labels: pairs, whole groups, search, and whether its confidence can be
believed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.grouping.confidence import ENOUGH_VERDICTS, recalibrate

SURE = 0.8
_BINS = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the 2.5 % and 97.5 % quantiles of its bootstrap."""

    value: float
    low: float
    high: float


def pair_counts(predicted: pl.Series, labels: pl.Series) -> tuple[int, int, int]:
    """In, two groupings of the same rows; out, pairs together in both, in the predicted, in the labelled
    one.
    """
    table = pl.DataFrame({"predicted": predicted, "label": labels})
    return _pairs(table, ["predicted", "label"]), _pairs(table, ["predicted"]), _pairs(table, ["label"])


def _pairs(table: pl.DataFrame, columns: list[str]) -> int:
    sizes = table.group_by(columns).len()["len"].cast(pl.Int64)
    return int((sizes * (sizes - 1) // 2).sum())


def pair_scores(predicted: pl.Series, labels: pl.Series) -> dict[str, float]:
    """Pairwise precision, recall and F1, and the adjusted Rand index (Hubert and Arabie, 1985)."""
    both, ours, theirs = pair_counts(predicted, labels)
    total = len(labels) * (len(labels) - 1) // 2
    expected = ours * theirs / total if total else 0.0
    span = (ours + theirs) / 2 - expected
    return {
        "precision": both / ours if ours else 0.0,
        "recall": both / theirs if theirs else 0.0,
        "f1": 2 * both / (ours + theirs) if ours + theirs else 0.0,
        "ari": (both - expected) / span if span else 1.0,
    }


def group_scores(predicted: pl.Series, labels: pl.Series) -> dict[str, float]:
    """GA: share of rows whose whole group is right (Zhu et al., ICSE 2019); FGA: F1 of right groups (Jiang
    et al., ISSTA 2024).
    """
    pairs = pl.DataFrame({"predicted": predicted, "label": labels}).group_by("predicted", "label").len()
    right = pairs.filter((pl.len().over("predicted") == 1) & (pl.len().over("label") == 1))
    groups = predicted.n_unique() + labels.n_unique()
    return {
        "ga": float(right["len"].sum() / len(labels)) if len(labels) else 0.0,
        "fga": 2 * right.height / groups if groups else 0.0,
    }


def recall_at(
    found: Mapping[str, Sequence[str]], label_of: Mapping[str, str], ranks: Sequence[int]
) -> dict[str, float]:
    """In, per issue the similar issues in order; out, per rank the share of issues with a mate that meet one
    by then.
    """
    sizes: dict[str, int] = {}
    for label in label_of.values():
        sizes[label] = sizes.get(label, 0) + 1
    asked = [issue for issue in sorted(label_of) if sizes[label_of[issue]] > 1]
    hits = dict.fromkeys(ranks, 0)
    for issue in asked:
        labels = [label_of.get(other) for other in found.get(issue, ())]
        for rank in ranks:
            hits[rank] += label_of[issue] in labels[:rank]
    return {f"recall@{rank}": hits[rank] / len(asked) if asked else 0.0 for rank in ranks}


def pattern_purity(predicted: pl.Series, labels: pl.Series) -> pl.DataFrame:
    """Per predicted group of two or more: `pairs` and the share of them whose labels agree (`right`)."""
    table = pl.DataFrame({"predicted": predicted, "label": labels})
    same = (
        table.group_by("predicted", "label")
        .len("n")
        .group_by("predicted")
        .agg(_choose("n").sum().alias("same"))
    )
    return (
        table.group_by("predicted")
        .len("n")
        .filter(pl.col("n") > 1)
        .with_columns(_choose("n").alias("pairs"))
        .join(same, on="predicted")
        .select("predicted", "pairs", (pl.col("same") / pl.col("pairs")).alias("right"))
        .sort("predicted")
    )


def _choose(name: str) -> pl.Expr:
    count = pl.col(name).cast(pl.Int64)
    return count * (count - 1) // 2


def calibration_error(confidence: Floats, right: Floats) -> float:
    """Expected calibration error over shown patterns, ten equal-width bins (Naeini et al., 2015); 0 without
    patterns.

    `confidence`: per pattern; `right`: the share of its pairs that belong together. Every pattern counts
    once.
    """
    if len(confidence) == 0:
        return 0.0
    bins = np.minimum((confidence * _BINS).astype(np.int64), _BINS - 1)
    gaps = np.bincount(bins, confidence - right, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def sure_precision(confidence: Floats, pairs: Floats, right: Floats) -> float:
    """Precision over the pairs of patterns shown at a confidence of .8 or more; NaN without such a
    pattern.
    """
    sure = confidence >= SURE
    total = float(pairs[sure].sum())
    return float((right * pairs)[sure].sum() / total) if total else float("nan")


def bootstrap(predicted: pl.Series, labels: pl.Series, *, seed: int, draws: int = 200) -> dict[str, Interval]:
    """Pair and group figures with intervals, by drawing whole labels anew.

    Rows of one label are drawn together, for single rows would break the pairs that the figures count; a
    label drawn twice weighs double, and its copies are strangers to one another. Out: precision, recall, f1,
    ga, fga.
    """
    table = pl.DataFrame({"predicted": predicted, "label": labels}).with_columns(pl.all().rank("dense"))
    cells = table.group_by("predicted", "label").len("n").sort("predicted", "label")
    group, label, n = (cells[name].to_numpy().astype(np.int64) for name in ("predicted", "label", "n"))
    group, label = group - 1, label - 1
    whole = _weighted_scores(group, label, n, np.ones(int(label.max(initial=-1)) + 1))
    generator = np.random.default_rng(seed)
    count = int(label.max(initial=-1)) + 1
    drawn = [
        _weighted_scores(
            group,
            label,
            n,
            np.bincount(generator.integers(0, count, count), minlength=count).astype(np.float64),
        )
        for _ in range(draws)
    ]
    found = {}
    for name, value in whole.items():
        low, high = np.quantile([draw[name] for draw in drawn], [0.025, 0.975])
        found[name] = Interval(value, float(low), float(high))
    return found


def _weighted_scores(group: Ints, label: Ints, n: Ints, weight: Floats) -> dict[str, float]:
    w = weight[label].astype(np.float64)
    rows = w * n
    both = float((w * n * (n - 1) / 2).sum())
    in_group = np.bincount(group, rows)
    ours = both + float((in_group**2).sum() - np.bincount(group, rows**2).sum()) / 2
    in_label = np.bincount(label, n)
    theirs = float((weight * in_label * (in_label - 1) / 2).sum())
    right = (np.bincount(group)[group] == 1) & (np.bincount(label)[label] == 1)
    groups = float((in_group / np.bincount(group, n)).sum() + weight.sum())
    return {
        "precision": both / ours if ours else 0.0,
        "recall": both / theirs if theirs else 0.0,
        "f1": 2 * both / (ours + theirs) if ours + theirs else 0.0,
        "ga": float(rows[right].sum() / rows.sum()) if rows.sum() else 0.0,
        "fga": 2 * float(w[right].sum()) / groups if groups else 0.0,
    }


def evaluate(
    issue_ids: pl.Series, labels: pl.Series, members: pl.DataFrame, patterns: pl.DataFrame
) -> dict[str, float]:
    """All figures of one grouping.

    In: ids and labels of the issues; `MEMBERS` and `PATTERNS` rows. An issue without a pattern is a group of
    its own. Out: precision, recall, f1, ari, ga, fga, ece, sure_precision, patterns.
    """
    predicted = predicted_groups(issue_ids, members)
    shown, right, pairs = shown_and_right(predicted, labels, patterns)
    return {
        **pair_scores(predicted, labels),
        **group_scores(predicted, labels),
        "ece": calibration_error(shown, right),
        "sure_precision": sure_precision(shown, pairs, right),
        "patterns": float(patterns.height),
    }


def shown_and_right(
    predicted: pl.Series, labels: pl.Series, patterns: pl.DataFrame
) -> tuple[Floats, Floats, Floats]:
    """Per predicted pattern of two or more: its confidence, the share of its pairs whose labels agree, and
    how many pairs it has.
    """
    confidence = dict(patterns.select("pattern_id", "confidence").iter_rows())
    purity = pattern_purity(predicted, labels)
    shown = np.array([confidence[name] for name in purity["predicted"].to_list()], dtype=np.float64)
    return shown, purity["right"].to_numpy(), purity["pairs"].to_numpy().astype(np.float64)


def errors_after_verdicts(
    confidence: Floats, right: Floats, *, verdicts: int = ENOUGH_VERDICTS, seed: int = 0, draws: int = 50
) -> Floats:
    """What the calibration error would be once people had judged some pairs, drawn anew each time.

    In: per pattern its confidence and the share of its pairs that belong together. A verdict is on a random
    pair of a random pattern; verdicts recalibrate as they do in a workspace. Out: one error per draw; none
    without patterns.
    """
    generator = np.random.default_rng(seed)
    found = []
    for _ in range(draws if len(confidence) else 0):
        asked = generator.choice(len(confidence), verdicts, replace=len(confidence) < verdicts)
        learnt = recalibrate(confidence[asked], generator.random(verdicts) < right[asked])
        found.append(calibration_error(learnt.apply(confidence), right))
    return np.array(found, dtype=np.float64)


def predicted_groups(issue_ids: pl.Series, members: pl.DataFrame) -> pl.Series:
    """Per issue its pattern, or its own id."""
    known = members.select("issue_id", "pattern_id").unique("issue_id", keep="any")
    joined = pl.DataFrame({"issue_id": issue_ids}).join(
        known, on="issue_id", how="left", maintain_order="left"
    )
    return joined.select(pl.coalesce("pattern_id", "issue_id").alias("predicted"))["predicted"]
