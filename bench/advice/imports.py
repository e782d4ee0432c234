"""Files as people import them, for the rubric: public sets as they are, and made-up exports of other domains.

They are read as `causeloop analyze` reads them, without the columns that hold somebody's answers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zlib import crc32

import numpy as np
import polars as pl

from bench.data.family_titles import LabelledTitle, read_labelled_titles
from bench.data.shared_folder import find_shared_file
from causeloop_pipeline.analysis.act.recommendations import Advice
from causeloop_pipeline.analysis.loop import run_loop
from causeloop_pipeline.cli.issue_input import read_issues, resolve_as_of

ANSWERS = ("group_label", "label_known", "cause_label", "pattern_id", "template")
NEWEST_ROWS = 6_000
SHARES = (1.0, 0.75, 0.5)  # of a file, oldest first: it is imported as it was then
MADE_UP_DAYS, MADE_UP_END = 300, datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Import:
    """A file of failures, and what its owner would say on the command line."""

    name: str
    read: Callable[[], pl.DataFrame]
    maps: tuple[str, ...] = ()
    date_format: str | None = None
    shares: tuple[float, ...] = field(default=SHARES)


def list_imports() -> list[Import]:
    """The public sets, then a made-up export of each domain of the labelled titles."""
    domains = sorted({title.domain for title in read_labelled_titles()})
    return [
        Import("transit delays", lambda: _read("recurrence/subway_delays")),
        Import(
            "machine failures", lambda: _read("recurrence/cluster_node_failures"), ("title=cause_detail",)
        ),
        Import("machine log", _read_machine_log, date_format="%Y-%m-%d-%H.%M.%S%.f"),
        Import("status pages", lambda: _read("recurrence/status_events")),
        Import("status page with texts", lambda: _read("recurrence/status_page_incidents")),
        Import("site incidents", lambda: _read("incidents/hpc_site_incidents")),
        Import("filesystem tracker", lambda: _read("grouping/tracker_filesystem")),
        Import("scheduler tracker", lambda: _read("grouping/tracker_scheduler")),
        Import("reports with traces", lambda: _read("grouping/reports_with_java_traces")),
        *(Import(f"made up: {domain}", partial(make_up_export, domain), shares=(1.0,)) for domain in domains),
    ]


def advise_on_import(source: Import, folder: Path) -> Iterator[tuple[datetime, Advice]]:
    """The advice on a file as it grew, as `causeloop analyze` gives it."""
    whole = source.read().drop(ANSWERS, strict=False)
    for share in source.shares:
        rows = whole.head(round(share * whole.height))
        path = folder / f"{source.name.replace(':', '')} {share}.parquet"
        rows.tail(NEWEST_ROWS).write_parquet(path)
        read = read_issues(path, source.maps, "UTC", skip_bad_rows=True, date_format=source.date_format)
        as_of = resolve_as_of(read, None, datetime.max.replace(tzinfo=UTC), "UTC")
        loop = run_loop(read.read.issues, read.recall_history(), as_of=as_of)
        yield as_of, Advice(loop.recommendations, loop.investigations, loop.unexplained)


def make_up_export(domain: str) -> pl.DataFrame:
    """The held back titles of one domain, each coming back at random every few days to every month."""
    titles = [title for title in read_labelled_titles() if title.domain == domain and title.is_held_back]
    rows = [row for title in titles for row in _repeat(title)]
    frame = pl.DataFrame(rows, schema=["created_at", "title", "service", "error_type"], orient="row")
    return frame.sort("created_at", "title").with_row_index("id", offset=1)


def _repeat(title: LabelledTitle) -> Iterator[tuple[datetime, str, str, str]]:
    rng = np.random.default_rng(crc32(title.title.encode()))
    at = MADE_UP_END - timedelta(days=MADE_UP_DAYS)
    gap = rng.uniform(4, 30)
    while (at := at + timedelta(days=rng.exponential(gap))) < MADE_UP_END:
        yield at, title.title, title.service, title.error_type


def _read(name: str) -> pl.DataFrame:
    return pl.read_parquet(find_shared_file(f"data/{name}.parquet")).sort("created_at")


def _read_machine_log() -> pl.DataFrame:
    """The failures of one system's log; its first columns are the time as a number and as a day."""
    lines = pl.read_parquet(find_shared_file("data/grouping/machine_messages.parquet"))
    failures = lines.filter(pl.col("system") == "BGL", pl.col("severity") != "INFO")
    return failures.select(
        "id", "severity", "component", "message", created_at=pl.col("raw_time").str.split(" ").list.last()
    ).sort("created_at")
