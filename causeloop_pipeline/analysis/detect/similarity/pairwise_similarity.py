"""The similarity of the texts of a workspace: candidate pairs, pair scores and base rates together."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.similarity.base_rate import BaseRate, estimate_base_rate
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import (
    Neighbours,
    build_postings,
    find_nearest_texts,
    split_blocks,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    NearestCosines,
    Pairs,
    merge_directions,
    nearest_cosines,
    score_pairs,
)


@dataclass(frozen=True, slots=True)
class PairwiseSimilarity:
    """Texts, their candidate pairs, and the probability that a pair has one cause (0 for all other pairs)."""

    lexicon: Lexicon
    corpus: Corpus
    pairs: Pairs
    merge_probability: Floats  # per pair: groups are formed by it
    displayed_probability: Floats  # per pair: what people are shown, calibrated
    base_rates: dict[str, BaseRate]  # by source
    standing: NearestCosines


def text_rows(table: pl.DataFrame) -> pl.DataFrame:
    """Selects what the comparison of texts needs.

    In: issues. Out: per issue `issue_id`, `title`, `body`, `component`, `created` (seconds), `source` (empty
    text if unknown), `place` (the service).
    """
    return table.select(
        "issue_id",
        "title",
        "body",
        "component",
        (pl.col("source_created_at").dt.epoch("us") / 1e6).alias("created"),
        pl.col("source").fill_null(""),
        pl.col("service").alias("place"),
    )


def compare_texts(texts: pl.DataFrame) -> PairwiseSimilarity:
    """Finds and scores the pairs of texts that may have one cause.

    In: `text_rows` in canonical order. Out: their similarity. Memory and time grow with the number of texts.
    """
    lexicon, counts = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, counts)
    del counts

    neighbours = _find_neighbours(texts, corpus, lexicon)
    pairs = score_pairs(corpus, corpus, lexicon, merge_directions(neighbours, corpus.size))

    base_rates = _estimate_base_rates(texts["source"], pairs)
    merge_intercept = {source: rate.merge_intercept for source, rate in base_rates.items()}
    displayed_intercept = {source: rate.displayed_intercept for source, rate in base_rates.items()}
    return PairwiseSimilarity(
        lexicon,
        corpus,
        pairs,
        _probability(pairs, texts["source"], merge_intercept),
        _probability(pairs, texts["source"], displayed_intercept),
        base_rates,
        nearest_cosines(neighbours, corpus.size),
    )


def _probability(pairs: Pairs, source: pl.Series, intercept_of_source: dict[str, float]) -> Floats:
    """Per pair, the probability of one cause; a pair of two sources takes the lower of their intercepts."""
    intercept = source.replace_strict(intercept_of_source).to_numpy()
    return pairs.probability(np.minimum(intercept[pairs.left], intercept[pairs.right]))


def _find_neighbours(texts: pl.DataFrame, corpus: Corpus, lexicon: Lexicon) -> Neighbours:
    place = texts["place"].fill_null("").rank("dense").to_numpy().astype(np.int64)
    created = texts["created"].fill_null(float("nan")).to_numpy()
    parts = []
    for rows in split_blocks(place, created):
        block = corpus if len(rows) == corpus.size else corpus.take(rows)
        near = find_nearest_texts(block, build_postings(block, lexicon), lexicon, is_self_search=True)
        parts.append(Neighbours(rows[near.row], rows[near.other], near.cosine, near.rank))
    return parts[0] if len(parts) == 1 else _merge_blocks(parts)


def _merge_blocks(parts: list[Neighbours]) -> Neighbours:
    """Blocks overlap: a pair that two blocks hold counts once, at its better rank."""
    row, other, cosine, rank = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("row", "other", "cosine", "rank")
    )
    order = np.lexsort((rank, other, row))
    row, other, cosine, rank = row[order], other[order], cosine[order], rank[order]

    is_first = np.ones(len(row), dtype=bool)
    is_first[1:] = (row[1:] != row[:-1]) | (other[1:] != other[:-1])
    return Neighbours(row[is_first], other[is_first], cosine[is_first], rank[is_first])


def _estimate_base_rates(source: pl.Series, pairs: Pairs) -> dict[str, BaseRate]:
    """Per source the base rate of its own pairs, for trackers differ in how common duplicates are."""
    names = sorted(source.unique().to_list())
    code = source.replace_strict(
        {name: number for number, name in enumerate(names)}, return_dtype=pl.Int64
    ).to_numpy()
    left, right = code[pairs.left], code[pairs.right]
    return {
        name: estimate_base_rate(pairs.score[(left == number) | (right == number)])
        for number, name in enumerate(names)
    }
