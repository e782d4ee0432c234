"""How rare the frames of call stacks are in a workspace, and what two stacks have in common by it.

A frame that every fourth stack holds is plumbing (a test runner, a scheduler, an interrupt handler) whatever
its name: document frequency tells the team's own code from libraries without a list of either. Stacks that
begin alike count once: the frames of one crash that makes up half of an export are not plumbing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.sparse_rows import compute_row_dots, replace_by_ones
from causeloop_pipeline.analysis.detect.traces.call_stacks import MAX_CHARACTERS, SIGN, find_call_stack

MIN_COPY_FRAMES, MAX_COPY_FRAMES = 3, 5  # telling frames that a copy key is made of
_MIN_TITLE_AGREEMENT = 0.5  # of the pairs of copies, for titles to be part of what makes a copy
_COMMON_SHARE = 0.25  # a frame of more stacks than this tells nothing
_MIN_STACKS = 20  # fewer stacks cannot show what is common
_DECAY = 0.2  # how fast frames further from the failure lose weight
_BEGINNING = pl.col("body").fill_null("").str.slice(0, MAX_CHARACTERS)
_HAS_STACK = _BEGINNING.str.contains(SIGN).alias("has_stack")
FRAME_CODES = 2**31 - 1  # a frame's column is a hash of its name, so that later texts need no list of names


@dataclass(frozen=True, slots=True)
class FrameRows:
    """The call stacks of texts: each frame's text and code, the call that failed first."""

    row: Ints
    code: Ints

    @staticmethod
    def of(texts: pl.DataFrame) -> "FrameRows":
        """Finds the call stacks of texts.

        In: `body` per text. Out: their frames; the same body is read once.
        """
        read = texts.select(_BEGINNING, _HAS_STACK)
        bodies, rows = read["body"], np.flatnonzero(read["has_stack"].to_numpy())
        codes_of_body: dict[str, list[int]] = {}
        runs: list[tuple[int, list[int]]] = []
        for row, body in zip(rows.tolist(), bodies[rows].to_list(), strict=True):
            if body not in codes_of_body:
                codes_of_body[body] = encode_frames(find_call_stack(body))
            runs.append((row, codes_of_body[body]))
        lengths = [len(codes) for _, codes in runs]
        return FrameRows(
            np.repeat(np.array([row for row, _ in runs], dtype=np.int64), lengths),
            np.array([code for _, codes in runs for code in codes], dtype=np.int64),
        )


def encode_frames(names: Sequence[str]) -> list[int]:
    """The distinct codes of frames, in order."""
    return list(dict.fromkeys(crc32(name.encode("utf-8", "surrogatepass")) % FRAME_CODES for name in names))


@dataclass(frozen=True, slots=True)
class FrameRarity:
    """How many call stacks of a workspace, of those that begin differently, hold each frame."""

    codes: Ints  # sorted
    df: Ints
    stacks: int

    @property
    def vectors(self) -> tuple[Ints, Ints]:
        """Codes and counts, as an index stores them."""
        return self.codes, self.df

    @staticmethod
    def of(frames: FrameRows) -> "FrameRarity":
        """Counts the frames of call stacks."""
        _, start, stack = np.unique(frames.row, return_index=True, return_inverse=True)
        depth = np.arange(len(stack)) - start[stack]
        beginnings = np.full((len(start), MAX_COPY_FRAMES), -1, dtype=np.int64)
        is_first = depth < MAX_COPY_FRAMES
        beginnings[stack[is_first], depth[is_first]] = frames.code[is_first]
        distinct, kind_of_stack = np.unique(beginnings, axis=0, return_inverse=True)
        held = np.unique(np.column_stack([frames.code, kind_of_stack.reshape(-1)[stack]]), axis=0)
        codes, df = np.unique(held[:, 0], return_counts=True)
        return FrameRarity(codes, df.astype(np.int64), len(distinct))

    def measure(self, codes: Ints) -> Floats:
        """Measures how much frames tell.

        In: codes. Out: per frame 0 (common) to about 1 (no other stack holds it).
        """
        place = np.searchsorted(self.codes, codes)
        inside = np.minimum(place, max(len(self.codes) - 1, 0))
        is_known = self.codes[inside] == codes if len(self.codes) else np.zeros(len(codes), dtype=bool)
        df = np.where(is_known, self.df[inside], 1) if len(self.codes) else np.ones(len(codes))
        stacks = max(self.stacks, _MIN_STACKS)
        rarity = np.log((stacks + 1) / (np.minimum(df, stacks) + 1)) / np.log((stacks + 1) / 2)
        is_common = (df > _COMMON_SHARE * self.stacks) & (self.stacks >= _MIN_STACKS)
        return np.asarray(np.where(is_common, 0.0, np.clip(rarity, 0.0, 1.0)), dtype=np.float64)


