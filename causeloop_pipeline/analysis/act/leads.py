"""What a recommendation leads with: what held before, the change before it, the line of code, the hour.

The strongest comes first: in the title in few words, in the reasons as a sentence, in the plan as a step.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.act.diagnoses import find_held, is_at_one_line
from causeloop_pipeline.analysis.act.endings import write_endings, write_holding
from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence
from causeloop_pipeline.model.prediction import write_probability

HELD, CHANGE, CODE, HOUR = "held", "change", "code", "hour"
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
    yield Lead(
        HELD,
        f"“{held.phrase}” held {write_holding(held).split('held ')[1]}" if held else "",
        f"It was ended before by: {ended}.",
        f"Begin with what ended it before: {ended}.",
    )


def _lead_by_change(evidence: PatternEvidence) -> Iterator[Lead]:
    change = evidence.change
    if change is None:
        return
    counted = _BY_CHANCE.sub("", change.text)
    brief = counted.replace(" occurrences came", "").replace(" hours", " h") if change.is_regular else ""
    yield Lead(
        CHANGE,
        brief,
        f"{change.text.rstrip('.')}.",
        f"Compare those releases with the ones that brought none: {counted}."
        if change.is_regular
        else f"Look at the change: {counted}.",
    )


def _lead_by_code(evidence: PatternEvidence) -> Iterator[Lead]:
    frame = evidence.frame
    if frame is None:
        return
    traces = write_traces(evidence)
    yield Lead(
        CODE,
        f"{traces.replace(' there', f' at {frame.value}')}" if is_at_one_line(evidence) else "",
        f"{traces.replace(' there', f' at {frame.value}')}.",
        f"Open {frame.value}: {traces}.",
    )


def write_traces(evidence: PatternEvidence) -> str:
    """Write how many traces end at one line. In: evidence with a frame. Out: words without the line."""
    frame, exception = evidence.frame, evidence.exception
    if frame is None:
        return "its traces fail there"
    kind = f" with {exception.value}" if exception else ""
    return f"{frame.count} of the last {frame.of} traces fail there{kind}"


def _lead_by_hour(evidence: PatternEvidence) -> Iterator[Lead]:
    when = evidence.tendency
    if when is None:
        return
    hours = f"{when.weekday.capitalize()}, {when.hours} h"
    share = write_probability(when.share)
    yield Lead(
        HOUR,
        "",
        f"{share} of the next ones are expected on {hours}, {when.lift:.1f} times chance.",
        f"See what happens on {hours}: {share} of the next “{evidence.name}” are expected then, "
        f"{when.lift:.1f} times chance.",
    )
