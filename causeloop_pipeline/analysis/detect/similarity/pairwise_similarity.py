"""The similarity of the texts of a workspace: candidate pairs, pair scores and base rates together."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import (
    Neighbours,
    build_postings,
    find_nearest_texts,
    split_blocks,
)
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, build_corpus, read_lexicon
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import FrameRarity
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_model import PairModel, estimate_pair_model
from causeloop_pipeline.analysis.detect.similarity.pair_parameters import SHIPPED, PairParameters
from causeloop_pipeline.analysis.detect.similarity.pair_score import (
    NearestCosines,
    TextPairs,
    collect_nearest_cosines,
    merge_directions,
    score_pairs,
)

_TEXT_COLUMNS = [
    pl.col("issue_id", "title", "body", "component"),
    (pl.col("source_created_at").dt.epoch("us") / 1e6).alias("created"),
    pl.col("source").fill_null(""),
    pl.col("service").alias("place"),
]
_MIN_COPY_PAIRS, _MIN_COPY_PROBABILITY = 10, 0.65
_MAX_COPY_PROBABILITY = 0.79  # a stack that many crashes share may be that of several causes: never sure
_MAX_TITLED_COPY_PROBABILITY = 0.85  # less so where the title names the place of the crash, too


@dataclass(frozen=True, slots=True)
class PairwiseSimilarity:
    """Texts, their candidate pairs, and the probability that a pair has one cause (0 for all other pairs)."""

    lexicon: Lexicon
    corpus: Corpus
    pairs: TextPairs
    probability: Floats  # per pair, calibrated: groups are formed by it, and people are shown it
    model: PairModel
    standing: NearestCosines


def select_text_rows(table: pl.DataFrame) -> pl.DataFrame:
    """Selects what the comparison of texts needs.

    In: issues. Out: per issue `issue_id`, `title`, `body`, `component`, `created` (seconds), `source` (empty
    text if unknown), `place` (the service).
    """
    return table.select_seq(_TEXT_COLUMNS)


def compare_texts(
    texts: pl.DataFrame, frames: FrameRarity | None = None, parameters: PairParameters = SHIPPED
) -> PairwiseSimilarity:
    """Finds and scores the pairs of texts that may have one cause.

    In: `select_text_rows` in canonical order; the rarity of frames if not that among these texts; what was
    fitted on other trackers. Out: their similarity. Memory and time grow with the number of texts.
    """
    lexicon, counts = read_lexicon(texts, frames)
    corpus = build_corpus(texts, lexicon, counts)
    del counts

    neighbours = _find_neighbours(texts, corpus, lexicon)
    candidates = merge_directions(neighbours, corpus.size)
    pairs = score_pairs(corpus, corpus, lexicon, candidates, parameters)

    sources = texts["source"].to_list()
    model = estimate_pair_model(pairs, sources, parameters)
    return PairwiseSimilarity(
        lexicon,
        corpus,
        pairs,
        model.probability(pairs, sources),
        model,
        collect_nearest_cosines(neighbours, corpus.size),
    )


def measure_copies(similarity: PairwiseSimilarity, *, have_titles: bool = False) -> float | None:
    """Measures how likely two copies of one stack trace share their cause.

    In: compared texts; whether copies have one title, too. Out: the mean probability of the pairs whose copy
    keys are equal, at most .79 (.85 with titles); None where they are too few or too unlikely to mean one
    cause.
    """
    keys = similarity.corpus.metadata["copy_key"]
    left, right = (keys.gather(rows) for rows in (similarity.pairs.left, similarity.pairs.right))
    probability = similarity.probability[(left == right).fill_null(value=False).to_numpy()]
    if len(probability) < _MIN_COPY_PAIRS or float(probability.mean()) < _MIN_COPY_PROBABILITY:
        return None
    most = _MAX_TITLED_COPY_PROBABILITY if have_titles else _MAX_COPY_PROBABILITY
    return round(min(float(probability.mean()), most), 6)


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
