"""What a grouping learnt, in the form in which later issues are assigned without touching history."""

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import polars as pl

from causeloop_pipeline.analysis.arrays import Ints
from causeloop_pipeline.analysis.detect.fingerprints.fingerprint import MACHINE_ROWS
from causeloop_pipeline.analysis.detect.fingerprints.masking import SHOWN_WILDCARD, WILDCARD
from causeloop_pipeline.analysis.detect.fingerprints.templates import TemplateBook
from causeloop_pipeline.analysis.detect.grouping.agglomeration import Assembly
from causeloop_pipeline.analysis.detect.grouping.bursts import place_of
from causeloop_pipeline.analysis.detect.grouping.confidence import Recalibration
from causeloop_pipeline.analysis.detect.grouping.group_table import GroupLedger
from causeloop_pipeline.analysis.detect.grouping.index_segments import (
    Segment,
    frame_bytes,
    frame_from,
    segment_bytes,
    segment_from,
)
from causeloop_pipeline.analysis.detect.similarity.base_rate import BaseRate
from causeloop_pipeline.analysis.detect.similarity.corpus import Lexicon
from causeloop_pipeline.analysis.detect.similarity.pairwise_similarity import Likeness

_MAGIC = b"causeloop pattern index 2\n"
_FRAMES = ("members", "keys", "repaired", "anchors", "bursts", "nearest")
_LEDGERS = ("group_ledger", "count_ledger")


class UnreadableIndexError(ValueError):
    """The bytes are no pattern index of this version: group anew."""


