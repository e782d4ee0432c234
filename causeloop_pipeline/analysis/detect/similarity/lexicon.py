"""The lexicon: the terms of a workspace, their codes, and how rare each is; the frames of its call stacks."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Bools, Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import FrameRarity

_MIN_COMMON, _COMMON_SHARE, _MAX_COMMON = 50, 0.1, 1_500  # a term of more texts than this is too common


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The terms of a workspace by code, their rarity, the mean lengths of its texts, and its frames."""

    sorted_terms: pl.DataFrame  # in alphabetical order: term, code (UInt32, from 0), df (texts that hold it)
    added_terms: pl.DataFrame  # those that came later, with the next codes
    texts: int
    title_mean: float
    body_mean: float
    idf: Floats  # by code: rarity (Robertson and Sparck Jones, as in BM25)
    is_informative: Bools  # by code: in at least two texts, and not in too many
    is_searchable: Bools  # by code: the same, and terms of one text, which a later text may share
    frames: FrameRarity

    @classmethod
    def of(
        cls,
        sorted_terms: pl.DataFrame,
        added_terms: pl.DataFrame,
        texts: int,
        mean_lengths: tuple[float, float],
        frames: FrameRarity,
    ) -> "Lexicon":
        """Makes a lexicon of counted terms.

        In: terms as above, the number of texts, the mean lengths of titles and bodies, the counted frames of
        call stacks. Out: the lexicon with the rarity of each term.
        """
        counts = [terms["df"].to_numpy() for terms in (sorted_terms, added_terms)]
        df = np.concatenate(counts).astype(np.float64)
        max_df = max(_MIN_COMMON, min(_COMMON_SHARE * texts, _MAX_COMMON))
        is_searchable = np.asarray(df <= max_df)
        return cls(
            sorted_terms,
            added_terms,
            texts,
            *mean_lengths,
            _idf(df, texts),
            is_searchable & (df >= 2),
            is_searchable,
            frames,
        )

    @property
    def terms(self) -> pl.DataFrame:
        """All terms by code."""
        return pl.concat([self.sorted_terms, self.added_terms])

    @property
    def size(self) -> int:
        """How many terms there are."""
        return len(self.idf)

    def codes_of(self, terms: pl.Series) -> Ints:
        """Looks up terms.

        In: distinct terms. Out: the code of each, -1 for one that the lexicon lacks. The cost follows the
        terms looked up, not the size of the lexicon.
        """
        codes = np.full(len(terms), -1, dtype=np.int64)
        if self.sorted_terms.height:
            words = self.sorted_terms["term"]
            place = np.minimum(words.search_sorted(terms).to_numpy(), len(words) - 1).astype(np.int64)
            codes = np.where((words.gather(place) == terms).to_numpy(), place, -1)
        if self.added_terms.is_empty():
            return codes

        added = self.added_terms.filter(pl.col("term").is_in(terms.implode()))
        added_codes = dict(added.select("term", "code").iter_rows())
        return np.array(
            [added_codes.get(term, code) for term, code in zip(terms, codes.tolist(), strict=True)],
            dtype=np.int64,
        )

    def extend(self, new_terms: pl.DataFrame) -> "Lexicon":
        """Adds terms; all others keep their codes and their rarity.

        In: `term` and `df` of terms that the lexicon lacks. Out: a larger lexicon.
        """
        added = new_terms.with_row_index("code", self.size)
        df = new_terms["df"].to_numpy().astype(np.float64)
        return Lexicon(
            self.sorted_terms,
            pl.concat([self.added_terms, added.select("term", pl.col("code").cast(pl.UInt32), "df")]),
            self.texts,
            self.title_mean,
            self.body_mean,
            np.concatenate([self.idf, _idf(df, self.texts)]),
            np.concatenate([self.is_informative, df >= 2]),
            np.concatenate([self.is_searchable, np.ones(len(df), dtype=bool)]),
            self.frames,
        )


def _idf(df: Floats, texts: int) -> Floats:
    return np.asarray(np.log1p((max(texts, 1) - np.minimum(df, texts) + 0.5) / (df + 0.5)))
