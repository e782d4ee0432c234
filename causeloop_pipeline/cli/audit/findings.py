"""What an audit found in a history, as the sections of a page: plain values, which the page escapes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from causeloop_pipeline.analysis.loop import IssueHistory, Loop, run_loop, select_occurrences
from causeloop_pipeline.cli.audit.history import History
from causeloop_pipeline.cli.output.report import select_window_predictions
from causeloop_pipeline.cli.output.terminal import format_count
from causeloop_pipeline.model.issue import OPEN_STATUSES
from causeloop_pipeline.model.prediction import write_probability
from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.model.recommendation import write_prevented

if TYPE_CHECKING:
    from causeloop_pipeline.analysis.act.audit import Audit
    from causeloop_pipeline.analysis.act.stated_endings import StatedEnding

ENDING_SCHEMA = pl.Schema(dict.fromkeys(("issue_id", "phrase", "quote", "made_by", "link"), pl.String()))


@dataclass(frozen=True)
class Cell:
    """A text, and the address that it leads to."""

    text: str
    url: str | None = None


@dataclass(frozen=True)
class Section:
    """A heading with a table, or with the sentence that stands in its place."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    otherwise: str
    steps: tuple[str, ...] = ()
    """What to do first, in order."""


@dataclass(frozen=True)
class Findings:
    """A whole page: what was read, what it comes to, the sections, and notes."""

    title: str
    summary: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]


def find_what_came_back(history: History, *, as_of: datetime, timezone: str, limit: int) -> Findings:
    """Run the whole analysis over a history and gather what its page says."""
    from causeloop_pipeline.analysis.act.audit import audit_history
    from causeloop_pipeline.analysis.act.stated_endings import read_stated_endings
    from causeloop_pipeline.analysis.detect.issue_occurrences import (
        date_by_occurrences,
        list_issue_occurrences,
    )

    occurrences = list_issue_occurrences(history.issues, history.occurrences)
    stated = read_stated_endings(history.issues, history.payloads)
    loop = run_loop(
        history.issues,
        IssueHistory(history.occurrences, stated),
        as_of=as_of,
        timezone=timezone,
        namespace="audit",
    )
    audit = audit_history(
        loop.grouping.members,
        occurrences,
        select_occurrences(loop.grouping.members, date_by_occurrences(history.issues, occurrences)),
        _list_claims(history, stated),
        as_of=as_of,
    )
    return Findings(
        title=f"What came back: {history.title}",
        summary=_summarize(history, loop, audit, as_of),
        sections=_write_sections(history, loop, audit, limit),
        notes=history.notes,
    )


def _list_claims(history: History, stated: "Mapping[str, StatedEnding]") -> pl.DataFrame:
    """The endings that claim a fix, by issue."""
    from causeloop_pipeline.analysis.act.audit import is_claimed

    rows = [
        (issue_id, ending.phrase, ending.quote, ending.made_by, ending.link)
        for issue_id, ending in stated.items()
        if is_claimed(ending, history.status_words.get(issue_id, ""))
    ]
    return pl.DataFrame(rows, schema=ENDING_SCHEMA, orient="row")


def _summarize(history: History, loop: Loop, audit: "Audit", as_of: datetime) -> tuple[str, ...]:
    first, last = (getattr(loop.issues["source_created_at"], each)() for each in ("min", "max"))
    span = f" from {first:%Y-%m-%d} to {last:%Y-%m-%d}" if first is not None else ""
    grouped = loop.grouping.members["issue_id"].n_unique()
    patterns = loop.grouping.patterns.height
    return (
        f"{format_count(history.issues.height, 'failure')}{span}, {grouped:,} of them in "
        f"{format_count(patterns, 'pattern')} that {'recurs' if patterns == 1 else 'recur'}.",
        _count_closings(history, audit),
        f"As of {as_of:%Y-%m-%d %H:%M} UTC.",
    )


def _count_closings(history: History, audit: "Audit") -> str:
    if audit.closed:
        share = f"{100 * audit.came_back / audit.closed:.0f} %"
        closed = format_count(audit.closed, "time")
        return f"Closed {closed}; after {audit.came_back:,} of them it came back ({share})."
    undated = history.issues.filter(~pl.col("status").is_in(OPEN_STATUSES)).height
    if not undated:
        return "None of them is closed yet."
    return (
        f"{format_count(undated, 'failure')} {'is' if undated == 1 else 'are'} closed, but nothing says "
        "when, so what came back afterwards is not counted. Where a column has the time: --map "
        "resolved_at=COLUMN."
    )


