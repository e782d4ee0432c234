"""How likely two texts have one cause: twelve features of a pair, fixed weights, one intercept per workspace.

The weights were fitted on public bug trackers and transfer from one to another; how common duplicates are
does not, so the intercept is estimated for each workspace (`base_rate`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import NEIGHBOURS, Neighbours
from causeloop_pipeline.analysis.detect.similarity.corpus import TITLE_WEIGHT, Corpus
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.sparse_rows import (
    rarest_shared,
    row_dots,
    rows_of,
    with_weights,
)

# feature: (weight, mean, standard deviation) over the candidate pairs of the trackers it was fitted on
WEIGHTS = {
    "rare_terms": (0.65, 0.427, 0.168),
    "relative_cosine": (0.38, 0.359, 0.199),
    "rival_margin": (0.61, -0.920, 0.510),
    "text_length": (-0.12, 3.524, 0.982),
    "other_exception": (-0.03, 0.022, 0.145),
    "rank": (-0.31, 2.496, 0.536),
    "same_exception": (0.11, 0.023, 0.148),
    "body_cosine": (0.06, 0.111, 0.131),
    "long_gap": (-0.80, 0.000, 0.903),
    "title_repeated": (0.16, 0.286, 0.152),
    "component": (0.74, 0.000, 1.000),
    "slot_differs": (-0.40, 0.310, 0.223),
}
SAME_TITLE, SAME_TEXT = 1, 2
_SAME_TITLE_ODDS = 1.5  # log odds of pairs with the same title, at least
_SAME_TEXT_ODDS = 4.6  # log odds of copies where duplicates are common, at most
_SAME_TEXT_SCORE = 9.0  # what a copy adds to the intercept
_SAME_BODY_COSINE = 0.9
_MIN_TITLE_TERMS = 3  # unrelated reports share shorter titles
_SERIES_SIZE = 3  # from so many reports of one title on, the title alone is no evidence
_FREE_GAP = 4.5  # ln(1 + days): a gap of up to three months is no evidence, a longer one is against
_CHUNK = 40_000
_MIN_COSINE = 0.02
_MIN_NEAREST, _MIN_RIVAL = 0.3, 0.2  # cosines that the nearest texts of a large tracker have at least


@dataclass(frozen=True, slots=True)
class Pairs:
    """Undirected candidate pairs, each a row of one corpus and a row of the same or another one."""

    left: Ints
    right: Ints
    cosine: Floats
    score: Floats  # log odds of one cause, without the intercept
    equal: NDArray[np.int8]  # `SAME_TITLE`, `SAME_TEXT` or 0

    def probability(self, intercept: float | Floats) -> Floats:
        """The probability of one cause.

        In: the workspace's intercept, or one for each pair. Out: per pair a probability. A copy counts for
        less where duplicates are rare, for there it may have been sent twice by mistake.
        """
        odds = self.score + intercept
        odds = np.where(self.equal == SAME_TITLE, np.maximum(odds, _SAME_TITLE_ODDS), odds)
        odds = np.where(
            self.equal == SAME_TEXT, np.minimum(intercept + _SAME_TEXT_SCORE, _SAME_TEXT_ODDS), odds
        )
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))


@dataclass(frozen=True, slots=True)
class NearestCosines:
    """Per text, the cosines of its nearest and second nearest neighbour; 0 where it has none."""

    first: Floats
    second: Floats


def nearest_cosines(neighbours: Neighbours, texts: int) -> NearestCosines:
    """Collects how near the two nearest neighbours of each text are.

    In: neighbours; the number of texts. Out: two cosines for each text.
    """
    first, second = np.zeros(texts), np.zeros(texts)
    is_first, is_second = neighbours.rank == 1, neighbours.rank == 2
    first[neighbours.row[is_first]] = neighbours.cosine[is_first]
    second[neighbours.row[is_second]] = neighbours.cosine[is_second]
    return NearestCosines(first, second)


@dataclass(frozen=True, slots=True)
class CandidatePairs:
    """Undirected pairs of neighbours that wait for their score."""

    left: Ints
    right: Ints
    rank: Ints
    cosine: Floats
    best: Floats  # the higher of both texts' nearest cosines
    rival: Floats  # the (geometric) mean cosine of the nearest OTHER neighbour of each


def merge_directions(neighbours: Neighbours, texts: int) -> CandidatePairs:
    """Makes undirected pairs of the neighbours within one corpus.

    In: neighbours; the number of texts. Out: each pair once, `left` < `right`, with the worse of its two
    ranks (one more than the last if only one of both texts has the other as a neighbour).
    """
    low, high = np.minimum(neighbours.row, neighbours.other), np.maximum(neighbours.row, neighbours.other)
    key, inverse, directions = np.unique(low * texts + high, return_inverse=True, return_counts=True)
    rank = np.where(directions > 1, 0, NEIGHBOURS + 1)
    np.maximum.at(rank, inverse, neighbours.rank)
    cosine = np.zeros(len(key))
    np.maximum.at(cosine, inverse, neighbours.cosine)
    nearest = nearest_cosines(neighbours, texts)
    return build_candidates(key // max(texts, 1), key % max(texts, 1), rank, cosine, nearest, nearest)


def build_candidates(
    left: Ints, right: Ints, rank: Ints, cosine: Floats, ours: NearestCosines, theirs: NearestCosines
) -> CandidatePairs:
    """Adds to pairs how near the other neighbours of both texts are.

    In: pairs of rows, the rank and cosine of each, the nearest cosines of the `left` and of the `right`
    corpus. Out: candidate pairs.
    """
    best = np.maximum(np.maximum(ours.first[left], theirs.first[right]), np.maximum(cosine, _MIN_NEAREST))
    rivals = [
        np.where(cosine >= nearest.first[row] - 1e-6, nearest.second[row], nearest.first[row])
        for nearest, row in ((ours, left), (theirs, right))
    ]
    rival = np.sqrt(np.maximum(rivals[0], _MIN_RIVAL) * np.maximum(rivals[1], _MIN_RIVAL))
    return CandidatePairs(left, right, rank, cosine, best, rival)


def score_pairs(ours: Corpus, theirs: Corpus, lexicon: Lexicon, candidates: CandidatePairs) -> Pairs:
    """Scores pairs of a row of `ours` and a row of `theirs`.

    In: both corpora (one and the same for pairs within a workspace), their lexicon, the candidate pairs. Out:
    the pairs with their log odds: standardized features times `WEIGHTS`. A feature that a pair lacks counts
    as average, so that missing fields are never evidence.
    """
    parts = [
        _score_features(pair_features(ours, theirs, lexicon, candidates, slice(start, start + _CHUNK)))
        for start in range(0, len(candidates.left), _CHUNK)
    ]
    if not parts:
        nothing = np.empty(0)
        return Pairs(candidates.left, candidates.right, nothing, nothing, np.empty(0, dtype=np.int8))

    cosine, score, equal = (np.concatenate(column) for column in zip(*parts, strict=True))
    in_series = _is_in_series(candidates.left, candidates.right, equal > 0, is_same_corpus=ours is theirs)
    equal = np.where(in_series, 0, equal)
    return Pairs(candidates.left, candidates.right, cosine, score, equal.astype(np.int8))


def _score_features(features: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Cosine, score and `equal` of pairs."""
    score = np.zeros(len(features["cosine"]))
    for name, (weight, mean, deviation) in WEIGHTS.items():
        score += weight * (np.nan_to_num(features[name], nan=mean) - mean) / deviation
    return features["cosine"], score, features["equal"]


