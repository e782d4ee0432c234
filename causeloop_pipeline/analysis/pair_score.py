"""How likely two texts tell of one cause: eleven features of a pair, one fixed set of weights, one intercept per workspace.

The weights were fitted on public bug trackers and transfer from one to another; how common duplicates are does not, so the
intercept is read from the workspace itself: where duplicates are common, nearest neighbours stand out from the second nearest.
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
    "rare_terms": (0.81, 0.433, 0.169),
    "nearness": (0.81, 0.404, 0.224),
    "short_text": (-0.32, 3.564, 1.008),
    "other_exception": (-0.15, 0.025, 0.155),
    "rank": (-0.24, 2.496, 0.536),
    "same_exception": (0.10, 0.024, 0.152),
    "body_cosine": (0.22, 0.114, 0.132),
    "days_apart": (-0.15, 5.75, 1.02),
    "other_numbers": (-0.17, 0.116, 0.319),
    "title_retold": (0.27, 0.287, 0.153),
    "component": (0.70, 0.0, 1.0),
}
SAME_TEXT = 0.99
_SAME_BODY = 0.9
_CHUNK = 40_000
_LOWEST, _STEP, _FLOOR_GAP, _GAP_RANGE = -6.5, 2.1, 0.05, 0.25
_PRIOR_GAP, _PRIOR_WEIGHT = 0.3, 200.0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Undirected candidate pairs: rows `left` and `right` of two corpora (or one), cosine and log odds without intercept."""

    left: Ints
    right: Ints
    cosine: Floats
    score: Floats
    same_text: NDArray[np.bool_]

    def probability(self, intercept: float | Floats) -> Floats:
        """How likely each pair is one cause."""
        plain = 1.0 / (1.0 + np.exp(-(self.score + intercept)))
        return np.where(self.same_text, np.maximum(plain, SAME_TEXT), plain)


def intercept_from(neighbours: Neighbours) -> float:
    """The base rate's log odds, from how far nearest neighbours stand out (mean gap 1st-2nd over twice the mean gap 2nd-3rd)."""
    at = np.flatnonzero(neighbours.rank == 3)
    if len(at) == 0:
        gap = _PRIOR_GAP
    else:
        first, second, last = (neighbours.cosine[at - back] for back in (2, 1, 0))
        own = float(np.mean(first - second)) / max(2.0 * float(np.mean(second - last)), 1e-9) - 1.0
        gap = (len(at) * own + _PRIOR_WEIGHT * _PRIOR_GAP) / (len(at) + _PRIOR_WEIGHT)
    return _LOWEST + _STEP * float(np.clip((gap - _FLOOR_GAP) / _GAP_RANGE, 0.0, 1.0))


def undirected(neighbours: Neighbours, texts: int) -> tuple[Ints, Ints, Ints]:
    """Each pair once, `left` < `right`, with the worse of its two ranks (one more than the last if found from one side only)."""
    low, high = np.minimum(neighbours.row, neighbours.other), np.maximum(neighbours.row, neighbours.other)
    key, inverse, found = np.unique(low * texts + high, return_inverse=True, return_counts=True)
    worst = np.where(found > 1, 0, NEIGHBOURS + 1)
    np.maximum.at(worst, inverse, neighbours.rank)
    return key // max(texts, 1), key % max(texts, 1), worst


def best_cosine(neighbours: Neighbours, texts: int) -> Floats:
    """Per text, the cosine of its nearest neighbour."""
    best = np.zeros(texts)
    np.maximum.at(best, neighbours.row, neighbours.cosine)
    return best


def score_pairs(
    ours: Corpus, theirs: Corpus, lexicon: Lexicon, left: Ints, right: Ints, rank: Ints, best: Floats
) -> Pairs:
    """Scores pairs of a row of `ours` and a row of `theirs`.

    In: rows, the worse rank of each pair, and the better of both texts' best cosines. Out: log odds (standardized features
    times `WEIGHTS`; a feature that a pair lacks counts as average, so that missing fields are never evidence).
    """
    parts = [
        _scored(ours, theirs, lexicon, left[at : at + _CHUNK], right[at : at + _CHUNK], rank[at : at + _CHUNK], best[at : at + _CHUNK])
        for at in range(0, len(left), _CHUNK)
    ]
    if not parts:
        nothing = np.empty(0)
        return Pairs(left, right, nothing, nothing, np.empty(0, dtype=bool))
    cosine, score, same = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Pairs(left, right, cosine, score, same)