def _write_sections(history: History, loop: Loop, audit: "Audit", limit: int) -> tuple[Section, ...]:
    from causeloop_pipeline.analysis.act.audit import split_fixes

    names = {
        key: name or key for key, name in loop.grouping.patterns.select("pattern_id", "name").iter_rows()
    }
    expected = {row["pattern_id"]: row for row in select_window_predictions(loop).iter_rows(named=True)}
    not_held, others = split_fixes(audit.fixes)
    return (
        _write_what_to_fix(loop, limit),
        _write_returns(audit, names, expected, loop.headline_window, limit),
        _write_fixes(
            ("Fixes that did not hold", "Nothing that was recorded as fixed came back."),
            not_held,
            history,
            names,
            limit,
        ),
        _write_fixes(
            (
                "Fixes that hold, or are too young to judge",
                "Each was followed by a recurrence." if not_held.height else "No fix is recorded.",
            ),
            others,
            history,
            names,
            limit,
        ),
    )


def _write_what_to_fix(loop: Loop, limit: int) -> Section:
    ranked = loop.recommendations.sort("rank").head(limit)
    rows = tuple(
        (
            Cell(str(row["rank"])),
            Cell(row["title"]),
            Cell(row["effort"]),
            Cell(
                write_prevented(
                    *(row[name] for name in ("expected_loops_prevented", "expected_low", "expected_high"))
                )
            ),
        )
        for row in ranked.iter_rows(named=True)
    )
    steps = tuple(ranked["steps"][0]) if ranked.height else ()
    return Section(
        "What to fix first",
        ("#", "recommendation", "effort", "recurrences prevented (80 % interval)"),
        rows,
        "There is no known fix for anything that recurs.",
        steps,
    )


def _write_returns(
    audit: "Audit", names: dict[str, str], expected: dict[str, Any], window: int, limit: int
) -> Section:
    rows = tuple(
        (
            Cell(names[row["pattern_id"]]),
            Cell(f"{row['closed']:,}"),
            Cell(f"{row['came_back']:,}"),
            Cell(_write_days(row["median_days"])),
            Cell(f"{row['last_seen_at']:%Y-%m-%d}"),
            Cell(_write_expected(expected.get(row["pattern_id"]))),
        )
        for row in audit.returns.head(limit).iter_rows(named=True)
    )
    return Section(
        _count_rows("Closed, and came back", limit, audit.returns.height),
        ("pattern", "closed", "came back", "after (median)", "last seen", f"within {window} days"),
        rows,
        "Nothing that was closed came back." if audit.closed else "No failure says when it was closed.",
    )


def _write_fixes(
    texts: tuple[str, str], fixes: pl.DataFrame, history: History, names: dict[str, str], limit: int
) -> Section:
    heading, otherwise = texts
    rows = tuple(
        (
            Cell(row["phrase"] or row["quote"] or "closed as fixed", _find_url(row, history)),
            Cell(f"{row['fixed_at']:%Y-%m-%d}"),
            Cell(row["made_by"] or ""),
            Cell(names[row["pattern_id"]]),
            Cell(_write_return(row)),
            Cell(f"{row['failed_before']:,}" if row["failed_before"] else ""),
            Cell(Verdict(row["verdict"]).label),
        )
        for row in fixes.head(limit).iter_rows(named=True)
    )
    columns = ("what was done", "on", "by", "pattern", "came back", "failed fixes before", "verdict")
    return Section(_count_rows(heading, limit, fixes.height), columns, rows, otherwise)


def _find_url(row: dict[str, Any], history: History) -> str | None:
    return row["link"] or history.urls.get(row["issue_id"])


def _write_return(row: dict[str, Any]) -> str:
    if row["returned_at"] is None:
        return "not yet"
    return f"after {_write_days((row['returned_at'] - row['fixed_at']).total_seconds() / 86_400)}"


def _write_days(days: float | None) -> str:
    if days is None:
        return ""
    if days < 1:
        return f"{format_count(max(1, round(24 * days)), 'hour')}"
    return format_count(round(days), "day")


def _write_expected(prediction: dict[str, Any] | None) -> str:
    if prediction is None or prediction["probability"] is None:
        return ""
    rhythm = prediction["rhythm"]
    due = f", next on {rhythm['next']}" if rhythm and not rhythm["missed"] else ""
    return f"{write_probability(prediction['probability'])}{due}"


def _count_rows(heading: str, limit: int, total: int) -> str:
    return heading if total <= limit else f"{heading} (first {limit} of {total})"
