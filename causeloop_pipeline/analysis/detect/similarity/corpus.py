"""Texts as weighted term vectors, with all that a comparison of two of them needs.

A corpus keeps no text: it is what an index can store of a million issues, and what a new issue is compared
with.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.tokens import body_text, count_terms, title_text

TITLE_WEIGHT = 2.5
_K1 = 1.2
_TITLE_B = 0.3
_BODY_B = 0.75
_CHUNK = 50_000
_COMMON_FLOOR, _COMMON_SHARE, _COMMON_CEILING = 50, 0.1, 1_500

Sparse = Any  # scipy's csr_array has no stubs


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms of a workspace by code, their rarity, and the mean lengths of its texts."""

    terms: pl.DataFrame  # term, code (UInt32, 0 … n-1, in order), df
    texts: int
    title_mean: float
    body_mean: float
    settled: int  # so many terms come in the order of the alphabet, what was learnt since then follows
    idf: Floats  # by code: rarity (Robertson and Sparck Jones, as in BM25)
    telling: NDArray[np.bool_]  # by code: shared by at least two texts and not by too many
    findable: NDArray[np.bool_]  # by code: the same, and terms of one text, which a later one may share

    @classmethod
    def of(
        cls, terms: pl.DataFrame, texts: int, title_mean: float, body_mean: float, settled: int
    ) -> "Lexicon":
        """A lexicon of counted terms."""
        df = terms["df"].to_numpy().astype(np.float64)
        ceiling = max(_COMMON_FLOOR, min(_COMMON_SHARE * texts, _COMMON_CEILING))
        findable = np.asarray(df <= ceiling)
        rarity = _idf(df, texts)
        return cls(terms, texts, title_mean, body_mean, settled, rarity, findable & (df >= 2), findable)

    def codes_of(self, terms: pl.Series) -> Ints:
        """The code of each of some distinct terms, -1 for one that it lacks; cost follows the terms asked
        for.
        """
        known = self.terms["term"].head(self.settled)
        codes = np.full(len(terms), -1, dtype=np.int64)
        if self.settled:
            place = np.minimum(known.search_sorted(terms).to_numpy(), self.settled - 1).astype(np.int64)
            codes = np.where((known.gather(place) == terms).to_numpy(), place, -1)
        if self.terms.height == self.settled:
            return codes
        recent = self.terms.slice(self.settled).filter(pl.col("term").is_in(terms.implode()))
        later = dict(recent.select("term", "code").iter_rows())
        return np.array([later.get(t, c) for t, c in zip(terms, codes.tolist(), strict=True)], dtype=np.int64)

    def extended(self, fresh: pl.DataFrame) -> "Lexicon":
        """This lexicon and terms (`term`, `df`) that it lacks; what it knows stays as it is."""
        first = self.terms.height
        codes = fresh.with_row_index("code", first).select("term", pl.col("code").cast(pl.UInt32), "df")
        df = fresh["df"].to_numpy().astype(np.float64)
        idf = np.concatenate([self.idf, _idf(df, self.texts)])
        return Lexicon(
            pl.concat([self.terms, codes]),
            self.texts,
            self.title_mean,
            self.body_mean,
            self.settled,
            idf,
            np.concatenate([self.telling, df >= 2]),
            np.concatenate([self.findable, np.ones(len(df), dtype=bool)]),
        )


def _idf(df: Floats, texts: int) -> Floats:
    return np.asarray(np.log1p((max(texts, 1) - np.minimum(df, texts) + 0.5) / (df + 0.5)))


@dataclass(frozen=True, slots=True)
class Corpus:
    """Texts by row; `whole` and `title` are L2-normalized sparse rows over the same terms."""

    whole: Sparse
    title: Sparse
    whole_norm: Floats
    title_norm: Floats
    body_norm: Floats
    length: Floats
    marks: (
        pl.DataFrame
    )  # exceptions, numbers (lists of words), component, created (seconds), exact (title's hash), blank

    @property
    def size(self) -> int:
        """How many texts."""
        return int(self.whole.shape[0])

    def take(self, rows: Ints) -> "Corpus":
        """The corpus of some of the texts."""
        return Corpus(
            self.whole[rows],
            self.title[rows],
            self.whole_norm[rows],
            self.title_norm[rows],
            self.body_norm[rows],
            self.length[rows],
            self.marks[rows],
        )


