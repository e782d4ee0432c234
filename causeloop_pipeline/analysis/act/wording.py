"""The text of a recommendation: title, ordered steps and reasons, each number with its sample size."""

from collections.abc import Sequence
from datetime import datetime

from causeloop_pipeline.analysis.act.expected_prevention import Prevention
from causeloop_pipeline.analysis.act.observations import choose_observation
from causeloop_pipeline.analysis.act.pattern_evidence import RECENT_DAYS, PatternEvidence
from causeloop_pipeline.analysis.act.playbook import SUGGESTED, UNKNOWN, UNOBSERVED, Remedy
from causeloop_pipeline.analysis.act.proof import estimate_required_quiet_days
from causeloop_pipeline.analysis.detect.clusters.error_families import format_family
from causeloop_pipeline.model.prediction import write_probability
from causeloop_pipeline.model.recommendation import HORIZON_DAYS, RecommendationType

TITLE_LIMIT = 160
_MAX_QUIET_DAYS = 730
_INDIRECT = {
    "bad_deploy": "because they follow changes",
    "scheduled_job": "because they keep to fixed hours",
}


def write_title(remedy: Remedy, group: Sequence[PatternEvidence]) -> str:
    """The remedy, in the place where the patterns happen."""
    return cut_title(_fill(remedy.title, group))


def write_distinct_title(text: str, group: Sequence[PatternEvidence]) -> str:
    """The title with the pattern that it is for, where another recommendation has the same one."""
    return cut_title(f"{text}: “{group[0].name}”")


def cut_title(text: str) -> str:
    """The title within its limit."""
    return text if len(text) <= TITLE_LIMIT else text[: TITLE_LIMIT - 1].rstrip() + "…"


def list_steps(remedy: Remedy, group: Sequence[PatternEvidence]) -> list[str]:
    """The steps: what to look at, what to change, and how many quiet days will show that it held."""
    plan = [_write_first_step(group)]
    plan += [text for evidence in group[:3] for text in _list_evidence_steps(evidence)]
    plan += [_fill(step, group) for step in remedy.steps]
    plan.append(_write_last_step(group))
    return list(dict.fromkeys(plan))


def write_rationale(
    family: str, words: str | None, group: Sequence[PatternEvidence], gain: Prevention, kind: str
) -> str:
    """The rationale: the evidence, how likely it recurs, and the basis of the estimate."""
    days = sum(evidence.active_days for evidence in group)
    counts = f"{count_issues(group)} on {_count(days, 'active day')}"
    parts = [f"{_count_patterns(group)} with {counts}{_format_span(group)}."]
    parts.append(_describe_diagnosis(family, words, group[0]))
    parts += [_describe_prediction(evidence) for evidence in group[:3] if evidence.probability is not None]
    hold = f"{write_probability(gain.hold)} of {RecommendationType(kind).meaning} hold"
    basis = (
        f"{gain.proofs} proven fixes and a prior worth 10"
        if gain.proofs
        else "a prior, no fix proven here yet"
    )
    parts.append(
        f"Without a fix about {_format_amount(gain.recurrences)} recurrences are expected in {HORIZON_DAYS} "
        f"days; {hold} ({basis}), which{_describe_condition(gain)} prevents {_format_amount(gain.expected)} "
        f"(80 % interval {gain.low:.1f} to {gain.high:.1f})."
    )
    parts += [
        f"“{evidence.name}” is still emerging (confidence {evidence.confidence:.2f}): check that its issues "
        "belong together."
        for evidence in group
        if evidence.status == "emerging" and family != SUGGESTED
    ][:1]
    return " ".join(parts)


def _describe_condition(gain: Prevention) -> str:
    if gain.chance_of_one_problem == 1:
        return ""
    return f", times the chance of {write_probability(gain.chance_of_one_problem)} that they are one problem,"


def _format_amount(value: float) -> str:
    return f"{value:.1f}" if value >= 0.05 else "under 0.1"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _fill(text: str, group: Sequence[PatternEvidence]) -> str:
    placed = text.replace("{place}", name_place(group)) if "{place}" in text else text
    return placed.replace("{error}", group[0].error_text)


def name_place(group: Sequence[PatternEvidence]) -> str:
    """Where the patterns happen, as narrow as their issues agree on."""
    for name in ("service", "component", "team", "region", "environment"):
        counts = [evidence.dimensions[name] for evidence in group if name in evidence.dimensions]
        values = sorted({counted.value for counted in counts if counted.count * 2 >= counted.of})
        if values and len(values) <= 3:
            return " and ".join(values) if len(values) < 3 else f"{values[0]}, {values[1]} and {values[2]}"
    return "the affected systems"


