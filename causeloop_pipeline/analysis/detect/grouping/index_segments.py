"""Segments of a pattern index: texts that were added together, which can be searched, joined and stored."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import BytesIO
from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.similarity.candidate_pairs import build_postings
from causeloop_pipeline.analysis.detect.similarity.corpus import Corpus
from causeloop_pipeline.analysis.detect.similarity.frame_rarity import FRAME_CODES
from causeloop_pipeline.analysis.detect.similarity.lexicon import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pair_score import NearestCosines

_MATRICES = ("whole", "title", "frames")
_LENGTH_BYTES = 8
SEGMENT_PARTS = 3 + 3 * len(_MATRICES)


@dataclass(frozen=True)
class Segment:
    """Texts that were added together, the group of each, and how near its nearest texts were."""

    corpus: Corpus
    group: Ints
    nearest_cosines: NearestCosines
    lexicon: Lexicon  # as it was when they were added
    stored: Sequence[bytes] = ()  # the parts that it was read from: writing it again gives the same

    @cached_property
    def postings(self) -> Any:
        """The inverted index for many searches, built at the first one."""
        return build_postings(self.corpus, self.lexicon, for_new_texts=True)

    def list_postings(self, queries: Corpus) -> Any:
        """What a search of some texts needs of the inverted index; all of it if that is built."""
        if "postings" in vars(self):
            return self.postings
        return build_postings(self.corpus, self.lexicon, for_new_texts=True, queries=queries)


def join_segments(segments: Sequence[Segment], lexicon: Lexicon) -> Segment:
    """Makes several segments one.

    In: segments; a lexicon with the terms of all. Out: one segment with their texts in order.
    """
    corpora = [segment.corpus for segment in segments]
    corpus = Corpus(
        whole=_stack_matrices([corpus.whole for corpus in corpora], lexicon.size),
        title=_stack_matrices([corpus.title for corpus in corpora], lexicon.size),
        frames=_stack_matrices([corpus.frames for corpus in corpora], corpora[0].frames.shape[1]),
        metadata=pl.concat([corpus.metadata for corpus in corpora]),
    )
    nearest = NearestCosines(
        np.concatenate([segment.nearest_cosines.first for segment in segments]),
        np.concatenate([segment.nearest_cosines.second for segment in segments]),
    )
    return Segment(corpus, np.concatenate([segment.group for segment in segments]), nearest, lexicon)


def _stack_matrices(matrices: Sequence[Any], width: int) -> Any:
    from scipy.sparse import csr_array, vstack

    widened = [csr_array((m.data, m.indices, m.indptr), shape=(m.shape[0], width)) for m in matrices]
    return vstack(widened, format="csr")


def serialize_segment(segment: Segment) -> list[bytes]:
    """Writes a segment.

    In: a segment. Out: 12 blobs, for `deserialize_segment`.
    """
    corpus = segment.corpus
    blobs = [
        np.ascontiguousarray(segment.group, np.int64).tobytes(),
        np.vstack([segment.nearest_cosines.first, segment.nearest_cosines.second]).tobytes(),
    ]
    for name in _MATRICES:
        matrix = getattr(corpus, name)
        blobs += [
            matrix.data.astype(np.float32).tobytes(),
            matrix.indices.astype(np.int32).tobytes(),
            matrix.indptr.astype(np.int64).tobytes(),
        ]
    return [*blobs, serialize_frame(corpus.metadata)]


def deserialize_segment(blobs: Sequence[memoryview], lexicon: Lexicon) -> Segment:
    """Reads a segment.

    In: the blobs of `serialize_segment`; the lexicon of the index. Out: the segment.
    """
    group, cosines, *matrices, metadata = blobs
    corpus = Corpus(
        whole=_read_matrix(matrices[:3], lexicon.size),
        title=_read_matrix(matrices[3:6], lexicon.size),
        frames=_read_matrix(matrices[6:], FRAME_CODES),
        metadata=deserialize_frame(metadata),
    )
    first, second = np.frombuffer(cosines, np.float64).reshape(2, -1)
    nearest = NearestCosines(first, second)
    return Segment(corpus, np.frombuffer(group, np.int64), nearest, lexicon)


def read_segment(parts: Sequence[bytes], lexicon: Lexicon) -> Segment:
    """Reads a segment that stays beside its parts.

    In: the parts of the blobs of `serialize_segment`; the lexicon of the index. Out: the segment.
    """
    return replace(deserialize_segment([read_part(part) for part in parts], lexicon), stored=parts)


def _read_matrix(blobs: Sequence[memoryview], width: int) -> Any:
    from scipy.sparse import csr_array

    values, columns = np.frombuffer(blobs[0], np.float32), np.frombuffer(blobs[1], np.int32)
    row_starts = np.frombuffer(blobs[2], np.int64)
    if len(columns) <= np.iinfo(np.int32).max:
        row_starts = row_starts.astype(np.int32)
    return csr_array((values, columns, row_starts), shape=(len(row_starts) - 1, width))


def write_part(blob: bytes) -> bytes:
    """Writes a part of an index: a blob behind its length, so that parts can be joined.

    In: a blob. Out: the part.
    """
    return struct.pack("<Q", len(blob)) + blob


def read_part(part: bytes | memoryview) -> memoryview:
    """Reads the blob that `write_part` wrote."""
    return memoryview(part)[_LENGTH_BYTES:]


def split_parts(content: memoryview) -> list[bytes]:
    """Reads the parts that were joined."""
    parts, at = [], 0
    while at < len(content):
        (size,) = struct.unpack_from("<Q", content, at)
        end = at + _LENGTH_BYTES + size
        parts.append(bytes(content[at:end]))
        at = end
    return parts


def serialize_frame(frame: pl.DataFrame) -> bytes:
    """Writes a frame as Arrow IPC.

    In: a frame. Out: bytes. Columns of numbers without nulls lose the bitmap that a filter may have left.
    """
    without_bitmaps = [
        pl.Series(column.name, column.to_numpy())
        for column in frame
        if column.dtype.is_numeric() and not column.null_count()
    ]
    out = BytesIO()
    frame.with_columns(without_bitmaps).rechunk().write_ipc(
        out, compression="zstd", compat_level=pl.CompatLevel.oldest()
    )
    return out.getvalue()


def deserialize_frame(blob: memoryview) -> pl.DataFrame:
    """The frame that `serialize_frame` wrote."""
    return pl.read_ipc(BytesIO(blob)).rechunk()
