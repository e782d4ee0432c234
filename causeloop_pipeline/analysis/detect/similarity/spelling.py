"""How alike two titles are spelled: by triples of letters, which see what words hide.

`DataNode`, `data-node` and `datanodes` are three words, yet nearly one spelling; a typing error leaves most
of a word as it was.
"""

from typing import Any

import numpy as np
import polars as pl

from causeloop_pipeline.analysis.arrays import Floats, Ints
from causeloop_pipeline.analysis.detect.similarity.sparse_rows import (
    build_from_sorted_cells,
    compute_row_dots,
)

_MAX_CHARACTERS = 200
_CODES = 2**18  # a triple's column is a hash, so that titles of another corpus need no list of triples
_CHUNK = 50_000
_SPACE, _END = ord(" "), ord("\n")


def compare_spelling(ours: pl.Series, theirs: pl.Series, left: Ints, right: Ints) -> Floats:
    """Compares the spelling of pairs of titles.

    In: the normalized titles of two corpora (lower case, words between single spaces), pairs of rows. Out:
    per pair the cosine of their sets of letter triples (Damashek, 1995), 0 where one has no title.
    """
    our_rows, their_rows = np.unique(left), np.unique(right)
    a = _spell(ours[our_rows])
    b = a if ours is theirs and np.array_equal(our_rows, their_rows) else _spell(theirs[their_rows])
    row_a, row_b = np.searchsorted(our_rows, left), np.searchsorted(their_rows, right)
    parts = [
        compute_row_dots(a[row_a[at : at + _CHUNK]], b[row_b[at : at + _CHUNK]])
        for at in range(0, len(left), _CHUNK)
    ]
    return np.concatenate(parts) if parts else np.empty(0)


def _spell(titles: pl.Series) -> Any:
    """Sparse rows of length 1: which triples of letters each title holds."""
    from scipy.sparse import csr_array, vstack

    parts = [_find_triples(titles.slice(at, _CHUNK)) for at in range(0, max(len(titles), 1), _CHUNK)]
    return parts[0] if len(parts) == 1 else csr_array(vstack(parts, format="csr"))


def _find_triples(titles: pl.Series) -> Any:
    lines = "".join(f" {title[:_MAX_CHARACTERS]} \n" for title in titles.to_list())
    letters = np.frombuffer(lines.encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    title = np.cumsum(letters == _END)
    first, second, third = letters[:-2], letters[1:-1], letters[2:]
    is_within_word = (second != _SPACE) & (first != _END) & (second != _END) & (third != _END)
    code = ((first * 8_191 + second) * 8_191 + third)[is_within_word] % _CODES
    distinct = np.unique(title[:-2][is_within_word] * _CODES + code)
    row = distinct // _CODES
    length = np.sqrt(np.bincount(row, minlength=len(titles)))
    return build_from_sorted_cells(1.0 / length[row], row, distinct % _CODES, (len(titles), _CODES))
