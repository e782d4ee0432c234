"""Reads the words that tools use for severity and status as the product's own."""

import re
from collections.abc import Iterable

from causeloop_pipeline.landing.export_file.columns import listed
from causeloop_pipeline.model.issue import IssueStatus, Severity

SEVERITY_WORDS = listed("""
p1: p1 p0 s0 s1 sev0 sev1 critical blocker highest urgent emergency fatal f panic alert crit
    disaster full immediate catastrophic showstopper severe service_outage 0 1
p2: p2 s2 sev2 high major error e err serious disruption degraded partial outage 2
p3: p3 s3 sev3 medium normal moderate average warning warn w standard unknown 3
p4: p4 p5 s4 s5 sev4 sev5 low lowest minor trivial info i informational information notice debug d v
    verbose trace none maintenance scheduled planning enhancement planned cosmetic 4 5
""")

STATUS_WORDS = listed("""
open: open new triggered active created reported unassigned assigned reopened todo backlog firing
    unresolved investigating problem queued accepted
mitigating: acknowledged ack in_progress progress mitigating mitigated pending hold on_hold waiting
    monitoring identified stable patch awaiting review
resolved: resolved fixed done solved completed complete recovered success ok
closed: closed cancelled canceled wontfix rejected duplicate invalid archived deleted inactive
    postmortem
""")


def severities(values: Iterable[str]) -> dict[str, Severity]:
    """The severity of each value that is understood; a value of several words takes the worst it names."""
    return {value: read for value in sorted(set(values)) if (read := _worst(value)) is not None}


def statuses(values: Iterable[str]) -> dict[str, IssueStatus]:
    """The status of each value that is understood, by its first word that says one."""
    return {value: read for value in sorted(set(values)) if (read := _status(value)) is not None}


def _worst(value: str) -> Severity | None:
    return next(
        (severity for severity in Severity if not _words(value).isdisjoint(SEVERITY_WORDS[severity])), None
    )


def _words(value: str) -> set[str]:
    lowered = value.lower().strip().removesuffix(".0")
    joined = {re.sub(r"[-_ ]", "", part) for part in re.findall(r"[a-z]+[-_ ]?\d", lowered)}
    return {lowered} | joined | set(re.findall(r"[a-z]{2,}|\d+", lowered))


def _status(value: str) -> IssueStatus | None:
    lowered = re.sub(r"[^a-z]+", "_", value.lower()).strip("_")
    for word in (lowered, *lowered.split("_")):
        for status, words in STATUS_WORDS.items():
            if word in words:
                return IssueStatus(status)
    return None