def read_lexicon(texts: pl.DataFrame) -> tuple[Lexicon, list[pl.DataFrame]]:
    """In, `title` and `body`; out, the lexicon and per chunk of rows its counted terms (`row`, `code`,
    `title`, `body`).
    """
    known = pl.DataFrame(schema={"term": pl.String, "code": pl.UInt32, "df": pl.UInt32})
    chunks: list[pl.DataFrame] = []
    for start in range(0, texts.height, _CHUNK):
        counted = _counted(texts.slice(start, _CHUNK))
        seen = counted.group_by("term").agg(pl.len().cast(pl.UInt32).alias("more")).sort("term")
        known = _joined(known, seen)
        coded = counted.join(known.select("term", "code"), on="term").drop("term")
        chunks.append(coded.with_columns(pl.col("row") + start))
    known, chunks = _in_order(known, chunks)
    title, body = (_mean_length(chunks, name, texts.height) for name in ("title", "body"))
    return Lexicon.of(known, texts.height, title, body, known.height), chunks


def _in_order(known: pl.DataFrame, chunks: list[pl.DataFrame]) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Terms in the order of the alphabet, which makes them quick to find, and the chunks with their new
    codes.
    """
    ordered = known.sort("term")
    code = np.empty(known.height, dtype=np.uint32)
    code[ordered["code"].to_numpy()] = np.arange(known.height)
    ordered = ordered.with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("code"))
    for at, chunk in enumerate(chunks):
        renamed = pl.Series("code", code[chunk["code"].to_numpy()], dtype=pl.UInt32)
        chunks[at] = chunk.with_columns(renamed).sort("row", "code")
    return ordered.rechunk(), chunks


def build_corpus(texts: pl.DataFrame, lexicon: Lexicon, chunks: list[pl.DataFrame]) -> Corpus:
    """In, texts (`title`, `body`, `component`, `created`), their lexicon and counts; out, their vectors.

    BM25 term saturation per field (Robertson and Zaragoza, 2009: k1 1.2, b .3 for titles and .75 for bodies)
    times idf; the whole text is 2.5 times title + body, scaled to length 1.
    """
    from scipy.sparse import vstack

    width = lexicon.terms.height
    parts = [_weighted(chunk, lexicon, texts.height, width) for chunk in chunks] or [_nothing(width)]
    title = vstack([part[0] for part in parts], format="csr")
    whole = vstack([part[1] for part in parts], format="csr")
    length = np.concatenate([part[2] for part in parts])
    whole, whole_norm = _normalized(whole)
    title, title_norm = _normalized(title)
    body_norm = np.concatenate([part[3] for part in parts])
    return Corpus(whole, title, whole_norm, title_norm, body_norm, length, _marks(texts))


def new_texts(texts: pl.DataFrame, lexicon: Lexicon) -> tuple[Lexicon, Corpus]:
    """A corpus of new texts in the terms of an old lexicon, which is extended by the words that it lacks."""
    counted = _counted(texts)
    seen = counted.group_by("term").agg(pl.len().cast(pl.UInt32).alias("df")).sort("term")
    codes = lexicon.codes_of(seen["term"])
    unknown = codes < 0
    wider = lexicon
    if unknown.any():
        wider = lexicon.extended(seen.filter(pl.Series(unknown)))
        codes[unknown] = np.arange(lexicon.terms.height, wider.terms.height)
    known = pl.DataFrame({"term": seen["term"], "code": codes.astype(np.uint32)})
    coded = counted.join(known, on="term").drop("term").sort("row", "code")
    return wider, build_corpus(texts, wider, [coded])


def _counted(texts: pl.DataFrame) -> pl.DataFrame:
    """How often each text's title and body hold each term: `row`, `term`, `title`, `body`."""
    both = count_terms(pl.concat([title_text(texts["title"]), body_text(texts["body"])]))
    title = pl.when(pl.col("row") < texts.height).then("count").otherwise(pl.lit(0, pl.UInt32))
    return (
        both.select(pl.col("row") % max(texts.height, 1), "term", title=title, body="count")
        .group_by("row", "term")
        .agg(pl.col("title").sum(), (pl.col("body") - pl.col("title")).sum())
    )


