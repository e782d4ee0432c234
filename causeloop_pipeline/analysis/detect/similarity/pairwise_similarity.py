"""How likely any two texts of a workspace tell of one cause: candidates, scores and base rates put
together.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.similarity.base_rate import BaseRate, base_rate_from
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import (
    Neighbours,
    nearest_texts,
    postings_of,
    split_blocks,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, Lexicon, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    Pairs,
    Standing,
    score_pairs,
    standing_of,
    undirected,
)


@dataclass(frozen=True, slots=True)
class Likeness:
    """Texts, the pairs of them worth a look, and the probability that a pair is one cause (absent pairs:
    0).
    """

    lexicon: Lexicon
    corpus: Corpus
    pairs: Pairs
    joining: Floats  # the probability by which groups are formed
    shown: Floats  # the probability that is believed
    base_rates: dict[str, BaseRate]  # by source
    standing: Standing


def text_rows(table: pl.DataFrame) -> pl.DataFrame:
    """In, issues; out, what comparing them needs: `issue_id`, `title`, `body`, `component`, `created`
    (seconds), `origin`, `place`.
    """
    return table.select(
        "issue_id",
        "title",
        "body",
        "component",
        (pl.col("source_created_at").dt.epoch("us") / 1e6).alias("created"),
        pl.col("source").fill_null("").alias("origin"),
        pl.col("service").alias("place"),
    )


def compare_texts(texts: pl.DataFrame) -> Likeness:
    """In, `text_rows` in canonical order; out, their likeness. Memory and time grow with the number of
    texts.
    """
    lexicon, chunks = read_lexicon(texts)
    corpus = build_corpus(texts, lexicon, chunks)
    del chunks
    neighbours = _neighbours(texts, corpus, lexicon)
    pairs = score_pairs(corpus, corpus, lexicon, undirected(neighbours, corpus.size))
    rates = _base_rates(texts["origin"], pairs)
    joining, shown = (
        pairs.probability(np.minimum(own[pairs.left], own[pairs.right]))
        for own in (
            texts["origin"].replace_strict({name: rate.joining for name, rate in rates.items()}).to_numpy(),
            texts["origin"].replace_strict({name: rate.shown for name, rate in rates.items()}).to_numpy(),
        )
    )
    return Likeness(lexicon, corpus, pairs, joining, shown, rates, standing_of(neighbours, corpus.size))


def _neighbours(texts: pl.DataFrame, corpus: Corpus, lexicon: Lexicon) -> Neighbours:
    place = texts["place"].fill_null("").rank("dense").to_numpy().astype(np.int64)
    created = texts["created"].fill_null(float("nan")).to_numpy()
    found = []
    for rows in split_blocks(place, created):
        block = corpus if len(rows) == corpus.size else corpus.take(rows)
        near = nearest_texts(block, postings_of(block, lexicon), lexicon, same=True)
        found.append(Neighbours(rows[near.row], rows[near.other], near.cosine, near.rank))
    return found[0] if len(found) == 1 else _best_of(found)


def _best_of(found: list[Neighbours]) -> Neighbours:
    """Blocks overlap: a pair found twice counts once, at its better rank."""
    row, other, cosine, rank = (
        np.concatenate([getattr(part, name) for part in found]) for name in ("row", "other", "cosine", "rank")
    )
    order = np.lexsort((rank, other, row))
    row, other, cosine, rank = row[order], other[order], cosine[order], rank[order]
    first = np.ones(len(row), dtype=bool)
    first[1:] = (row[1:] != row[:-1]) | (other[1:] != other[:-1])
    return Neighbours(row[first], other[first], cosine[first], rank[first])


def _base_rates(origin: pl.Series, pairs: Pairs) -> dict[str, BaseRate]:
    """Trackers differ in how common duplicates are, so each source gets the base rate that its own pairs
    show.
    """
    names = sorted(origin.unique().to_list())
    code = origin.replace_strict(
        {name: at for at, name in enumerate(names)}, return_dtype=pl.Int64
    ).to_numpy()
    left, right = code[pairs.left], code[pairs.right]
    return {name: base_rate_from(pairs.score[(left == at) | (right == at)]) for at, name in enumerate(names)}
