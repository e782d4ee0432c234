"""The report of an analysis: patterns, clusters and recommendations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import polars as pl
from rich.console import Console

from causeloop_pipeline.analysis.act.planned_work import is_planned_work
from causeloop_pipeline.analysis.loop import Loop
from causeloop_pipeline.cli.output.terminal import build_table, format_count, strip_controls
from causeloop_pipeline.model.prediction import write_probability
from causeloop_pipeline.model.recommendation import write_prevented

MAX_SUGGESTIONS, MISSED_OF_STOPPED = 5, 2
"""How many are printed, and after how many missed turns none is promised."""

REASONS = {
    "too_few_events": "too few events",
    "too_little_history": "too little history",
    "only_one_burst": "came only once",
    "no_dates": "no dates",
}


def print_loop(console: Console, loop: Loop, as_of: datetime, limit: int) -> None:
    """A summary, the patterns, the clusters and the ranked recommendations."""
    patterns = loop.grouping.patterns
    grouped = loop.grouping.members["issue_id"].n_unique()
    console.print(
        strip_controls(
            f"{format_count(loop.issues.height, 'issue')}, {grouped:,} of them in "
            f"{format_count(patterns.height, 'pattern')}, "
            f"{format_count(loop.clustering.clusters.height, 'cluster')}; as of {as_of:%Y-%m-%d %H:%M} UTC"
        )
    )
    print_patterns(console, loop, limit)
    _print_rhythms(console, loop, limit)
    _print_suggestions(console, loop)
    _print_clusters(console, loop, limit)
    _print_recommendations(console, loop, limit)


def print_patterns(console: Console, loop: Loop, limit: int) -> None:
    """The patterns of highest risk, with how likely each recurs."""
    probabilities = {
        row["pattern_id"]: _format_probability(row)
        for row in select_window_predictions(loop).iter_rows(named=True)
    }
    ranked = rank_patterns(loop)
    rows = [
        (
            row["name"],
            row["issue_count"],
            _format_day(row["last_seen_at"]),
            f"{row['confidence']:.2f}",
            probabilities.get(row["pattern_id"], ""),
            f"{row['risk_score']:.0f}",
        )
        for row in ranked.head(limit).iter_rows(named=True)
    ]
    columns = ("pattern", "issues", "last seen", "confidence", f"recurs in {loop.headline_window} d", "risk")
    console.print(
        build_table(_write_table_title("Patterns", limit, ranked.height), columns, rows, right=columns[1:])
    )


def _print_rhythms(console: Console, loop: Loop, limit: int) -> None:
    """Print which turns the ranked patterns keep, one a line."""
    ranked = rank_patterns(loop).head(limit).select("pattern_id", "name")
    window = select_window_predictions(loop).filter(pl.col("rhythm").is_not_null())
    for row in ranked.join(window, on="pattern_id", maintain_order="left").iter_rows(named=True):
        rhythm = row["rhythm"]
        text = f"{row['name']}: {rhythm['text']}, {rhythm['kept_turns']} of {rhythm['turns']} times"
        missed = f", {rhythm['missed']} missed since" if rhythm["missed"] else ""
        due = f"; next on {rhythm['next']}" if rhythm["missed"] < MISSED_OF_STOPPED else ""
        console.print(strip_controls(f"{text}{missed}{due}"))


def rank_patterns(loop: Loop) -> pl.DataFrame:
    """Patterns with risk_score, highest first."""
    risks = loop.pattern_risks.rename({"id": "pattern_id"})
    joined = loop.grouping.patterns.join(risks, on="pattern_id", how="left")
    return joined.sort("risk_score", "issue_count", "pattern_id", descending=[True, True, False])


def _print_suggestions(console: Console, loop: Loop) -> None:
    """The likeliest pairs of issues that may have one cause, and are not linked."""
    suggestions = loop.grouping.suggestions
    if suggestions.is_empty():
        return
    title_of_issue = loop.issues.select("issue_id", "title")
    likeliest = (
        suggestions.sort("confidence", "issue_id", descending=[True, False])
        .head(MAX_SUGGESTIONS)
        .join(title_of_issue, on="issue_id", how="left", maintain_order="left")
        .join(
            title_of_issue.rename({"issue_id": "other_issue_id", "title": "other_title"}),
            on="other_issue_id",
            how="left",
            maintain_order="left",
        )
    )
    rows = [
        (title or "", other or "", f"{confidence:.2f}")
        for title, other, confidence in likeliest.select("title", "other_title", "confidence").iter_rows()
    ]
    columns = ("same cause?", "and", "confidence")
    heading = _write_table_title("Not sure enough to be linked", MAX_SUGGESTIONS, suggestions.height)
    console.print(build_table(heading, columns, rows, right=columns[2:]))


def select_window_predictions(loop: Loop) -> pl.DataFrame:
    """One prediction per pattern, for the window of the report."""
    return loop.predictions.filter(window_days=loop.headline_window)


def _print_clusters(console: Console, loop: Loop, limit: int) -> None:
    clusters = loop.clustering.clusters.sort("issue_count", "cluster_id", descending=[True, False])
    if clusters.is_empty():
        return
    rows = clusters.select("name", "likely_cause", "pattern_count", "issue_count").head(limit).rows()
    columns = ("cluster", "likely cause", "patterns", "issues")
    console.print(
        build_table(_write_table_title("Clusters", limit, clusters.height), columns, rows, right=columns[2:])
    )


def _print_recommendations(console: Console, loop: Loop, limit: int) -> None:
    rows = [
        (
            row["rank"],
            row["title"],
            row["type"],
            row["effort"],
            row["impact"],
            _format_prevented(row),
        )
        for row in loop.recommendations.sort("rank").head(limit).iter_rows(named=True)
    ]
    columns = ("#", "recommendation", "type", "effort", "impact", "recurrences prevented")
    title = _write_table_title("Recommendations", limit, loop.recommendations.height)
    if rows:
        console.print(build_table(title, columns, rows, right=("#", "recurrences prevented")))
    reasons = _explain_silence(loop)
    if not rows and not reasons:
        reasons = [_explain_none(loop)]
    for reason in reasons:
        console.print(strip_controls(reason if rows else f"No recommendation: {reason}"))
    for best in loop.recommendations.sort("rank").head(1).iter_rows(named=True):
        console.print(strip_controls(f"1. {_join_title(best['title'], best['rationale'] or '')}"))
        for number, step in enumerate(best["steps"], 1):
            console.print(strip_controls(f"   {number}) {step}"))
    _print_investigations(console, loop)
    _print_unexplained(console, loop)


def _explain_none(loop: Loop) -> str:
    if loop.investigations.is_empty() and not loop.unexplained.pattern_ids:
        return "nothing recurs, or the issues have no dates"
    return "nothing in these issues says what would stop them"


def _print_investigations(console: Console, loop: Loop) -> None:
    """What to note at the next occurrences: no fix, so without a rank and without a prevented number."""
    rows = [
        (row["title"], row["to_note"], f"{row['first_cause']} or {row['second_cause']}")
        for row in loop.investigations.sort("place").iter_rows(named=True)
    ]
    if rows:
        console.print(build_table("Find out", ("find out", "note", "it tells apart"), rows))


def _print_unexplained(console: Console, loop: Loop) -> None:
    """How many patterns nothing explains, and what they share."""
    unexplained = loop.unexplained
    if not unexplained.pattern_ids:
        return
    count = len(unexplained.pattern_ids)
    text = f"{format_count(count, 'pattern')} {'has' if count == 1 else 'have'} no known fix"
    if unexplained.traits:
        text += f"; what the issues have in common: {'; '.join(unexplained.traits)}"
    elif count > 1:
        text += "; they have nothing in common"
    console.print(strip_controls(f"{text}."))
    for ended in unexplained.endings:
        console.print(strip_controls(f"{ended}."))


def _join_title(title: str, rationale: str) -> str:
    """A recommendation and why: a first sentence that the title has already is not repeated."""
    evidence = set(title.rpartition(": ")[2].lower().split()) - {"there"}
    first, _, rest = rationale.partition(". ")
    is_repeated = bool(evidence) and evidence <= set(first.lower().split())
    return f"{title}. {rest if is_repeated else rationale}".rstrip(". ") + "."


def _explain_silence(loop: Loop) -> list[str]:
    """Why patterns have no recommendation."""
    window = select_window_predictions(loop)
    covered = [
        *loop.recommendations["pattern_ids"].explode().drop_nulls(),
        *loop.investigations["pattern_id"],
        *loop.unexplained.pattern_ids,
    ]
    advised = pl.DataFrame({"pattern_id": covered}, schema={"pattern_id": pl.String})
    predicted = window.filter(pl.col("probability").is_not_null()).join(advised, on="pattern_id", how="anti")
    names = loop.grouping.patterns.join(predicted, on="pattern_id", how="semi")["name"].to_list()
    planned = sum(is_planned_work(name or "") for name in names)
    too_young = window.filter(pl.col("reason") == "too_little_history").height
    reasons = (
        (len(names) - planned, "will hardly come back in 90 days, or are hardly one problem: leave them"),
        (planned, "are planned work"),
        (too_young, "were observed too briefly to tell whether they come back"),
    )
    return [_count_patterns(count, text) for count, text in reasons if count]


def _count_patterns(count: int, text: str) -> str:
    """A count of patterns as a sentence, in the singular for one."""
    if count == 1:
        words = (("are ", "is "), ("were ", "was "), ("they come", "it comes"), ("them", "it"))
        for plural, singular in words:
            text = text.replace(plural, singular)
    return f"{format_count(count, 'pattern')} {text}"


def _format_prevented(row: Mapping[str, Any]) -> str:
    return write_prevented(
        *(row[name] for name in ("expected_loops_prevented", "expected_low", "expected_high"))
    )


def _format_probability(row: dict[str, object]) -> str:
    if row["probability"] is None:
        return REASONS.get(str(row["reason"]), str(row["reason"]))
    return write_probability(float(str(row["probability"])))


def _format_day(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d}" if instant else ""


def _write_table_title(what: str, limit: int, total: int) -> str:
    return f"{what} ({total})" if total <= limit else f"{what} (first {limit} of {total})"


def write_reason(reason: Mapping[str, Any] | None) -> str:
    """The sentence of a membership's reason."""
    return str(reason["text"]) if reason else ""


def build_backtest_score_table(scores: pl.DataFrame) -> pl.DataFrame:
    """The scores of a backtest as text: window, n, base rate, then scores of ours and of the reference with
    95 % intervals.
    """

    def with_interval(name: str) -> pl.Expr:
        value, low, high = (pl.col(f"{name}{end}").round(4) for end in ("", "_low", "_high"))
        return pl.format("{} [{}, {}]", value, low, high).alias(name)

    names = ("brier", "reference_brier", "brier_gain", "skill", "log_loss", "auc", "ece")
    return scores.select(
        "window_days", "n", pl.col("base_rate").round(3), *(with_interval(name) for name in names)
    )
