"""How likely two texts tell of one cause: twelve features of a pair, one fixed set of weights, one intercept
per workspace.

The weights were fitted on public bug trackers and transfer from one to another; how common duplicates are
does not, so the intercept is read from the workspace itself: where duplicates are common, nearest neighbours
stand out from the second nearest.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.candidates import NEIGHBOURS, Neighbours
from causeloop_pipeline.analysis.corpus import TITLE_WEIGHT, Corpus, Lexicon

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# feature: (weight, mean, standard deviation) over the candidate pairs of the trackers it was fitted on
WEIGHTS = {
    "rare_terms": (0.68, 0.427, 0.168),
    "nearness": (0.10, 0.371, 0.207),
    "standing_out": (1.05, -0.90, 0.513),
    "short_text": (-0.15, 3.524, 0.982),
    "other_exception": (-0.08, 0.022, 0.145),
    "rank": (-0.12, 2.496, 0.536),
    "same_exception": (0.05, 0.023, 0.148),
    "body_cosine": (0.26, 0.111, 0.131),
    "days_apart": (-0.10, 5.75, 1.02),
    "other_numbers": (-0.19, 0.116, 0.319),
    "title_retold": (0.27, 0.286, 0.152),
    "component": (0.68, 0.0, 1.0),
}
SAME_TEXT = 0.99
_SAME_BODY = 0.9
_CHUNK = 40_000
_FAINT = 0.02
LOWEST_INTERCEPT = -6.3
_GAPS = (0.08, 0.33, 0.50)
_JOINING, _SHOWN = (LOWEST_INTERCEPT, -4.0, -3.5), (-8.3, -4.3, -3.7)
_PRIOR_GAP, _PRIOR_WEIGHT = 0.3, 200.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Undirected candidate pairs: rows `left` and `right` of two corpora (or one), cosine and log odds
    without intercept.
    """

    left: Ints
    right: Ints
    cosine: Floats
    score: Floats
    same_text: NDArray[np.bool_]

    def probability(self, intercept: float | Floats) -> Floats:
        """How likely each pair is one cause."""
        plain = 1.0 / (1.0 + np.exp(-(self.score + intercept)))
        return np.where(self.same_text, np.maximum(plain, SAME_TEXT), plain)


@dataclass(frozen=True, slots=True)
class BaseRate:
    """Log odds of a workspace's base rate: as groups are best formed with it, and as it is most likely to be
    (shown).
    """

    joining: float
    shown: float


def base_rate_from(neighbours: Neighbours) -> BaseRate:
    """The base rate, from how far nearest neighbours stand out (mean gap 1st-2nd over twice the mean gap
    2nd-3rd).

    Few duplicates are worth finding at more false alarms than their odds: where duplicates are rare,
    groups are formed more boldly than confidence says.
    """
    at = np.flatnonzero(neighbours.rank == 3)
    gap = _PRIOR_GAP
    if len(at):
        first, second, last = (neighbours.cosine[at - back] for back in (2, 1, 0))
        own = float(np.mean(first - second)) / max(2.0 * float(np.mean(second - last)), 1e-9) - 1.0
        gap = (len(at) * own + _PRIOR_WEIGHT * _PRIOR_GAP) / (len(at) + _PRIOR_WEIGHT)
    return BaseRate(float(np.interp(gap, _GAPS, _JOINING)), float(np.interp(gap, _GAPS, _SHOWN)))


@dataclass(frozen=True, slots=True)
class Standing:
    """Per text, the cosines of its nearest and second nearest neighbour."""

    first: Floats
    second: Floats


def standing_of(neighbours: Neighbours, texts: int) -> Standing:
    """How near the two nearest neighbours of each text are; 0 where it has none."""
    first, second = np.zeros(texts), np.zeros(texts)
    nearest, next_nearest = neighbours.rank == 1, neighbours.rank == 2
    first[neighbours.row[nearest]] = neighbours.cosine[nearest]
    second[neighbours.row[next_nearest]] = neighbours.cosine[next_nearest]
    return Standing(first, second)


@dataclass(frozen=True, slots=True)
class Found:
    """Candidate pairs as the search found them; `best`: the better of both texts' nearest cosines; `rival`:
    the (geometric) mean cosine of the nearest OTHER neighbour of each."""

    left: Ints
    right: Ints
    rank: Ints
    cosine: Floats
    best: Floats
    rival: Floats


