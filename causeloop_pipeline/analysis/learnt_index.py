"""What a grouping learnt, in the form in which later issues are assigned without touching history."""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from causeloop_pipeline.analysis.assembly import Assembly
from causeloop_pipeline.analysis.bursts import place_of
from causeloop_pipeline.analysis.candidates import postings_of
from causeloop_pipeline.analysis.confidence import Recalibration
from causeloop_pipeline.analysis.corpus import Corpus, Lexicon
from causeloop_pipeline.analysis.fingerprint import MACHINE_ROWS
from causeloop_pipeline.analysis.group_ledger import GroupLedger
from causeloop_pipeline.analysis.likeness import Likeness
from causeloop_pipeline.analysis.masks import SHOWN_WILDCARD, WILDCARD
from causeloop_pipeline.analysis.pair_score import BaseRate, Standing
from causeloop_pipeline.analysis.templates import TemplateBook

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MAGIC = b"causeloop pattern index 1\n"
_FRAMES = ("members", "keys", "repaired", "anchors", "bursts")
_LEDGERS = ("group_ledger", "count_ledger")


class UnreadableIndexError(ValueError):
    """The bytes are no pattern index of this version: group anew."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Texts that were added together, the group of each, and how near each one's neighbours were."""

    corpus: Corpus
    group: Ints
    standing: Standing
    postings: Any

    @classmethod
    def of(cls, corpus: Corpus, group: Ints, standing: Standing, lexicon: Lexicon) -> "Segment":
        """Texts made ready to be searched."""
        return cls(corpus, group, standing, postings_of(corpus, lexicon, lasting=True))


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Groups (also of one issue), the keys that lead to them, and the vectors of the texts in them."""

    group_ledger: GroupLedger  # one row a group, as `pattern_faces` makes them
    members: pl.DataFrame  # issue_id, group
    keys: pl.DataFrame  # key (template:… or trace:…), group
    count_ledger: GroupLedger  # group, name, value, count
    group_count: int
    repaired: pl.DataFrame  # group, seconds
    anchors: pl.DataFrame  # key, title, stays, group: who follows whom where people split
    bursts: pl.DataFrame  # place, began, ended, group
    book: TemplateBook
    lexicon: Lexicon
    segments: tuple[Segment, ...]
    base_rates: dict[str, BaseRate]
    recalibration: Recalibration

    @property
    def groups(self) -> pl.DataFrame:
        """All groups, also of one issue."""
        return self.group_ledger.all_rows()

    def to_bytes(self) -> bytes:
        """The index as bytes: the same index, the same bytes; readable by any process of the same version."""
        head = {
            "kinds": [[origin, bodied, kind] for (origin, bodied), kind in sorted(self.book.kinds.items())],
            "templates": sorted(self.book.templates.items()),
            "base_rates": {
                name: [rate.joining, rate.shown] for name, rate in sorted(self.base_rates.items())
            },
            "recalibration": [self.recalibration.slope, self.recalibration.shift],
            "lexicon": [self.lexicon.texts, self.lexicon.title_mean, self.lexicon.body_mean],
            "segments": len(self.segments),
        }
        blobs = [orjson.dumps(head, option=orjson.OPT_SORT_KEYS), _frame_bytes(self.lexicon.terms)]
        blobs += [_frame_bytes(getattr(self, name)) for name in _FRAMES]
        blobs += [_frame_bytes(GroupLedger.of(getattr(self, name).all_rows()).settled) for name in _LEDGERS]
        for segment in self.segments:
            blobs += _segment_bytes(segment)
        return _MAGIC + b"".join(struct.pack("<Q", len(blob)) + blob for blob in blobs)

    @staticmethod
    def from_bytes(data: bytes) -> "PatternIndex":
        """The index that `to_bytes` wrote. Raises `UnreadableIndexError` for anything else."""
        if not data.startswith(_MAGIC):
            raise UnreadableIndexError(
                "these bytes are no pattern index of this version: group the issues anew"
            )
        blobs = _blobs(memoryview(data)[len(_MAGIC) :])
        head, terms = orjson.loads(blobs[0]), _frame(blobs[1])
        names = (*_FRAMES, *_LEDGERS)
        frames = {name: _frame(blob) for name, blob in zip(names, blobs[2 : 2 + len(names)], strict=True)}
        ledgers = {name: GroupLedger.of(frames.pop(name)) for name in _LEDGERS}
        rest = blobs[2 + len(names) :]
        lexicon = Lexicon.of(terms, *head["lexicon"])
        step = len(rest) // max(head["segments"], 1)
        segments = [_segment(rest[at : at + step], lexicon) for at in range(0, len(rest), max(step, 1))]
        kinds = {(origin, bodied): kind for origin, bodied, kind in head["kinds"]}
        return PatternIndex(
            group_ledger=ledgers["group_ledger"],
            count_ledger=ledgers["count_ledger"],
            group_count=ledgers["group_ledger"].settled.height,
            **frames,
            book=TemplateBook(kinds, dict(head["templates"])),
            lexicon=lexicon,
            segments=tuple(segments),
            base_rates={name: BaseRate(*rate) for name, rate in head["base_rates"].items()},
            recalibration=Recalibration(*head["recalibration"]),
        )


def build_index(
    table: pl.DataFrame,
    assembly: Assembly,
    faces: pl.DataFrame,
    counts: pl.DataFrame,
    repaired: pl.DataFrame,
    texts: tuple[Likeness | None, Ints],
    learnt: Recalibration,
) -> PatternIndex:
    """In, canonical issues with fingerprints and how they were grouped; out, what assigning later issues
    needs.
    """
    group, (likeness, text_cells) = assembly.group_of_cell, texts
    kinds = [key.partition(":")[0] for key in assembly.cells.key]
    fixed = [cell for cell, kind in enumerate(kinds) if kind in ("template", "trace")]
    anchors = assembly.cells.anchors
    lexicon, segments, rates = _nothing_learnt()
    if likeness is not None:
        segments = (Segment.of(likeness.corpus, group[text_cells], likeness.standing, likeness.lexicon),)
        lexicon, rates = likeness.lexicon, likeness.base_rates
    return PatternIndex(
        group_ledger=GroupLedger.of(faces),
        group_count=faces.height,
        members=table.select("issue_id").with_columns(pl.Series("group", assembly.group_of_row)),
        keys=pl.DataFrame(
            {
                "key": pl.Series([assembly.cells.key[cell] for cell in fixed], dtype=pl.String),
                "group": group[fixed],
            }
        ).sort("key", "group"),
        count_ledger=GroupLedger.of(counts),
        repaired=repaired,
        anchors=pl.DataFrame(
            [(a.atom_key, a.title, a.stays, int(assembly.group_of_row[a.row])) for a in anchors],
            schema={"key": pl.String, "title": pl.String, "stays": pl.Int64, "group": pl.Int64},
            orient="row",
        ),
        bursts=_bursts(table, assembly),
        book=_book(table),
        lexicon=lexicon,
        segments=segments,
        base_rates=rates,
        recalibration=learnt,
    )


def _nothing_learnt() -> tuple[Lexicon, tuple[Segment, ...], dict[str, BaseRate]]:
    terms = pl.DataFrame(schema={"term": pl.String, "code": pl.UInt32, "df": pl.UInt32})
    return Lexicon.of(terms, 0, 1.0, 1.0), (), {}


def _bursts(table: pl.DataFrame, assembly: Assembly) -> pl.DataFrame:
    rows = table.with_columns(pl.Series("group", assembly.group_of_row))
    rows = rows.filter((pl.col("kind") == "structured") & pl.col("trace_key").is_null())
    return (
        rows.with_columns(place_of(rows))
        .drop_nulls(["place", "source_created_at"])
        .group_by("place", "group")
        .agg(
            pl.col("source_created_at").min().alias("began"), pl.col("source_created_at").max().alias("ended")
        )
        .select("place", "began", "ended", "group")
        .sort("place", "began", "group")
    )


def _book(table: pl.DataFrame) -> TemplateBook:
    """Sources large enough to tell, and the templates; a template leads to itself."""
    body = pl.col("body").str.strip_chars().str.len_chars().fill_null(0) > 40
    blocks = (
        table.lazy()
        .group_by(pl.col("source").fill_null("").alias("origin"), body.alias("bodied"), "kind")
        .len("rows")
        .sort(["origin", "bodied", "rows", "kind"], descending=[False, False, True, False])
        .collect()
    )
    kinds: dict[tuple[str, bool], str] = {}
    for origin, bodied, kind, rows in blocks.iter_rows():
        if rows >= MACHINE_ROWS:
            kinds.setdefault((origin, bodied), kind)
    templates = table["template"].drop_nulls().unique().sort().to_list()
    plain = [template.replace(SHOWN_WILDCARD, WILDCARD) for template in templates]
    return TemplateBook(kinds, dict(zip(plain, plain, strict=True)))


def _frame_bytes(frame: pl.DataFrame) -> bytes:
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


def _frame(blob: memoryview) -> pl.DataFrame:
    return pl.read_ipc(BytesIO(blob)).rechunk()


_MATRICES = ("whole", "title")
_VECTORS = ("whole_norm", "title_norm", "body_norm", "length")


def _segment_bytes(segment: Segment) -> list[bytes]:
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
    return [*blobs, _frame_bytes(corpus.marks)]


def _segment(blobs: list[memoryview], lexicon: Lexicon) -> Segment:
    from scipy.sparse import csr_array

    width = lexicon.terms.height

    def matrix(at: int) -> Any:
        data, columns = np.frombuffer(blobs[at], np.float32), np.frombuffer(blobs[at + 1], np.int32)
        starts = np.frombuffer(blobs[at + 2], np.int64)
        return csr_array((data, columns, starts), shape=(len(starts) - 1, width))

    whole, title, body, length = (np.frombuffer(blob, np.float64) for blob in blobs[8:12])
    corpus = Corpus(matrix(2), matrix(5), whole, title, body, length, _frame(blobs[12]))
    first, second = np.frombuffer(blobs[1], np.float64).reshape(2, -1)
    return Segment.of(corpus, np.frombuffer(blobs[0], np.int64), Standing(first, second), lexicon)


def _blobs(data: memoryview) -> list[memoryview]:
    found, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        found.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    return found
