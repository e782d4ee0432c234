"""How likely two texts tell of one cause: twelve features of a pair, one fixed set of weights, one intercept
per workspace.

The weights were fitted on public bug trackers and transfer from one to another; how common duplicates are
does not, so the intercept is read from the workspace itself (`base_rate`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import NEIGHBOURS, Neighbours
from causeloop_pipeline.analysis.detect.similarity.corpus import TITLE_WEIGHT, Corpus, Lexicon

# feature: (weight, mean, standard deviation) over the candidate pairs of the trackers it was fitted on
WEIGHTS = {
    "rare_terms": (0.65, 0.427, 0.168),
    "nearness": (0.38, 0.359, 0.199),
    "standing_out": (0.61, -0.920, 0.510),
    "short_text": (-0.12, 3.524, 0.982),
    "other_exception": (-0.03, 0.022, 0.145),
    "rank": (-0.31, 2.496, 0.536),
    "same_exception": (0.11, 0.023, 0.148),
    "body_cosine": (0.06, 0.111, 0.131),
    "long_gap": (-0.80, 0.000, 0.903),
    "title_retold": (0.16, 0.286, 0.152),
    "component": (0.74, 0.000, 1.000),
    "slot_differs": (-0.40, 0.310, 0.223),
}
RETITLED, COPIED = 1, 2
_TITLE_ODDS, _COPY_ODDS = 1.5, 4.6  # log odds of the same title, and of a copy where duplicates are usual
_COPY = 9.0  # log odds that a copy adds
_SAME_BODY = 0.9
_TITLE_TERMS = 3  # of a shorter title many reports may be in want
_SERIES = 3  # reports of one title are a series, whose title alone is no evidence
_SEASON = 4.5  # ln(1 + days): three months apart and nearer say nothing, what is farther apart is less alike
_CHUNK = 40_000
_FAINT = 0.02
_NEAR, _RIVAL = 0.3, 0.2  # the nearest, and the nearest stranger, of a large tracker are at least so near


@dataclass(frozen=True, slots=True)
class Pairs:
    """Undirected candidate pairs: rows `left` and `right` of two corpora (or one), cosine, log odds without
    intercept, and whether title (`RETITLED`) or all of the text (`COPIED`) is the same.
    """

    left: Ints
    right: Ints
    cosine: Floats
    score: Floats
    equal: NDArray[np.int8]

    def probability(self, intercept: float | Floats) -> Floats:
        """How likely each pair is one cause; a copy says less where duplicates are rare: it may be a slip of
        whoever sent it.
        """
        odds = self.score + intercept
        odds = np.where(self.equal == RETITLED, np.maximum(odds, _TITLE_ODDS), odds)
        odds = np.where(self.equal == COPIED, np.minimum(intercept + _COPY, _COPY_ODDS), odds)
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))


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
    best = np.maximum(np.maximum(ours.first[left], theirs.first[right]), np.maximum(cosine, _NEAR))
    rivals = [
        np.where(cosine >= side.first[row] - 1e-6, side.second[row], side.first[row])
        for side, row in ((ours, left), (theirs, right))
    ]
    rival = np.sqrt(np.maximum(rivals[0], _RIVAL) * np.maximum(rivals[1], _RIVAL))
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
        return Pairs(found.left, found.right, nothing, nothing, np.empty(0, dtype=np.int8))
    cosine, score, equal = (np.concatenate(column) for column in zip(*parts, strict=True))
    equal = np.where(_in_series(found.left, found.right, equal > 0, one=ours is theirs), 0, equal)
    return Pairs(found.left, found.right, cosine, score, equal.astype(np.int8))


def _scored(features: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
    score = np.zeros(len(features["cosine"]))
    for name, (weight, mean, deviation) in WEIGHTS.items():
        score += weight * (np.nan_to_num(features[name], nan=mean) - mean) / deviation
    return features["cosine"], score, features["equal"]


def _in_series(left: Ints, right: Ints, equal: NDArray[np.bool_], *, one: bool) -> NDArray[np.bool_]:
    """Which pairs of the same title are of a series: one of both has the title in common with yet another."""
    if not equal.any():
        return equal
    rows = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    ours = np.bincount(left[equal], minlength=rows)
    theirs = np.bincount(right[equal], minlength=rows)
    if one:
        ours = theirs = ours + theirs
    return equal & (np.maximum(ours[left], theirs[right]) >= _SERIES - 1)


def pair_features(
    ours: Corpus, theirs: Corpus, lexicon: Lexicon, found: Found, part: slice
) -> dict[str, Floats]:
    """The features of some candidate pairs by name (NaN: a field is missing), and `cosine` and `equal`."""
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
    retitled = exact & (np.diff(title_a.indptr) >= _TITLE_TERMS)
    return {
        "cosine": cosine,
        "equal": np.where(exact & (blank | (body >= _SAME_BODY)), COPIED, retitled * RETITLED),
        "rare_terms": rarest_shared(a, b, idf) / (3.0 * np.log(lexicon.texts + 1.0)),
        "nearness": found.cosine[part] / np.maximum(found.best[part], 1e-9),
        "standing_out": np.log(np.maximum(found.cosine[part], _FAINT) / found.rival[part]),
        "short_text": np.log1p(np.minimum(ours.length[left], theirs.length[right])),
        "rank": np.log1p(found.rank[part]),
        "body_cosine": body,
        **_title_features(title_a, title_b, a, b, lexicon),
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


def _title_features(title_a: Any, title_b: Any, a: Any, b: Any, lexicon: Lexicon) -> dict[str, Floats]:
    """`title_retold`: the share of a title, by rarity, that the other text repeats. `slot_differs`: how much
    of both titles is one wording, times the rarity of what each has that the other text lacks: `Upgrade A`
    and `Upgrade B` are a series, not one cause.
    """
    idf = lexicon.idf
    weighted = _pattern(title_a, idf), _pattern(title_b, idf)
    total = [np.maximum(np.asarray(title.sum(axis=1)).ravel(), 1e-9) for title in weighted]
    told = row_dots(weighted[0], _pattern(b, None)), row_dots(weighted[1], _pattern(a, None))
    common = row_dots(weighted[0], _pattern(title_b, None))
    own = np.minimum(total[0] - told[0], total[1] - told[1]) / np.log(lexicon.texts + 1.0)
    return {
        "title_retold": np.asarray((told[0] / total[0] + told[1] / total[1]) / 2.0),
        "slot_differs": np.asarray((common / total[0] + common / total[1]) / 2.0 * np.maximum(own, 0.0)),
    }


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
    place = pl.coalesce(_agreement("component"), _agreement("place"), pl.lit(0.0))
    table = both.select(
        (named & ~shared).cast(pl.Float64).alias("other_exception"),
        shared.cast(pl.Float64).alias("same_exception"),
        place.alias("component"),
        (((pl.col("created") - pl.col("created_2")).abs() / 86_400.0).log1p() - _SEASON)
        .clip(0.0)
        .alias("long_gap"),
    )
    told = table.select(pl.all().cast(pl.Float64).fill_null(float("nan")))
    return {column.name: column.to_numpy() for column in told}


def _agreement(name: str) -> pl.Expr:
    """1 for the same rare value, 0 for one that all share (among the texts searched: a new text alone cannot
    tell), -1 for different ones, null if one of both is unknown.
    """
    same = pl.col(name) == pl.col(f"{name}_2")
    return pl.when(same).then(1.0 - pl.col(f"{name}_share_2")).when(~same).then(-1.0)
