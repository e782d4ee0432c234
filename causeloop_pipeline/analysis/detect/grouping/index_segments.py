"""Texts of an index, by when they were added: each part can be searched, put together with others, and
stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import postings_of
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus, Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import Standing

_MATRICES = ("whole", "title")
_VECTORS = ("whole_norm", "title_norm", "body_norm", "length")


@dataclass(frozen=True)
class Segment:
    """Texts that were added together, the group of each, and how near each one's neighbours were."""

    corpus: Corpus
    group: Ints
    standing: Standing
    lexicon: Lexicon  # as it was when they were added

    @cached_property
    def postings(self) -> Any:
        """What a search looks in; made when the first one comes."""
        return postings_of(self.corpus, self.lexicon, lasting=True)


def joined_segments(segments: Sequence[Segment], lexicon: Lexicon) -> Segment:
    """Several parts as one."""
    from scipy.sparse import csr_array, vstack

    corpora = [segment.corpus for segment in segments]
    width = lexicon.terms.height

    def stacked(name: str) -> Any:
        parts = [getattr(corpus, name) for corpus in corpora]
        return vstack(
            [csr_array((m.data, m.indices, m.indptr), shape=(m.shape[0], width)) for m in parts], format="csr"
        )

    def joined(name: str) -> Floats:
        return np.concatenate([getattr(corpus, name) for corpus in corpora])

    marks = pl.concat([corpus.marks for corpus in corpora])
    norms = joined("whole_norm"), joined("title_norm"), joined("body_norm")
    corpus = Corpus(stacked("whole"), stacked("title"), *norms, joined("length"), marks)
    standing = Standing(
        np.concatenate([segment.standing.first for segment in segments]),
        np.concatenate([segment.standing.second for segment in segments]),
    )
    return Segment(corpus, np.concatenate([segment.group for segment in segments]), standing, lexicon)


def segment_bytes(segment: Segment) -> list[bytes]:
    """A part as blobs."""
    corpus = segment.corpus
    blobs = [
        np.ascontiguousarray(segment.group, np.int64).tobytes(),
        np.vstack([segment.standing.first, segment.standing.second]).tobytes(),
    ]
    for name in _MATRICES:
        matrix = getattr(corpus, name)
        blobs += [
            matrix.data.astype(np.float32).tobytes(),
            matrix.indices.astype(np.int32).tobytes(),
            matrix.indptr.astype(np.int64).tobytes(),
        ]
    blobs += [np.ascontiguousarray(getattr(corpus, name), np.float64).tobytes() for name in _VECTORS]
    return [*blobs, frame_bytes(corpus.marks)]


def segment_from(blobs: Sequence[memoryview], lexicon: Lexicon) -> Segment:
    """The part that `segment_bytes` wrote."""
    from scipy.sparse import csr_array

    width = lexicon.terms.height

    def matrix(at: int) -> Any:
        data, columns = np.frombuffer(blobs[at], np.float32), np.frombuffer(blobs[at + 1], np.int32)
        starts = np.frombuffer(blobs[at + 2], np.int64)
        narrow = starts.astype(np.int32) if len(columns) <= np.iinfo(np.int32).max else starts
        return csr_array((data, columns, narrow), shape=(len(starts) - 1, width))

    whole, title, body, length = (np.frombuffer(blob, np.float64) for blob in blobs[8:12])
    corpus = Corpus(matrix(2), matrix(5), whole, title, body, length, frame_from(blobs[12]))
    first, second = np.frombuffer(blobs[1], np.float64).reshape(2, -1)
    return Segment(corpus, np.frombuffer(blobs[0], np.int64), Standing(first, second), lexicon)


def frame_bytes(frame: pl.DataFrame) -> bytes:
    """Arrow IPC; numbers without nulls lose the (meaningless) bitmap that a filter may have left on them."""
    plain = [
        pl.Series(column.name, column.to_numpy())
        for column in frame
        if column.dtype.is_numeric() and not column.null_count()
    ]
    out = BytesIO()
    frame.with_columns(plain).rechunk().write_ipc(
        out, compression="zstd", compat_level=pl.CompatLevel.oldest()
    )
    return out.getvalue()


def frame_from(blob: memoryview) -> pl.DataFrame:
    """The frame that `frame_bytes` wrote."""
    return pl.read_ipc(BytesIO(blob)).rechunk()