def _is_in_series(left: Ints, right: Ints, is_equal: Bools, *, is_same_corpus: bool) -> Bools:
    """Which pairs of one title are of a series: a third report has the title too."""
    if not is_equal.any():
        return is_equal
    rows = int(max(left.max(initial=-1), right.max(initial=-1))) + 1
    ours = np.bincount(left[is_equal], minlength=rows)
    theirs = np.bincount(right[is_equal], minlength=rows)
    if is_same_corpus:
        ours = theirs = ours + theirs
    return is_equal & (np.maximum(ours[left], theirs[right]) >= _SERIES_SIZE - 1)


def pair_features(
    ours: Corpus, theirs: Corpus, lexicon: Lexicon, candidates: CandidatePairs, part: slice
) -> dict[str, Floats]:
    """Computes the features of candidate pairs.

    In: as `score_pairs`, and which of the pairs. Out: the features by name (NaN: a field is missing), and
    `cosine` and `equal`.
    """
    left, right = candidates.left[part], candidates.right[part]
    idf = lexicon.idf
    a, b = rows_of(ours.whole, left, len(idf)), rows_of(theirs.whole, right, len(idf))
    title_a, title_b = rows_of(ours.title, left, len(idf)), rows_of(theirs.title, right, len(idf))

    cosine = row_dots(a, b)
    dots = row_dots(title_a, b), row_dots(title_b, a), row_dots(title_a, title_b)
    body_cosine = _body_cosine(ours, theirs, left, right, cosine, dots)

    metadata_a, metadata_b = ours.metadata[left], theirs.metadata[right]
    has_same_title = (metadata_a["exact"] == metadata_b["exact"]).to_numpy() & (
        metadata_a["exact"] != ""
    ).to_numpy()
    has_no_bodies = (metadata_a["blank"] & metadata_b["blank"]).to_numpy()
    is_copy = has_same_title & (has_no_bodies | (body_cosine >= _SAME_BODY_COSINE))
    is_retitled = has_same_title & (np.diff(title_a.indptr) >= _MIN_TITLE_TERMS)
    return {
        "cosine": cosine,
        "equal": np.where(is_copy, SAME_TEXT, is_retitled * SAME_TITLE),
        "rare_terms": rarest_shared(a, b, idf) / (3.0 * np.log(lexicon.texts + 1.0)),
        "relative_cosine": candidates.cosine[part] / np.maximum(candidates.best[part], 1e-9),
        "rival_margin": np.log(np.maximum(candidates.cosine[part], _MIN_COSINE) / candidates.rival[part]),
        "text_length": np.log1p(np.minimum(ours.length[left], theirs.length[right])),
        "rank": np.log1p(candidates.rank[part]),
        "body_cosine": body_cosine,
        **_title_features(title_a, title_b, a, b, lexicon),
        **_metadata_features(metadata_a, metadata_b),
    }


