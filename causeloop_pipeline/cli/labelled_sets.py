"""Labelled sets of issues: the files below a folder that say which issues belong together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from causeloop_pipeline.cli.issue_input import IssueInput, read_issues
from causeloop_pipeline.cli.output.terminal import fail
from causeloop_pipeline.landing.export_file.reader import IssueFileError, read_issue_file

KNOWN_COLUMN = "label_known"
OTHER_ANSWERS = ("cause_label", "template")
SUFFIXES = {".csv", ".jsonl", ".parquet", ".xlsx"}


@dataclass(frozen=True)
class LabelledSet:
    """Issues, their true groups (null for distractors), and how many rows were unreadable."""

    issues: pl.DataFrame
    labels: pl.Series
    left_out: int


def find_labelled_sets(folder: Path, label: str) -> Sequence[Path]:
    """The files below a folder that have the column of labels, by name."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    return [path for path in paths if label in _read_columns(path)]


def _read_columns(path: Path) -> Sequence[str]:
    try:
        return read_issue_file(path).table.columns
    except IssueFileError:
        return ()


def read_labelled_set(path: Path, label: str, max_bad_rows: float) -> LabelledSet:
    """Reads labelled issues without showing the labels to the grouping.

    In: a file, its column of labels, the share of rows that may be unreadable. Out: the readable issues; ends
    the command where more rows are unreadable. A row whose `label_known` is false is not part of the figures.
    """
    unread = [label, KNOWN_COLUMN, *OTHER_ANSWERS]
    source = read_issues(path, [], "UTC", skip_bad_rows=True, unread=unread)
    raw = source.file.table
    left_out = len({row.row for row in source.read.bad_rows})
    if left_out > max_bad_rows * raw.height:
        fail(
            f"{path.name}: {left_out} of {raw.height} rows cannot be read, more than the share of "
            f"{max_bad_rows:g} that may be left out: raise --max-bad-rows, or repair the file"
        )
    return LabelledSet(source.read.issues, read_labels(source, label), left_out)


def read_labels(source: IssueInput, label: str) -> pl.Series:
    """The true group of each issue that was read; null where `label_known` is false."""
    raw = source.file.table
    rows = source.file.find_places(source.read.rows)
    labels = raw[label].cast(pl.String).gather(rows)
    if KNOWN_COLUMN not in raw.columns:
        return labels
    is_known = raw[KNOWN_COLUMN].cast(pl.String).str.to_lowercase().gather(rows) == "true"
    return pl.select(pl.when(is_known).then(labels)).to_series().alias(label)