def _describe_diagnosis(family: str, words: str | None, evidence: PatternEvidence) -> str:
    if family == SUGGESTED:
        return (
            f"That its issues are one problem is a suggestion (confidence {evidence.confidence:.2f}): "
            "check it before anything is changed."
        )
    if family in (UNKNOWN, UNOBSERVED):
        causes = choose_observation(evidence).causes
        return f"Nothing in it names the cause; the cheapest observation tells whether it is {causes}."
    source = f"from the words “{words}”" if words else _INDIRECT[family]
    return f"Read as {format_family(family)} failures {source}."


def _count_patterns(group: Sequence[PatternEvidence]) -> str:
    if len(group) == 1:
        return f"Pattern “{group[0].name}”"
    return f"{len(group)} patterns of one cluster, the largest “{group[0].name}”,"


def _format_span(group: Sequence[PatternEvidence]) -> str:
    firsts = [evidence.first_seen_at for evidence in group if evidence.first_seen_at]
    lasts = [evidence.last_seen_at for evidence in group if evidence.last_seen_at]
    return f", from {_format_day(min(firsts))} to {_format_day(max(lasts))}" if firsts and lasts else ""


def _format_day(instant: datetime) -> str:
    return f"{instant.day} {instant:%b %Y}"


def _describe_prediction(evidence: PatternEvidence) -> str:
    chance = write_probability(evidence.probability) if evidence.probability is not None else "unknown"
    recent = f"{_count(evidence.recent_active_days, 'active day')} in the last {RECENT_DAYS} days"
    return (
        f"“{evidence.name}” recurs within {evidence.window_days} days with a chance of {chance} ({recent})."
    )


def count_issues(group: Sequence[PatternEvidence]) -> str:
    """How many issues some patterns have, and how often they occurred if that is more."""
    issues = sum(evidence.issue_count for evidence in group)
    occurrences = sum(evidence.occurrence_count for evidence in group)
    counted = _count(issues, "issue")
    return counted if occurrences <= issues else f"{counted} that occurred {occurrences} times"


def _write_first_step(group: Sequence[PatternEvidence]) -> str:
    latest = max(group, key=lambda evidence: (str(evidence.last_seen_at), evidence.pattern_id))
    seen = ", ".join(
        f"{counted.count} of {counted.of} {name.replace('_', ' ')} {counted.value}"
        for name, counted in group[0].dimensions.items()
        if name in ("service", "error_type", "environment")
    )
    named = f"Open {', '.join(latest.recent_issues)}, the latest of {count_issues(group)}"
    return f"{named} ({seen} in “{group[0].name}”)." if seen else f"{named} of “{group[0].name}”."


def _list_evidence_steps(evidence: PatternEvidence) -> list[str]:
    """What traces, changes and hours add for this pattern alone."""
    steps = []
    if evidence.frame:
        frame, error = evidence.frame, evidence.exception
        kind = f" with {error.value}" if error else ""
        steps.append(f"Begin at {frame.value}: {frame.count} of the last {frame.of} traces fail there{kind}.")
    if evidence.change_evidence:
        steps.append(f"Compare with the changes: {evidence.change_evidence.rstrip('.')}.")
    if evidence.tendency:
        when = evidence.tendency
        steps.append(
            f"See what runs on {when.weekday.capitalize()}, {when.hours} h: {write_probability(when.share)} "
            f"of the next “{evidence.name}” are expected then, {when.lift:.1f} times chance."
        )
    return steps


def _write_last_step(group: Sequence[PatternEvidence]) -> str:
    """How many quiet days will show that the fix held."""
    busiest = max(group, key=lambda evidence: (evidence.recent_active_days, evidence.pattern_id))
    days = min(max(busiest.observed_days, 1.0), float(RECENT_DAYS))
    quiet_days = estimate_required_quiet_days(busiest.recent_active_days, days)
    rate = f"{_count(busiest.recent_active_days, 'active day')} in {days:.0f} days"
    if quiet_days > _MAX_QUIET_DAYS:
        return (
            f"Record the fix; at {rate} it is too rare for silence to prove the fix, so prove it by a test."
        )
    return (
        f"Record the fix; after {rate}, {quiet_days:.0f} silent days will show that "
        "the rate has at least halved."
    )
