"""Texts as weighted term vectors (BM25), with all that the comparison of two of them needs.

A corpus keeps no text, so that an index can store it for a million issues and compare new ones with it.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import (
    FrameRarity,
    FrameRows,
    weigh_frames,
)
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.sparse_rows import build_from_sorted_cells
from causeloop_pipeline.analysis.detect.similarity.text_patterns import narrow_pattern
from causeloop_pipeline.analysis.detect.similarity.tokens import (
    count_expanded_words,
    select_body_text,
    select_title_text,
)
from causeloop_pipeline.analysis.query_engine import choose_engine

TITLE_WEIGHT = 2.5
_K1 = 1.2  # BM25: saturation of a term's count
_TITLE_B = 0.3  # BM25: how much a field's length counts
_BODY_B = 0.75
_CHUNK = 50_000
_METADATA_CHARACTERS = 3_000
_TITLE = pl.col("title").fill_null("")
_TITLE_AND_BODY = pl.concat_str(
    _TITLE, pl.col("body").fill_null("").str.slice(0, _METADATA_CHARACTERS), separator=" "
)
_NUMBERED = r"\s\(#?\d{1,3}\)\s*$"
_EXCEPTION = r"[A-Z][A-Za-z0-9_]*(?:Exception|Error)"
_EXCEPTIONS = _TITLE_AND_BODY.str.extract_all(_EXCEPTION).list.unique().list.sort().alias("exceptions")

Sparse = Any  # scipy's csr_array has no stubs


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts by row; `whole` and `title` are L2-normalized sparse rows over the same terms; `frames` are
    weighted call stacks.
    """

    whole: Sparse
    title: Sparse
    frames: Sparse
    # exceptions (a list of words), component, place, how common both are, created (seconds), exact (the
    # normalized title, in which the number of `X (2)` keeps its parentheses), copy_key (the telling frames
    # of the call stack)
    metadata: pl.DataFrame

    @property
    def size(self) -> int:
        """How many texts."""
        return int(self.whole.shape[0])

    def take(self, rows: Ints) -> "Corpus":
        """The corpus of some of the texts.

        In: their rows. Out: a corpus in that order.
        """
        return Corpus(self.whole[rows], self.title[rows], self.frames[rows], self.metadata[rows])


@dataclass(frozen=True, slots=True)
class TextCounts:
    """What was counted in texts: their terms (`row`, `code`, `title`, `body`), each chunk those of the next
    `_CHUNK` rows, and their frames.
    """

    chunks: list[pl.DataFrame]
    frames: FrameRows


def read_lexicon(texts: pl.DataFrame, rarity: FrameRarity | None = None) -> tuple[Lexicon, TextCounts]:
    """Counts the terms and the frames of texts.

    In: `title` and `body`; the rarity of frames if not that among these texts. Out: the lexicon, and what was
    counted in each text.
    """
    terms = pl.DataFrame(schema={"term": pl.String, "code": pl.UInt32, "df": pl.UInt32})
    chunks: list[pl.DataFrame] = []
    for start in range(0, texts.height, _CHUNK):
        df, counts = _count_by_field(texts.slice(start, _CHUNK))
        if start == 0:
            terms = df.select("term", pl.int_range(pl.len(), dtype=pl.UInt32).alias("code"), "df")
            chunks.append(counts)
            continue
        terms = _add_counts(terms, df)
        code = df.join(terms, on="term", maintain_order="left")["code"]
        chunks.append(counts.with_columns(pl.col("row") + start, code.gather(counts["code"])))

    terms, chunks = _sort_terms(terms, chunks)
    title_mean, body_mean = (_mean_length(chunks, field, texts.height) for field in ("title", "body"))
    frames = FrameRows.of(texts)
    rarity = rarity or FrameRarity.of(frames)
    lexicon = Lexicon.of(terms, terms.clear(), texts.height, (title_mean, body_mean), rarity)
    return lexicon, TextCounts(chunks, frames)