def _scored(
    ours: Corpus, theirs: Corpus, lexicon: Lexicon, left: Ints, right: Ints, rank: Ints, best: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    a, b = ours.whole[left], theirs.whole[right]
    title_a, title_b = ours.title[left], theirs.title[right]
    idf = lexicon.idf
    cosine = row_dots(a, b)
    body = _body_cosine(ours, theirs, left, right, cosine, (row_dots(title_a, b), row_dots(title_b, a), row_dots(title_a, title_b)))
    ours_marks, theirs_marks = ours.marks[left], theirs.marks[right]
    features = {
        "rare_terms": rarest_shared(a, b, idf) / (3.0 * np.log(lexicon.texts + 1.0)),
        "nearness": cosine / np.maximum(best, 1e-9),
        "short_text": np.log1p(np.minimum(ours.length[left], theirs.length[right])),
        "rank": np.log1p(rank),
        "body_cosine": body,
        "title_retold": (_retold(title_a, b, idf) + _retold(title_b, a, idf)) / 2.0,
        **_mark_features(ours_marks, theirs_marks),
    }
    score = np.zeros(len(left))
    for name, (weight, mean, deviation) in WEIGHTS.items():
        score += weight * (np.nan_to_num(features[name], nan=mean) - mean) / deviation
    same = (ours_marks["exact"] == theirs_marks["exact"]).to_numpy() & (ours_marks["exact"] != "").to_numpy()
    both_blank = (ours_marks["blank"] & theirs_marks["blank"]).to_numpy()
    return cosine, score, same & (both_blank | (body >= _SAME_BODY))


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
    return np.bincount(rows[top], shared.data[top], minlength=shared.shape[0])


def _pattern(matrix: Any, weights: Floats | None) -> Any:
    from scipy.sparse import csr_array

    data = np.ones(len(matrix.indices)) if weights is None else weights[matrix.indices]
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _retold(title: Any, whole: Any, idf: Floats) -> Floats:
    """The share of a title, by rarity, that the other text repeats."""
    weighted = _pattern(title, idf)
    total = np.asarray(weighted.sum(axis=1)).ravel()
    return row_dots(weighted, _pattern(whole, None)) / np.maximum(total, 1e-9)


def _body_cosine(ours: Corpus, theirs: Corpus, left: Ints, right: Ints, cosine: Floats, dots: tuple[Floats, Floats, Floats]) -> Floats:
    """The cosine of the bodies alone, from whole = 2.5 × title + body."""
    na, nb = ours.whole_norm[left], theirs.whole_norm[right]
    ta, tb = TITLE_WEIGHT * ours.title_norm[left], TITLE_WEIGHT * theirs.title_norm[right]
    title_whole, whole_title, titles = dots
    body = na * nb * cosine - ta * nb * title_whole - tb * na * whole_title + ta * tb * titles
    sizes = _body_norms(ours)[left] * _body_norms(theirs)[right]
    return np.clip(np.where(sizes > 1e-3, body / np.maximum(sizes, 1e-3), 0.0), 0.0, 1.0)


def _body_norms(corpus: Corpus) -> Floats:
    title = TITLE_WEIGHT * corpus.title_norm
    cross = row_dots(corpus.title, corpus.whole)
    return np.sqrt(np.maximum(corpus.whole_norm**2 - 2.0 * title * corpus.whole_norm * cross + title**2, 0.0))


def _mark_features(ours: pl.DataFrame, theirs: pl.DataFrame) -> dict[str, Floats]:
    both = pl.concat([ours, theirs.rename(lambda name: f"{name}_2")], how="horizontal")
    shared = pl.col("exceptions").list.set_intersection("exceptions_2").list.len() > 0
    named = (pl.col("exceptions").list.len() > 0) & (pl.col("exceptions_2").list.len() > 0)
    lacks = pl.col("numbers").list.set_difference("numbers_2").list.len() > 0
    lacked = pl.col("numbers_2").list.set_difference("numbers").list.len() > 0
    same = pl.col("component") == pl.col("component_2")
    table = both.select(
        (named & ~shared).cast(pl.Float64).alias("other_exception"),
        shared.cast(pl.Float64).alias("same_exception"),
        (lacks & lacked).cast(pl.Float64).alias("other_numbers"),
        pl.when(same).then(1.0).when(~same).then(-1.0).otherwise(0.0).alias("component"),
        ((pl.col("created") - pl.col("created_2")).abs() / 86_400.0).log1p().alias("days_apart"),
    )
    return {name: table[name].cast(pl.Float64).fill_null(float("nan")).to_numpy() for name in table.columns}