@dataclass(frozen=True, slots=True)
class PatternIndex:
    """Groups (also of one issue), the keys that lead to them, and the vectors of the texts in them."""

    group_ledger: GroupLedger  # one row a group, as `pattern_faces` makes them
    members: pl.DataFrame  # issue_id, group
    settled: int  # so many members come in the order of their ids, who came since then follows
    keys: pl.DataFrame  # key (template:… or trace:…), group
    count_ledger: GroupLedger  # group, name, value, count
    group_count: int
    repaired: pl.DataFrame  # group, seconds
    anchors: pl.DataFrame  # key, title, stays, group: who follows whom where people split
    bursts: pl.DataFrame  # place, began, ended, group
    nearest: pl.DataFrame  # group (of machines' messages), nearest_pattern_id, nearest_missing
    book: TemplateBook
    lexicon: Lexicon
    segments: tuple[Segment, ...]
    base_rates: dict[str, BaseRate]
    recalibration: Recalibration

    @property
    def groups(self) -> pl.DataFrame:
        """All groups, also of one issue."""
        return self.group_ledger.all_rows()

    def holds(self, issue_ids: pl.Series) -> pl.Series:
        """Per issue, whether it is in the index; cost follows the issues asked for."""
        known, recent = self.members["issue_id"].head(self.settled), self.members["issue_id"][self.settled :]
        found = issue_ids.is_in(recent.implode())
        if self.settled == 0:
            return found
        place = np.minimum(known.search_sorted(issue_ids).to_numpy(), self.settled - 1)
        return (known.gather(place) == issue_ids) | found

    def to_bytes(self) -> bytes:
        """The index as bytes: the same index, the same bytes; readable by any process of the same version."""
        head = {
            "kinds": [[origin, bodied, kind] for (origin, bodied), kind in sorted(self.book.kinds.items())],
            "templates": sorted(self.book.templates.items()),
            "base_rates": {
                name: [rate.joining, rate.shown] for name, rate in sorted(self.base_rates.items())
            },
            "recalibration": [self.recalibration.slope, self.recalibration.shift],
            "lexicon": [
                self.lexicon.texts,
                self.lexicon.title_mean,
                self.lexicon.body_mean,
                self.lexicon.settled,
            ],
            "segments": len(self.segments),
            "settled": self.settled,
        }
        blobs = [orjson.dumps(head, option=orjson.OPT_SORT_KEYS), frame_bytes(self.lexicon.terms)]
        blobs += [frame_bytes(getattr(self, name)) for name in _FRAMES]
        blobs += [frame_bytes(GroupLedger.of(getattr(self, name).all_rows()).settled) for name in _LEDGERS]
        for segment in self.segments:
            blobs += segment_bytes(segment)
        return _MAGIC + b"".join(struct.pack("<Q", len(blob)) + blob for blob in blobs)

    @staticmethod
    def reads(start: bytes) -> bool:
        """Whether bytes that begin so are an index of this version."""
        return start.startswith(_MAGIC)

    @staticmethod
    def book_of(data: bytes) -> TemplateBook:
        """Of the index that `to_bytes` wrote, only what it learnt of the sources. Raises
        `UnreadableIndexError`.
        """
        return _book_in(orjson.loads(_blobs(data)[0]))

    @staticmethod
    def from_bytes(data: bytes) -> "PatternIndex":
        """The index that `to_bytes` wrote. Raises `UnreadableIndexError` for anything else."""
        blobs = _blobs(data)
        head, terms = orjson.loads(blobs[0]), frame_from(blobs[1])
        names = (*_FRAMES, *_LEDGERS)
        frames = {name: frame_from(blob) for name, blob in zip(names, blobs[2 : 2 + len(names)], strict=True)}
        ledgers = {name: GroupLedger.of(frames.pop(name)) for name in _LEDGERS}
        rest = blobs[2 + len(names) :]
        lexicon = Lexicon.of(terms, *head["lexicon"])
        step = len(rest) // max(head["segments"], 1)
        segments = [segment_from(rest[at : at + step], lexicon) for at in range(0, len(rest), max(step, 1))]
        return PatternIndex(
            group_ledger=ledgers["group_ledger"],
            count_ledger=ledgers["count_ledger"],
            group_count=ledgers["group_ledger"].settled.height,
            settled=head["settled"],
            **frames,
            book=_book_in(head),
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
    members: pl.DataFrame,
) -> PatternIndex:
    """In, canonical issues with fingerprints and how they were grouped (`MEMBERS`: why); out, what assigning
    later issues needs.
    """
    group, (likeness, text_cells) = assembly.group_of_cell, texts
    kinds = [key.partition(":")[0] for key in assembly.cells.key]
    fixed = [cell for cell, kind in enumerate(kinds) if kind in ("template", "trace")]
    anchors = assembly.cells.anchors
    lexicon, segments, rates = _nothing_learnt()
    if likeness is not None:
        segments = (Segment(likeness.corpus, group[text_cells], likeness.standing, likeness.lexicon),)
        lexicon, rates = likeness.lexicon, likeness.base_rates
    return PatternIndex(
        group_ledger=GroupLedger.of(faces),
        group_count=faces.height,
        members=table.select("issue_id", pl.Series("group", assembly.group_of_row)).sort("issue_id"),
        settled=table.height,
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
        nearest=_nearest(faces, members),
        book=_book(table),
        lexicon=lexicon,
        segments=segments,
        base_rates=rates,
        recalibration=learnt,
    )


def _nearest(faces: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """What the messages of each group come closest to without belonging there."""
    told = ["nearest_pattern_id", "nearest_missing"]
    return (
        faces.filter(pl.col("shown") & (pl.col("kind") == "machine"))
        .join(members.select("issue_id", *told), left_on="founder", right_on="issue_id")
        .drop_nulls("nearest_pattern_id")
        .select("group", *told)
        .sort("group")
    )


def _nothing_learnt() -> tuple[Lexicon, tuple[Segment, ...], dict[str, BaseRate]]:
    terms = pl.DataFrame(schema={"term": pl.String, "code": pl.UInt32, "df": pl.UInt32})
    return Lexicon.of(terms, 0, 1.0, 1.0, 0), (), {}


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


def _book_in(head: dict[str, Any]) -> TemplateBook:
    kinds = {(origin, bodied): kind for origin, bodied, kind in head["kinds"]}
    return TemplateBook(kinds, dict(head["templates"]))


def _blobs(stored: bytes) -> list[memoryview]:
    if not PatternIndex.reads(stored):
        raise UnreadableIndexError("these bytes are no pattern index of this version: group the issues anew")
    data = memoryview(stored)[len(_MAGIC) :]
    found, at = [], 0
    while at < len(data):
        (size,) = struct.unpack_from("<Q", data, at)
        found.append(data[at + 8 : at + 8 + size])
        at += 8 + size
    return found