def undirected(neighbours: Neighbours, texts: int) -> Found:
    """Each pair once, `left` < `right`, with the worse of its two ranks (one more than the last if found
    from one side only).
    """
    low, high = np.minimum(neighbours.row, neighbours.other), np.maximum(neighbours.row, neighbours.other)
    key, inverse, found = np.unique(low * texts + high, return_inverse=True, return_counts=True)
    worst = np.where(found > 1, 0, NEIGHBOURS + 1)
    np.maximum.at(worst, inverse, neighbours.rank)
    cosine = np.zeros(len(key))
    np.maximum.at(cosine, inverse, neighbours.cosine)
    standing = standing_of(neighbours, texts)
    return stood(key // max(texts, 1), key % max(texts, 1), worst, cosine, standing, standing)


def stood(left: Ints, right: Ints, rank: Ints, cosine: Floats, ours: Standing, theirs: Standing) -> Found:
    """Candidate pairs with how far each stands out among the neighbours of both its texts."""
    best = np.maximum(np.maximum(ours.first[left], theirs.first[right]), cosine)
    rivals = [
        np.where(cosine >= side.first[row] - 1e-6, side.second[row], side.first[row])
        for side, row in ((ours, left), (theirs, right))
    ]
    rival = np.sqrt(np.maximum(rivals[0], _FAINT) * np.maximum(rivals[1], _FAINT))
    return Found(left, right, rank, cosine, best, rival)


def score_pairs(ours: Corpus, theirs: Corpus, lexicon: Lexicon, found: Found) -> Pairs:
    """Scores pairs of a row of `ours` and a row of `theirs`.

    Out: log odds: standardized features times `WEIGHTS`; a feature that a pair lacks counts as average, so
    that missing fields are never evidence.
    """
    parts = [
        _scored(pair_features(ours, theirs, lexicon, found, slice(at, at + _CHUNK)))
        for at in range(0, len(found.left), _CHUNK)
    ]
    if not parts:
        nothing = np.empty(0)
        return Pairs(found.left, found.right, nothing, nothing, np.empty(0, dtype=bool))
    cosine, score, same = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Pairs(found.left, found.right, cosine, score, same)


def _scored(features: dict[str, Floats]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    score = np.zeros(len(features["cosine"]))
    for name, (weight, mean, deviation) in WEIGHTS.items():
        score += weight * (np.nan_to_num(features[name], nan=mean) - mean) / deviation
    return features["cosine"], score, features["same_text"] > 0


def pair_features(
    ours: Corpus, theirs: Corpus, lexicon: Lexicon, found: Found, part: slice
) -> dict[str, Floats]:
    """The features of some candidate pairs by name (NaN: a field is missing), and `cosine` and
    `same_text`.
    """
    left, right = found.left[part], found.right[part]
    idf = lexicon.idf
    a, b = rows_of(ours.whole, left, len(idf)), rows_of(theirs.whole, right, len(idf))
    title_a, title_b = rows_of(ours.title, left, len(idf)), rows_of(theirs.title, right, len(idf))
    cosine = row_dots(a, b)
    dots = row_dots(title_a, b), row_dots(title_b, a), row_dots(title_a, title_b)
    body = _body_cosine(ours, theirs, left, right, cosine, dots)
    ours_marks, theirs_marks = ours.marks[left], theirs.marks[right]
    exact = (ours_marks["exact"] == theirs_marks["exact"]).to_numpy() & (ours_marks["exact"] != "").to_numpy()
    blank = (ours_marks["blank"] & theirs_marks["blank"]).to_numpy()
    return {
        "cosine": cosine,
        "same_text": (exact & (blank | (body >= _SAME_BODY))).astype(np.float64),
        "rare_terms": rarest_shared(a, b, idf) / (3.0 * np.log(lexicon.texts + 1.0)),
        "nearness": found.cosine[part] / np.maximum(found.best[part], 1e-9),
        "standing_out": np.log(np.maximum(found.cosine[part], _FAINT) / found.rival[part]),
        "short_text": np.log1p(np.minimum(ours.length[left], theirs.length[right])),
        "rank": np.log1p(found.rank[part]),
        "body_cosine": body,
        "title_retold": (_retold(title_a, b, idf) + _retold(title_b, a, idf)) / 2.0,
        **_mark_features(ours_marks, theirs_marks),
    }


def rows_of(matrix: Any, rows: Ints, width: int) -> Any:
    """Some rows, over the terms of a lexicon that may have grown since."""
    from scipy.sparse import csr_array

    taken = matrix[rows]
    return csr_array((taken.data, taken.indices, taken.indptr), shape=(len(rows), width))


def row_dots(a: Any, b: Any) -> Floats:
    """The dot product of each row of one matrix with the same row of the other."""
    return np.asarray(a.multiply(b).sum(axis=1), dtype=np.float64).ravel()


def rarest_shared(a: Any, b: Any, idf: Floats, *, most: int = 3) -> Floats:
    """Per pair of rows, the summed idf of the (three) rarest terms that both hold."""
    shared = _pattern(a, idf).multiply(_pattern(b, None)).tocsr()
    rows = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
    order = np.lexsort((-shared.data, rows))
    place = np.arange(len(rows)) - np.repeat(shared.indptr[:-1], np.diff(shared.indptr))
    top = order[place < most]
    return np.bincount(rows[top], shared.data[top], minlength=shared.shape[0]).astype(np.float64)


def _pattern(matrix: Any, weights: Floats | None) -> Any:
    from scipy.sparse import csr_array

    data = np.ones(len(matrix.indices)) if weights is None else weights[matrix.indices]
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _retold(title: Any, whole: Any, idf: Floats) -> Floats:
    """The share of a title, by rarity, that the other text repeats."""
    weighted = _pattern(title, idf)
    total = np.asarray(weighted.sum(axis=1)).ravel()
    return np.asarray(row_dots(weighted, _pattern(whole, None)) / np.maximum(total, 1e-9))


def _body_cosine(
    ours: Corpus, theirs: Corpus, left: Ints, right: Ints, cosine: Floats, dots: tuple[Floats, Floats, Floats]
) -> Floats:
    """The cosine of the bodies alone, from whole = 2.5 times title + body."""
    na, nb = ours.whole_norm[left], theirs.whole_norm[right]
    ta, tb = TITLE_WEIGHT * ours.title_norm[left], TITLE_WEIGHT * theirs.title_norm[right]
    title_whole, whole_title, titles = dots
    body = na * nb * cosine - ta * nb * title_whole - tb * na * whole_title + ta * tb * titles
    sizes = ours.body_norm[left] * theirs.body_norm[right]
    return np.clip(np.where(sizes > 1e-3, body / np.maximum(sizes, 1e-3), 0.0), 0.0, 1.0)


def _mark_features(ours: pl.DataFrame, theirs: pl.DataFrame) -> dict[str, Floats]:
    both = pl.concat([ours, theirs.rename(lambda name: f"{name}_2")], how="horizontal")
    shared = pl.col("exceptions").list.set_intersection("exceptions_2").list.len() > 0
    named = (pl.col("exceptions").list.len() > 0) & (pl.col("exceptions_2").list.len() > 0)
    lacks = pl.col("numbers").list.set_difference("numbers_2").list.len() > 0
    lacked = pl.col("numbers_2").list.set_difference("numbers").list.len() > 0
    place = pl.coalesce(_agreement("component"), _agreement("place"), pl.lit(0.0))
    table = both.select(
        (named & ~shared).cast(pl.Float64).alias("other_exception"),
        shared.cast(pl.Float64).alias("same_exception"),
        (lacks & lacked).cast(pl.Float64).alias("other_numbers"),
        place.alias("component"),
        ((pl.col("created") - pl.col("created_2")).abs() / 86_400.0).log1p().alias("days_apart"),
    )
    return {name: table[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in table.columns}


def _agreement(name: str) -> pl.Expr:
    """1 for the same rare value, 0 for one that all share, -1 for different ones, null if one of both is
    unknown.
    """
    same = pl.col(name) == pl.col(f"{name}_2")
    return pl.when(same).then(1.0 - pl.col(f"{name}_share")).when(~same).then(-1.0)