def weigh_frames(frames: FrameRows, rarity: FrameRarity, texts: int) -> tuple[Any, list[str | None]]:
    """Weighs the call stacks of texts.

    In: their frames, the rarity of frames, the number of texts. Out: a sparse matrix of texts by frame codes,
    in which a frame weighs its rarity, the less the more telling frames stand above it; and per text its copy
    key, the first telling frames, None with fewer than three.
    """
    from scipy.sparse import csr_array

    if len(frames.row) == 0:
        return csr_array((texts, FRAME_CODES), dtype=np.float32), [None] * texts
    telling = rarity.measure(frames.code)
    total = np.cumsum(telling) - telling
    depth = total - total[np.searchsorted(frames.row, frames.row)]
    matrix = csr_array(
        ((telling * np.exp(-_DECAY * depth)).astype(np.float32), (frames.row, frames.code)),
        shape=(texts, FRAME_CODES),
    )
    matrix.sort_indices()

    keys: list[str | None] = [None] * texts
    own_rows, own_codes = frames.row[telling > 0.0], frames.code[telling > 0.0]
    for row, start, count in zip(*np.unique(own_rows, return_index=True, return_counts=True), strict=True):
        if count >= MIN_COPY_FRAMES:
            first = own_codes[start : start + min(count, MAX_COPY_FRAMES)]
            keys[int(row)] = "-".join(f"{code:x}" for code in first.tolist())
    return matrix, keys


def add_titles_to_copy_keys(copy_keys: pl.Series, titles: pl.Series) -> pl.Series:
    """Adds what a title says to copy keys where titles repeat with the stacks.

    In: per issue the copy key and the title, or null. Out: the keys, of the first three telling frames and
    the title, if half of the pairs of copies have one title (a crash reporter wrote it); else as they were.
    """
    table = pl.DataFrame({"key": copy_keys, "title": _mask_titles(titles)}).drop_nulls("key")
    pairs, pairs_of_one_title = (
        table.group_by(columns).len().select((pl.col("len") * (pl.col("len") - 1)).sum()).item()
        for columns in (["key"], ["key", "title"])
    )
    has_telling_titles = pairs > 0 and pairs_of_one_title >= _MIN_TITLE_AGREEMENT * pairs
    return join_copy_keys(copy_keys, titles) if has_telling_titles else copy_keys


def join_copy_keys(copy_keys: pl.Series, titles: pl.Series) -> pl.Series:
    """The copy keys that stacks and titles make together."""
    first_frames = pl.col("key").str.split("-").list.head(MIN_COPY_FRAMES).list.join("-")
    table = pl.DataFrame({"key": copy_keys, "title": _mask_titles(titles)})
    return table.select(pl.format("{} {}", first_frames, pl.col("title")).alias("key"))["key"]


def _mask_titles(titles: pl.Series) -> pl.Series:
    """Titles in lower case, with `#` for numbers; null becomes empty."""
    return titles.fill_null("").str.strip_chars().str.to_lowercase().str.replace_all(r"\d+", "#")


def compare_stacks(ours: Any, theirs: Any, left: Ints, right: Ints) -> tuple[Floats, Floats]:
    """Compares the call stacks of pairs of texts.

    In: `weigh_frames` of two corpora (one and the same for pairs within one), pairs of rows. Out: per pair
    the shared part of both stacks by weight (0 to 1; 0 if one has none), and 1 where both have one.
    """
    have_ours, have_theirs = np.diff(ours.indptr) > 0, np.diff(theirs.indptr) > 0
    both = have_ours[left] & have_theirs[right]
    shared = np.zeros(len(left))
    pairs = np.flatnonzero(both)
    if len(pairs):
        a, b = ours[left[pairs]], theirs[right[pairs]]
        mass_a, mass_b = (np.asarray(side.sum(axis=1), dtype=np.float64).ravel() for side in (a, b))
        # the sum of the smaller weights: (a + b - |a - b|) / 2 over the frames that both hold
        in_both_a, in_both_b = (
            compute_row_dots(a, replace_by_ones(b)),
            compute_row_dots(b, replace_by_ones(a)),
        )
        apart = _differences(a, b)
        smaller = (in_both_a + in_both_b - apart) / 2.0
        shared[pairs] = smaller / np.maximum(mass_a + mass_b - smaller, 1e-9)
    return np.clip(shared, 0.0, 1.0), both.astype(np.float64)


def _differences(a: Any, b: Any) -> Floats:
    """Per pair of rows, the summed difference of the weights of frames that both hold."""
    ours, theirs = a.multiply(replace_by_ones(b)), b.multiply(replace_by_ones(a))
    return np.asarray(abs(ours - theirs).sum(axis=1), dtype=np.float64).ravel()
