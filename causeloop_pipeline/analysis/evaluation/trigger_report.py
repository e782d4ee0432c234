"""How often the change that broke it is found: our ranking beside recency and TF-IDF, families left out."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.predict.triggers.suspect_changes import (
    MAX_SUSPECTS,
    MIN_CHANCE,
    SHIPPED,
    estimate_chances,
    fit_weights,
)
from causeloop_pipeline.analysis.predict.triggers.suspect_pairs import (
    FEATURES,
    SuspectPairs,
    pair_failures_with_changes,
)

RANKS = (1, 5, 10)
BINS = 10
DRAWS = 400
TRIGGER_REPORT_SCHEMA = pl.Schema(
    {"method": pl.String, "figure": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
)
_RECENCY_PER_DAY = 0.1
_Row = tuple[str, str, float, float | None, float | None]


def evaluate_triggers(
    failures: pl.DataFrame, changes: pl.DataFrame, truth: pl.Series, families: pl.Series, *, seed: int = 0
) -> pl.DataFrame:
    """Rank the changes before failures whose change is known, and report how high the true one stands.

    In: two SUSPECT_SCHEMA frames; per failure the id of its true change and its family. Out:
    TRIGGER_REPORT_SCHEMA: the peers recency, TF-IDF and both; `causeloop` with weights learned without the
    family, the same without reading ids of changes in the failure's text, and the weights that ship.

    Figures: failures; in_sight, those whose change lies in the 90 days before; hit@1/5/10 of those in sight
    and of_all@1/5/10, with 95 % bootstrap intervals; ece, of the chances of the first five; shown, the share
    of failures for which a change stands out, and shown_right, how often such a change is the true one.
    """
    pairs = pair_failures_with_changes(failures, changes)
    is_true = (truth.gather(pairs.failure) == changes["id"].gather(pairs.change)).fill_null(value=False)
    is_known = is_true.to_numpy()
    unnamed = _without(pairs, "named")
    days = np.exp(pairs.features[:, FEATURES.index("lead")])
    peer = pairs.features[:, FEATURES.index("text")] ** 2
    scores = {
        "recency": -days,
        "tf-idf": peer,
        "tf-idf and recency": peer / (1 + _RECENCY_PER_DAY * days),
    }
    chances = {"causeloop as shipped": estimate_chances(pairs, SHIPPED)}
    if families.n_unique() > 1:
        chances["causeloop"] = _chances_across(pairs, is_known, families)
        chances["causeloop, ids unread"] = _chances_across(unnamed, is_known, families)
    rows: list[_Row] = [("all", "failures", float(failures.height), None, None)]
    rows += [("all", "in_sight", float(is_known.sum()), None, None)]
    for name, score in (scores | chances).items():
        rows += _rows_of_hits(name, pairs.failure, score, is_known, failures.height, seed)
    for name, chance in chances.items():
        rows += _rows_of_chances(name, pairs.failure, chance, is_known, failures.height)
    return pl.DataFrame(rows, schema=TRIGGER_REPORT_SCHEMA, orient="row")


def _without(pairs: SuspectPairs, name: str) -> SuspectPairs:
    mask = np.array([feature != name for feature in FEATURES], dtype=np.float64)
    return SuspectPairs(pairs.failure, pairs.change, pairs.features * mask)


def _chances_across(pairs: SuspectPairs, is_true: Bools, families: pl.Series) -> Floats:
    """Chances by weights that were learned without the failure's family."""
    chance = np.zeros(len(is_true))
    family = families.fill_null("").gather(pairs.failure)
    for name in sorted(set(family)):
        inside = (family == name).to_numpy()
        weights = fit_weights(pairs.select(~inside), is_true[~inside])
        chance[inside] = estimate_chances(pairs.select(inside), weights)
    return chance


def _rows_of_hits(
    method: str, failure: Ints, score: Floats, is_true: Bools, total: int, seed: int
) -> list[_Row]:
    ranks = _ranks_of_true(failure, score, is_true)
    padded = np.append(ranks, np.full(total - len(ranks), np.inf))
    generator = np.random.default_rng(seed)
    rows: list[_Row] = []
    for figure, standing in (("hit", ranks), ("of_all", padded)):
        samples = generator.integers(0, max(len(standing), 1), (DRAWS, len(standing)))
        for rank in RANKS:
            hit = standing <= rank
            low, high = np.quantile(hit[samples].mean(axis=1), (0.025, 0.975)) if len(hit) else (0.0, 0.0)
            share = float(hit.mean()) if len(hit) else 0.0
            rows.append((method, f"{figure}@{rank}", share, float(low), float(high)))
    return rows


def _ranks_of_true(failure: Ints, score: Floats, is_true: Bools) -> Floats:
    """The rank of the true change for each failure that has one; of equal scores the middle one."""
    frame = pl.DataFrame({"failure": failure, "score": score, "true": is_true})
    rank = pl.col("score").rank("average", descending=True).over("failure").alias("rank")
    ranks: Floats = frame.with_columns(rank).filter("true")["rank"].to_numpy()
    return ranks


def _rows_of_chances(method: str, failure: Ints, chance: Floats, is_true: Bools, total: int) -> list[_Row]:
    frame = pl.DataFrame({"failure": failure, "chance": chance, "true": is_true})
    rank = pl.col("chance").rank("ordinal", descending=True).over("failure")
    first = frame.filter(rank <= MAX_SUSPECTS)
    displayed = first.filter(pl.col("chance") >= MIN_CHANCE)
    figures: Mapping[str, float] = {
        "ece": _calibration_error(first),
        "shown": displayed["failure"].n_unique() / max(total, 1),
        "shown_right": float(displayed["true"].cast(pl.Float64).mean() or 0.0),  # type: ignore[arg-type]
        "shown_chance": float(displayed["chance"].mean() or 0.0),  # type: ignore[arg-type]
    }
    return [(method, figure, value, None, None) for figure, value in figures.items()]


def _calibration_error(frame: pl.DataFrame) -> float:
    """Expected calibration error in ten bins of equal size."""
    ordered = frame.sort("chance")
    chance, hit = ordered["chance"].to_numpy(), ordered["true"].to_numpy()
    bins = [part for part in np.array_split(np.arange(len(chance)), BINS) if len(part)]
    gaps = [len(part) * abs(chance[part].mean() - hit[part].mean()) for part in bins]
    return float(sum(gaps) / max(len(chance), 1))
