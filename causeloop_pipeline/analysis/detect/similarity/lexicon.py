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

    terms: pl.DataFrame  # term, code (UInt32, 0 … n-1, in order), df (texts that hold it)
    texts: int
    title_mean: float
    body_mean: float
    sorted_count: int  # the first so many terms are in alphabetical order, later additions follow
    idf: Floats  # by code: rarity (Robertson and Sparck Jones, as in BM25)
    is_informative: Bools  # by code: in at least two texts, and not in too many
    is_searchable: Bools  # by code: the same, and terms of one text, which a later text may share
    frames: FrameRarity

    @classmethod
    def of(
        cls,
        terms: pl.DataFrame,
        texts: int,
        mean_lengths: tuple[float, float],
        sorted_count: int,
        frames: FrameRarity,
    ) -> "Lexicon":
        """Makes a lexicon of counted terms.

        In: `terms` as above, the number of texts, the mean lengths of titles and bodies, how many terms are
        in order, the counted frames of call stacks. Out: the lexicon with the rarity of each term.
        """
        df = terms["df"].to_numpy().astype(np.float64)
        max_df = max(_MIN_COMMON, min(_COMMON_SHARE * texts, _MAX_COMMON))
        is_searchable = np.asarray(df <= max_df)
        return cls(
            terms,
            texts,
            *mean_lengths,
            sorted_count,
            _idf(df, texts),
            is_searchable & (df >= 2),
            is_searchable,
            frames,
        )

    def codes_of(self, terms: pl.Series) -> Ints:
        """Looks up terms.

        In: distinct terms. Out: the code of each, -1 for one that the lexicon lacks. The cost follows the
        terms looked up, not the size of the lexicon.
        """
        sorted_terms = self.terms["term"].head(self.sorted_count)
        codes = np.full(len(terms), -1, dtype=np.int64)
        if self.sorted_count:
            place = np.minimum(sorted_terms.search_sorted(terms).to_numpy(), self.sorted_count - 1)
            place = place.astype(np.int64)
            codes = np.where((sorted_terms.gather(place) == terms).to_numpy(), place, -1)
        if self.terms.height == self.sorted_count:
            return codes

        added = self.terms.slice(self.sorted_count).filter(pl.col("term").is_in(terms.implode()))
        added_codes = dict(added.select("term", "code").iter_rows())
        return np.array(
            [added_codes.get(term, code) for term, code in zip(terms, codes.tolist(), strict=True)],
            dtype=np.int64,
        )

    def extend(self, new_terms: pl.DataFrame) -> "Lexicon":
        """Adds terms; all others keep their codes and their rarity.

        In: `term` and `df` of terms that the lexicon lacks. Out: a larger lexicon.
        """
        first_code = self.terms.height
        added = new_terms.with_row_index("code", first_code)
        df = new_terms["df"].to_numpy().astype(np.float64)
        return Lexicon(
            pl.concat([self.terms, added.select("term", pl.col("code").cast(pl.UInt32), "df")]),
            self.texts,
            self.title_mean,
            self.body_mean,
            self.sorted_count,
            np.concatenate([self.idf, _idf(df, self.texts)]),
            np.concatenate([self.is_informative, df >= 2]),
            np.concatenate([self.is_searchable, np.ones(len(df), dtype=bool)]),
            self.frames,
        )


def _idf(df: Floats, texts: int) -> Floats:
    return np.asarray(np.log1p((max(texts, 1) - np.minimum(df, texts) + 0.5) / (df + 0.5)))