def _title_features(title_a: Any, title_b: Any, a: Any, b: Any, lexicon: Lexicon) -> dict[str, Floats]:
    """`title_repeated`: the share of a title, by rarity, that the other text repeats. `slot_differs`: the
    share of wording that both titles have in common, times the rarity of what each has that the other text
    lacks: `Upgrade A` and `Upgrade B` are a series, not one cause.
    """
    weighted_a, weighted_b = with_weights(title_a, lexicon.idf), with_weights(title_b, lexicon.idf)
    total_a, total_b = (
        np.maximum(np.asarray(title.sum(axis=1)).ravel(), 1e-9) for title in (weighted_a, weighted_b)
    )
    repeated_a = row_dots(weighted_a, with_weights(b, None))
    repeated_b = row_dots(weighted_b, with_weights(a, None))
    common = row_dots(weighted_a, with_weights(title_b, None))
    own = np.minimum(total_a - repeated_a, total_b - repeated_b) / np.log(lexicon.texts + 1.0)
    return {
        "title_repeated": np.asarray((repeated_a / total_a + repeated_b / total_b) / 2.0),
        "slot_differs": np.asarray((common / total_a + common / total_b) / 2.0 * np.maximum(own, 0.0)),
    }


def _body_cosine(
    ours: Corpus, theirs: Corpus, left: Ints, right: Ints, cosine: Floats, dots: tuple[Floats, Floats, Floats]
) -> Floats:
    """The cosine of the bodies alone: a whole text is `TITLE_WEIGHT` times its title, plus its body."""
    norm_a, norm_b = ours.whole_norm[left], theirs.whole_norm[right]
    title_a, title_b = TITLE_WEIGHT * ours.title_norm[left], TITLE_WEIGHT * theirs.title_norm[right]
    title_whole, whole_title, titles = dots
    body = (
        norm_a * norm_b * cosine
        - title_a * norm_b * title_whole
        - title_b * norm_a * whole_title
        + title_a * title_b * titles
    )
    sizes = ours.body_norm[left] * theirs.body_norm[right]
    return np.clip(np.where(sizes > 1e-3, body / np.maximum(sizes, 1e-3), 0.0), 0.0, 1.0)


def _metadata_features(ours: pl.DataFrame, theirs: pl.DataFrame) -> dict[str, Floats]:
    both = pl.concat([ours, theirs.rename(lambda name: f"{name}_2")], how="horizontal")
    has_shared = pl.col("exceptions").list.set_intersection("exceptions_2").list.len() > 0
    have_exceptions = (pl.col("exceptions").list.len() > 0) & (pl.col("exceptions_2").list.len() > 0)
    agreement = pl.coalesce(_agreement("component"), _agreement("place"), pl.lit(0.0))
    gap_days = (pl.col("created") - pl.col("created_2")).abs() / 86_400.0
    features = both.select(
        (have_exceptions & ~has_shared).cast(pl.Float64).alias("other_exception"),
        has_shared.cast(pl.Float64).alias("same_exception"),
        agreement.alias("component"),
        (gap_days.log1p() - _FREE_GAP).clip(0.0).alias("long_gap"),
    ).select(pl.all().cast(pl.Float64).fill_null(float("nan")))
    return {column.name: column.to_numpy() for column in features}


def _agreement(name: str) -> pl.Expr:
    """1 for the same rare value, 0 for one that all texts share, -1 for different ones, null if one of both
    is unknown. Rarity is that among the texts searched: a new text alone has none.
    """
    is_same = pl.col(name) == pl.col(f"{name}_2")
    return pl.when(is_same).then(1.0 - pl.col(f"{name}_share_2")).when(~is_same).then(-1.0)
