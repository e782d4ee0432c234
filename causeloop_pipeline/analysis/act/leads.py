"""What a recommendation leads with: what held before, the change before it, the line of code, the hour.

The strongest comes first: in the title in few words, in the reasons as a sentence, in the plan as a step.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.act.diagnoses import find_held, is_at_one_line, is_shown_by_bodies
from causeloop_pipeline.analysis.act.endings import write_days, write_endings
from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence
from causeloop_pipeline.analysis.detect.clusters.error_families import format_family
from causeloop_pipeline.model.prediction import write_probability

HELD, REPORT, CHANGE, CODE, HOUR = "held", "report", "change", "code", "hour"
_BY_CHANCE = re.compile(r" \([\d.,]+ expected by chance\)$")


@dataclass(frozen=True, slots=True)
class Lead:
    """One piece of evidence: its kind, a few words for a title (or none), a sentence, a step."""

    kind: str
    brief: str
    sentence: str
    step: str


def list_leads(evidence: PatternEvidence) -> list[Lead]:
    """List what a pattern's own evidence says to look at.

    In: the evidence. Out: the leads, the strongest first; each counts what it rests on.
    """
    return [
        *_lead_by_endings(evidence),
        *_lead_by_report(evidence),
        *_lead_by_change(evidence),
        *_lead_by_code(evidence),
        *_lead_by_hour(evidence),
    ]


def join_briefs(leads: Sequence[Lead]) -> str:
    """Write the words of the strongest lead that has some. In: leads in order. Out: the words, or nothing."""
    return next((lead.brief for lead in leads if lead.brief), "")


def _lead_by_endings(evidence: PatternEvidence) -> Iterator[Lead]:
    if not evidence.endings:
        return
    held = find_held(evidence)
    ended = write_endings(evidence.endings[:3])
    if held is None and not any(group.is_holding for group in evidence.endings):
        yield Lead(
            HELD,
            "",
            f"What ended it before did not last: {ended}.",
            f"Look for what lasts: it came back after what ended it before, {ended}.",
        )
        return
    yield Lead(
        HELD,
        f"“{held.phrase}” kept it away for up to {write_days(held.held_high)}" if held else "",
        f"What ended it before: {ended}.",
        f"Start with what ended it before: {ended}.",
    )


def _lead_by_report(evidence: PatternEvidence) -> Iterator[Lead]:
    """What the latest issues report, where their titles do not say it."""
    read = evidence.body_reading
    if read is None or not is_shown_by_bodies(evidence):
        return
    count = "all" if read.count == read.of else str(read.count)
    latest = f"{count} of its latest {read.of} issues"
    yield Lead(
        REPORT,
        "",
        f"{latest[0].upper()}{latest[1:]} report a {format_family(read.family)} failure: “{read.sentence}”.",
        f"Begin with what {latest} report: “{read.sentence}”.",
    )


def _lead_by_change(evidence: PatternEvidence) -> Iterator[Lead]:
    change = evidence.change
    if change is None:
        return
    whole = _say_all(change.text, change.count, change.of)
    counted = _BY_CHANCE.sub("", whole)
    brief = (
        counted.replace(" occurrences ", " failures ").replace(" hours", " h") if change.is_regular else ""
    )
    yield Lead(
        CHANGE,
        brief,
        f"{whole[0].upper()}{whole[1:].rstrip('.')}.",
        f"Compare the releases it followed with those it did not follow: {counted}."
        if change.is_regular
        else f"Look at that change: {counted}.",
    )


def _lead_by_code(evidence: PatternEvidence) -> Iterator[Lead]:
    frame = evidence.frame
    if frame is None:
        return
    traces = write_traces(evidence)
    yield Lead(
        CODE,
        f"{traces.replace(' there', f' at {frame.value}')}" if is_at_one_line(evidence) else "",
        f"{traces[0].upper()}{traces[1:].replace(' there', f' at {frame.value}')}.",
        f"Open {frame.value}: {traces}.",
    )


def write_lift(lift: float) -> str:
    """Write how much more than by chance. In: a factor. Out: such as “3 times as many as by chance”."""
    factor = f"{lift:.0f}" if lift >= 2 else f"{lift:.1f}"
    return f"{factor} times as many as by chance"


def write_traces(evidence: PatternEvidence) -> str:
    """Write how many traces end at one line. In: evidence with a frame. Out: words without the line."""
    frame, exception = evidence.frame, evidence.exception
    if frame is None:
        return "its traces fail there"
    kind = f" with {exception.value}" if exception else ""
    count = "all" if frame.count == frame.of else frame.count
    return f"{count} of the last {frame.of} traces fail there{kind}"


def _say_all(text: str, count: int | None, of: int | None) -> str:
    """“57 of 57” as people say it."""
    return text.replace(f"{count} of {of} ", f"all {of} ", 1) if count == of else text


def _lead_by_hour(evidence: PatternEvidence) -> Iterator[Lead]:
    if evidence.rhythm is not None and evidence.rhythm.is_regular:
        counted = evidence.rhythm.counted
        yield Lead(
            HOUR, "", f"It occurs {counted}.", f"Check what runs or changes then: it occurs {counted}."
        )
        return
    when = evidence.tendency
    if when is None:
        return
    share = write_probability(when.share)
    yield Lead(
        HOUR,
        "",
        f"About {share} of the next ones are expected on {when.when}, {write_lift(when.lift)}.",
        f"Check what runs or changes on {when.when}: about {share} of the next “{evidence.name}” are "
        f"expected then, {write_lift(when.lift)}.",
    )