def _joined(known: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """Known terms keep their codes and count on; new ones get the next codes, in the order of the
    alphabet.
    """
    counted = known.join(seen, on="term", how="left", maintain_order="left").select(
        "term", "code", (pl.col("df") + pl.col("more").fill_null(0)).cast(pl.UInt32)
    )
    fresh = seen.join(known, on="term", how="anti", maintain_order="left").with_row_index(
        "code", known.height
    )
    return pl.concat(
        [counted, fresh.select("term", pl.col("code").cast(pl.UInt32), pl.col("more").alias("df"))]
    )


def _mean_length(chunks: list[pl.DataFrame], field: str, texts: int) -> float:
    total = sum(int(chunk[field].sum()) for chunk in chunks)
    return total / texts if texts and total else 1.0


def _weighted(
    counts: pl.DataFrame, lexicon: Lexicon, texts: int, width: int
) -> tuple[Sparse, Sparse, Floats, Floats]:
    from scipy.sparse import csr_array

    first = int(counts["row"].min() or 0) // _CHUNK * _CHUNK  # type: ignore[arg-type]
    rows = min(_CHUNK, texts - first) if texts > _CHUNK else texts
    row, code = counts["row"].to_numpy().astype(np.int64) - first, counts["code"].to_numpy()
    idf = lexicon.idf[code]
    title = _saturated(counts["title"].to_numpy(), row, rows, lexicon.title_mean, _TITLE_B) * idf
    body = _saturated(counts["body"].to_numpy(), row, rows, lexicon.body_mean, _BODY_B) * idf
    length = np.bincount(row, (counts["title"] + counts["body"]).to_numpy(), minlength=rows)
    titles = csr_array((title.astype(np.float32), (row, code)), shape=(rows, width))
    titles.eliminate_zeros()
    whole = csr_array(((TITLE_WEIGHT * title + body).astype(np.float32), (row, code)), shape=(rows, width))
    return titles, whole, length.astype(np.float64), np.sqrt(np.bincount(row, body**2, minlength=rows))


def _saturated(count: NDArray[Any], row: Ints, rows: int, mean: float, b: float) -> Floats:
    tf = count.astype(np.float64)
    length = np.bincount(row, tf, minlength=rows)[row]
    return np.asarray(tf * (_K1 + 1) / (tf + _K1 * (1 - b + b * length / mean)))


def _nothing(width: int) -> tuple[Sparse, Sparse, Floats, Floats]:
    from scipy.sparse import csr_array

    empty = csr_array((0, width), dtype=np.float32)
    return empty, empty, np.empty(0), np.empty(0)


def _normalized(matrix: Sparse) -> tuple[Sparse, Floats]:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    norm = np.sqrt(np.bincount(rows, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[0]))
    matrix.data = (matrix.data / np.maximum(norm[rows], 1e-12)).astype(np.float32)
    return matrix, norm


def _share(name: str) -> pl.Expr:
    """How common a value is among the texts that have one: a component that all texts share says nothing."""
    return (pl.len().over(name) / pl.col(name).count()).fill_nan(1.0).clip(0.0, 1.0).alias(f"{name}_share")


def _marks(texts: pl.DataFrame) -> pl.DataFrame:
    title, body = pl.col("title").fill_null(""), pl.col("body").fill_null("").str.slice(0, 3_000)
    plain = title.str.to_lowercase().str.replace_all(r"[^\pL\pN]+", " ").str.strip_chars(" ")
    both = pl.concat_str(title, body, separator=" ")
    return texts.with_columns(_share("component"), _share("place")).select(
        "issue_id",
        both.str.extract_all(r"[A-Z][A-Za-z0-9_]*(?:Exception|Error)")
        .list.unique()
        .list.sort()
        .alias("exceptions"),
        title.str.extract_all(r"[0-9]+(?:\.[0-9]+)*").list.unique().list.sort().alias("numbers"),
        "component",
        "component_share",
        "place",
        "place_share",
        "created",
        plain.alias("exact"),
        (body.str.strip_chars().str.len_bytes() == 0).alias("blank"),
    )