def _sort_terms(terms: pl.DataFrame, chunks: list[pl.DataFrame]) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Terms in alphabetical order, which makes them quick to look up, and the chunks with their new codes."""
    if len(chunks) == 1:  # its terms were counted in that order
        return terms, [chunks[0].sort("row", "code")]
    ordered = terms.sort("term")
    new_code = np.empty(terms.height, dtype=np.uint32)
    new_code[ordered["code"].to_numpy()] = np.arange(terms.height)
    ordered = ordered.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("code"))
    for number, chunk in enumerate(chunks):
        recoded = pl.Series("code", new_code[chunk["code"].to_numpy()], dtype=pl.UInt32)
        chunks[number] = chunk.with_columns(recoded).sort("row", "code")
    return ordered.rechunk(), chunks


def build_corpus(texts: pl.DataFrame, lexicon: Lexicon, counts: TextCounts) -> Corpus:
    """Makes term vectors of texts.

    In: texts (`select_text_rows`), their lexicon, what was counted in them. Out: their vectors.

    Method: BM25 term saturation per field (Robertson and Zaragoza, 2009: k1 1.2, b .3 for titles and .75 for
    bodies) times idf; the whole text is 2.5 times title + body, scaled to length 1.
    """
    from scipy.sparse import vstack

    width = lexicon.size
    starts = range(0, texts.height, _CHUNK)
    parts = [
        _weigh_terms(chunk, lexicon, (start, min(start + _CHUNK, texts.height)), width)
        for start, chunk in zip(starts, counts.chunks, strict=True)
    ]
    titles, wholes = zip(*(parts or [_no_vectors(width)]), strict=True)
    title, whole = (part[0] if len(part) == 1 else vstack(part, format="csr") for part in (titles, wholes))
    frames, copy_keys = weigh_frames(counts.frames, lexicon.frames, texts.height)
    metadata = _read_metadata(texts).with_columns(pl.Series("copy_key", copy_keys, dtype=pl.String))
    return Corpus(_normalize_rows(whole), _normalize_rows(title), frames, metadata)


def add_texts(texts: pl.DataFrame, lexicon: Lexicon) -> tuple[Lexicon, Corpus]:
    """Makes term vectors of new texts in the terms of an existing lexicon.

    In: texts (`select_text_rows`), a lexicon. Out: the lexicon with the terms that it lacked, and the corpus.
    """
    df, counts = _count_by_field(texts)
    codes = lexicon.codes_of(df["term"])
    is_new = codes < 0
    larger = lexicon
    if is_new.any():
        larger = lexicon.extend(df.filter(pl.Series(is_new)))
        codes[is_new] = np.arange(lexicon.size, larger.size)

    code = codes[counts["code"].to_numpy()].astype(np.uint32)
    coded = counts.with_columns(pl.Series("code", code)).sort("row", "code")
    starts = range(0, texts.height, _CHUNK)
    chunks = [coded] if len(starts) == 1 else [_rows_from(coded, start) for start in starts]
    return larger, build_corpus(texts, larger, TextCounts(chunks, FrameRows.of(texts)))


def _rows_from(counts: pl.DataFrame, start: int) -> pl.DataFrame:
    return counts.filter(pl.col("row").is_between(start, start + _CHUNK, closed="left"))


def _count_by_field(texts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The terms of texts in alphabetical order (`term`, `df`), and how often each text's title and body hold
    each: `row`, `code` (the term's place), `title`, `body`.
    """
    both = pl.concat([select_title_text(texts["title"]), select_body_text(texts["body"])])
    terms, words = count_expanded_words(both)
    is_title = pl.col("row") < texts.height
    counts = (
        words.select(
            pl.col("row") % max(texts.height, 1),
            "code",
            title=pl.when(is_title).then("count").otherwise(0),
            body=pl.when(is_title).then(0).otherwise("count"),
        )
        .group_by("row", "code")
        .agg(pl.col("title", "body").sum())
        .collect(engine=choose_engine(texts.height))
    )
    df = np.bincount(counts["code"].to_numpy(), minlength=len(terms)).astype(np.uint32)
    return terms.to_frame("term").hstack([pl.Series("df", df)]), counts


