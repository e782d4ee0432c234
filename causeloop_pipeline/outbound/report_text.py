"""Formats the weekly report as a plain-text e-mail."""

from collections.abc import Iterator, Mapping
from typing import Any

from causeloop_pipeline.model.prediction import write_probability
from causeloop_pipeline.model.proof import Verdict


def write_report(report: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text."""
    period = f"{report['first_day']} to {report['last_day']}"
    subject = f"{report['workspace']}: the week from {period}"
    link = f"{report['url']}/#/report?week={report['first_day']}"
    lines = [subject, "", *_list_sums(report), *_list_parts(report), "", f"The same on a page: {link}"]
    lines.append("You turned this on: turn it off on that page.")
    return subject, "\n".join(lines) + "\n"


def _list_sums(report: Mapping[str, Any]) -> Iterator[str]:
    graded = report["graded"]
    before = f"{report['occurrences_before']} the week before"
    yield f"Occurrences: {report['occurrences']} ({before}), of {report['issues']} issues"
    yield f"New patterns: {report['new_patterns']}"
    if sum(graded.values()):
        prevented = f", {graded['prevented']} prevented by a fix" if graded["prevented"] else ""
        yield f"Predictions graded: {graded['hits']} came true, {graded['misses']} did not{prevented}"


def _list_parts(report: Mapping[str, Any]) -> Iterator[str]:
    parts = {
        "What failed most": [
            f"{row['name']}: {row['occurrences']} (before: {row['occurrences_before']}){_name_owner(row)}"
            for row in report["patterns"]
        ],
        "Resolved or reopened": [
            f"{row['name']}: {row['kind']}{_name_owner(row)}" for row in report["moved"]
        ],
        "Fixes": [
            f"{row['title']}: {Verdict(row['verdict']).meaning}{_name_owner(row)}" for row in report["fixes"]
        ],
        f"Likely within {report['window_days']} days": [
            f"{row['name']}: {write_probability(row['probability'])}{_name_owner(row)}"
            for row in report["likely"]
        ],
        "What to fix first": [
            f"{row['rank']}. {row['title']}{_name_owner(row)}" for row in report["recommendations"]
        ],
    }
    for title, lines in parts.items():
        if lines:
            yield from ("", title, *(f"- {line}" for line in lines))


def _name_owner(row: Mapping[str, Any]) -> str:
    """Whom to tell; empty where nobody is named."""
    return f" – owned by {row['owner']}" if row.get("owner") else ""
