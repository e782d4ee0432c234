"""How likely two texts have one cause: eleven features of a pair with fixed weights.

The weights were fitted on public bug trackers and transfer from one to another; how common duplicates are
does not, so the odds are set for each workspace (`base_rate`), and so is what time says (`time_ratio`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import NEIGHBOURS, Neighbours
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import compare_stacks
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED, PairParameters, Weight
from causeloop_pipeline.analysis.detect.similarity.series import find_series
from causeloop_pipeline.analysis.detect.similarity.sparse_rows import sum_rarest, sum_rows, take_rows
from causeloop_pipeline.analysis.detect.similarity.spelling import compare_spelling

_CHUNK = 40_000
_MIN_COSINE = 0.02
_MIN_RIVAL = 0.2  # a cosine that the nearest texts of a large tracker have at least
_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class TextPairs:
    """Undirected candidate pairs, each a row of one corpus and a row of the same or another one."""

    left: Ints
    right: Ints
    cosine: Floats
    score: Floats  # log odds of one cause by text, without a base rate
    gap_days: Floats  # between both issues; NaN without a date
    series: Floats  # what is added to the log odds, see `series`


@dataclass(frozen=True, slots=True)
class NearestCosines:
    """Per text, the cosines of its nearest and second nearest neighbour; 0 where it has none."""

    first: Floats
    second: Floats


def collect_nearest_cosines(neighbours: Neighbours, texts: int) -> NearestCosines:
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
    nearest = collect_nearest_cosines(neighbours, texts)
    return build_candidates(key // max(texts, 1), key % max(texts, 1), rank, cosine, nearest, nearest)


def build_candidates(
    left: Ints, right: Ints, rank: Ints, cosine: Floats, ours: NearestCosines, theirs: NearestCosines
) -> CandidatePairs:
    """Adds to pairs how near the other neighbours of both texts are.

    In: pairs of rows, the rank and cosine of each, the nearest cosines of the `left` and of the `right`
    corpus. Out: candidate pairs.
    """
    rivals = [
        np.where(cosine >= nearest.first[row] - 1e-6, nearest.second[row], nearest.first[row])
        for nearest, row in ((ours, left), (theirs, right))
    ]
    rival = np.sqrt(np.maximum(rivals[0], _MIN_RIVAL) * np.maximum(rivals[1], _MIN_RIVAL))
    return CandidatePairs(left, right, rank, cosine, rival)


def score_pairs(
    ours: Corpus,
    theirs: Corpus,
    lexicon: Lexicon,
    candidates: CandidatePairs,
    parameters: PairParameters = SHIPPED,
) -> TextPairs:
    """Scores pairs of a row of `ours` and a row of `theirs`.

    In: both corpora (one and the same for pairs within a workspace), their lexicon, the candidate pairs, what
    was fitted on other trackers. Out: the pairs with their scores: standardized features times weights. A
    feature that a pair lacks counts as average, so that missing fields are never evidence.
    """
    spelling = compare_title_spelling(ours, theirs, candidates)
    parts = []
    for start in range(0, len(candidates.left), _CHUNK):
        part = slice(start, start + _CHUNK)
        features = compute_pair_features(ours, theirs, lexicon, candidates, part)
        features["title_spelling"] = spelling[part]
        parts.append((features["cosine"], score_features(features, parameters), features["gap_days"]))
    if not parts:
        nothing = np.empty(0)
        return TextPairs(candidates.left, candidates.right, nothing, nothing, nothing, nothing)
    cosine, score, gap_days = (np.concatenate(column) for column in zip(*parts, strict=True))
    titles = (ours.metadata["exact"], theirs.metadata["exact"])
    series = find_series(titles, candidates.left, candidates.right, gap_days, cosine)
    return TextPairs(candidates.left, candidates.right, cosine, score, gap_days, series)


def score_features(features: Mapping[str, Floats], parameters: PairParameters = SHIPPED) -> Floats:
    """Scores pairs by their features.

    In: by name the features of pairs, NaN where a pair lacks one. Out: log odds without a base rate.
    """
    return weigh_features(features, parameters.weights)


def weigh_features(features: Mapping[str, Floats], weights: Mapping[str, Weight]) -> Floats:
    """Sums standardized features by their weights.

    In: by name the features of pairs, NaN where a pair lacks one; by name the weights. Out: a score per pair.
    """
    score = np.zeros(len(features["cosine"]))
    for name, (weight, mean, deviation) in weights.items():
        score += weight * (np.nan_to_num(features[name], nan=mean) - mean) / deviation
    return score


def compare_title_spelling(ours: Corpus, theirs: Corpus, candidates: CandidatePairs) -> Floats:
    """Computes the one feature that costs by the title, not by the pair.

    In: as `score_pairs`. Out: `title_spelling` of each pair.
    """
    titles = (ours.metadata["exact"], theirs.metadata["exact"])
    return compare_spelling(*titles, candidates.left, candidates.right)


def compute_pair_features(
    ours: Corpus, theirs: Corpus, lexicon: Lexicon, candidates: CandidatePairs, part: slice
) -> dict[str, Floats]:
    """Computes the features of candidate pairs.

    In: as `score_pairs`, and which of the pairs. Out: the features by name (NaN: a field is missing) except
    `title_spelling`, and `cosine` and `gap_days`.
    """
    left, right = candidates.left[part], candidates.right[part]
    idf = lexicon.idf
    a, b = take_rows(ours.whole, left, len(idf)), take_rows(theirs.whole, right, len(idf))
    title_a, title_b = take_rows(ours.title, left, len(idf)), take_rows(theirs.title, right, len(idf))
    shared, shared_titles = a.multiply(b), title_a.multiply(title_b)

    same_stack, both_stacks = compare_stacks(ours.frames, theirs.frames, left, right)
    return {
        "cosine": sum_rows(shared),
        "rare_terms": sum_rarest(shared, idf) / (3.0 * _highest_rarity(lexicon)),
        "rival_margin": np.log(np.maximum(candidates.cosine[part], _MIN_COSINE) / candidates.rival[part]),
        "rank": np.log1p(candidates.rank[part]),
        "title_words": sum_rows(shared_titles),
        "same_stack": same_stack,
        "both_stacks": both_stacks,
        **_title_features((title_a, title_b), (a, b), shared_titles, lexicon),
        **_metadata_features(ours.metadata[_COMPARED][left], theirs.metadata[_COMPARED][right]),
    }


def _title_features(
    titles: tuple[Any, Any], wholes: tuple[Any, Any], shared_titles: Any, lexicon: Lexicon
) -> dict[str, Floats]:
    """`title_repeated`: the share of a title, by rarity, that the other text repeats. `slot_differs`: the
    share of wording that both titles have in common, times the rarity of what each has that the other text
    lacks: `Upgrade A` and `Upgrade B` are a series, not one cause.
    """
    title_a, title_b = titles
    total_a, total_b = (np.maximum(_rarity(title, lexicon), 1e-9) for title in titles)
    repeated_a = _rarity(title_a.multiply(wholes[1]), lexicon)
    repeated_b = _rarity(title_b.multiply(wholes[0]), lexicon)
    common = _rarity(shared_titles, lexicon)
    own = np.minimum(total_a - repeated_a, total_b - repeated_b) / _highest_rarity(lexicon)
    return {
        "title_repeated": np.asarray((repeated_a / total_a + repeated_b / total_b) / 2.0),
        "slot_differs": np.asarray((common / total_a + common / total_b) / 2.0 * np.maximum(own, 0.0)),
    }


def _highest_rarity(lexicon: Lexicon) -> float:
    """The rarity of a term that one text holds; where no text is known yet, nothing is rare."""
    return float(np.log(max(lexicon.texts, 1) + 1.0))


def _rarity(terms: Any, lexicon: Lexicon) -> Floats:
    """The summed rarity of the terms in each row."""
    return sum_rows(terms, lexicon.idf[terms.indices])


def _metadata_features(ours: pl.DataFrame, theirs: pl.DataFrame) -> dict[str, Floats]:
    both = ours.hstack([column.alias(f"{column.name}_2") for column in theirs])
    return {column.name: column.to_numpy() for column in both.select(_METADATA_FEATURES)}


def _agreement(name: str) -> pl.Expr:
    """1 for the same rare value, 0 for one that all texts share, -1 for different ones, null if one of both
    is unknown. Rarity is that among the texts searched: a new text alone has none.
    """
    is_same = pl.col(name) == pl.col(f"{name}_2")
    return pl.when(is_same).then(1.0 - pl.col(f"{name}_share_2")).when(~is_same).then(-1.0)


_HAVE_EXCEPTIONS = (pl.col("exceptions").list.len() > 0) & (pl.col("exceptions_2").list.len() > 0)
_SHARE_EXCEPTION = pl.col("exceptions").list.set_intersection("exceptions_2").list.len() > 0
_COMPARED = ["exceptions", "component", "component_share", "place", "place_share", "created"]
_METADATA_FEATURES = [
    feature.cast(pl.Float64).fill_null(float("nan")).alias(name)
    for name, feature in {
        "other_exception": _HAVE_EXCEPTIONS & ~_SHARE_EXCEPTION,
        "component": pl.coalesce(_agreement("component"), _agreement("place"), pl.lit(0.0)),
        "gap_days": (pl.col("created") - pl.col("created_2")).abs() / _DAY_SECONDS,
    }.items()
]