def _add_counts(terms: pl.DataFrame, df: pl.DataFrame) -> pl.DataFrame:
    """Counted terms keep their codes and count on; new ones get the next codes, in alphabetical order."""
    counted = terms.join(df, on="term", how="left", maintain_order="left").select(
        "term", "code", pl.col("df") + pl.col("df_right").fill_null(0)
    )
    new_terms = df.join(terms, on="term", how="anti", maintain_order="left")
    new_terms = new_terms.with_row_index("code", terms.height)
    return pl.concat([counted, new_terms.select("term", pl.col("code").cast(pl.UInt32), "df")])


def _mean_length(chunks: list[pl.DataFrame], field: str, texts: int) -> float:
    total = sum(int(chunk[field].sum()) for chunk in chunks)
    return total / texts if texts and total else 1.0


def _weigh_terms(
    counts: pl.DataFrame, lexicon: Lexicon, place: tuple[int, int], width: int
) -> tuple[Sparse, Sparse]:
    """One chunk's title vectors and whole vectors; its place is its first row and the first one after it."""
    first, rows = place[0], place[1] - place[0]
    row, code = counts["row"].to_numpy().astype(np.int64) - first, counts["code"].to_numpy()
    idf = lexicon.idf[code]
    title = _saturate(counts["title"].to_numpy(), row, rows, lexicon.title_mean, _TITLE_B) * idf
    body = _saturate(counts["body"].to_numpy(), row, rows, lexicon.body_mean, _BODY_B) * idf
    titles = build_from_sorted_cells(title, row, code, (rows, width))
    titles.eliminate_zeros()
    return titles, build_from_sorted_cells(TITLE_WEIGHT * title + body, row, code, (rows, width))


def _saturate(count: NDArray[Any], row: Ints, rows: int, mean_length: float, b: float) -> Floats:
    """BM25's weight of each count, by the length of its text."""
    tf = count.astype(np.float64)
    length = np.bincount(row, tf, minlength=rows)[row]
    return np.asarray(tf * (_K1 + 1) / (tf + _K1 * (1 - b + b * length / mean_length)))


def _no_vectors(width: int) -> tuple[Sparse, Sparse]:
    from scipy.sparse import csr_array

    empty = csr_array((0, width), dtype=np.float32)
    return empty, empty


def _normalize_rows(matrix: Sparse) -> Sparse:
    """Rows of length 1."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    norm = np.sqrt(np.bincount(rows, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[0]))
    matrix.data = (matrix.data / np.maximum(norm[rows], 1e-12)).astype(np.float32)
    return matrix


def _read_metadata(texts: pl.DataFrame) -> pl.DataFrame:
    """What the pair score compares beside the terms. Indexes store these columns."""
    separators = narrow_pattern(r"[^\pL\pN]+", texts["title"])
    described = texts.lazy().select(_describe_texts(separators, is_alone=texts.height == 1))
    return described.collect(engine=choose_engine(texts.height))


@lru_cache
def _describe_texts(separators: str, *, is_alone: bool) -> list[pl.Expr]:
    """The columns of texts, whose titles have words between these separators."""
    plain = _TITLE.str.to_lowercase().str.replace_all(separators, " ").str.strip_chars(" ")
    numbered = plain.str.replace(r" (\d+)$", " (${1})")
    return [
        pl.col("issue_id"),
        _EXCEPTIONS,
        pl.col("component"),
        _share("component", is_alone=is_alone),
        pl.col("place"),
        _share("place", is_alone=is_alone),
        pl.col("created"),
        pl.when(_TITLE.str.contains(_NUMBERED)).then(numbered).otherwise(plain).alias("exact"),
    ]


def _share(name: str, *, is_alone: bool) -> pl.Expr:
    """How common a value is among the texts that have one: a component of all texts tells nothing."""
    if is_alone:
        return pl.lit(1.0).alias(f"{name}_share")
    return (pl.len().over(name) / pl.col(name).count()).fill_nan(1.0).clip(0.0, 1.0).alias(f"{name}_share")
