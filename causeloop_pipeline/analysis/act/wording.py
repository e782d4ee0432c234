"""The text of a recommendation: title, ordered steps and reasons, each number with its source."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from causeloop_pipeline.analysis.act.diagnoses import Basis, Diagnosis
from causeloop_pipeline.analysis.act.expected_prevention import Prevention
from causeloop_pipeline.analysis.act.leads import (
    CODE,
    HELD,
    Lead,
    join_briefs,
    list_leads,
    write_traces,
)
from causeloop_pipeline.analysis.act.likely_endings import (
    count_actions,
    rank_likely_endings,
    write_actions,
)
from causeloop_pipeline.analysis.act.pattern_evidence import RECENT_DAYS, PatternEvidence
from causeloop_pipeline.analysis.act.playbook import Remedy
from causeloop_pipeline.analysis.act.proof import estimate_required_quiet_days
from causeloop_pipeline.analysis.detect.clusters.error_families import format_family
from causeloop_pipeline.model.prediction import write_probability
from causeloop_pipeline.model.recommendation import (
    HORIZON_DAYS,
    RecommendationType,
    write_about,
    write_expected_recurrences,
    write_prevented,
)

TITLE_LIMIT = 160
UNPLACED = "the affected systems"  # where its issues agree on no place
_MAX_QUIET_DAYS = 730
_IN_TITLE = {CODE: "{line}", HELD: "{held}"}


def write_title(remedy: Remedy, group: Sequence[PatternEvidence], detail: str = "") -> str:
    """The remedy, in the place where the patterns happen, and the strongest evidence for it."""
    title = _fill(remedy.title, group, detail)
    leads = [lead for lead in list_leads(group[0]) if _IN_TITLE.get(lead.kind, "{}") not in remedy.title]
    brief = join_briefs(leads) if len(group) == 1 else ""
    whole = f"{title}: {brief}" if brief else title
    return whole if len(whole) <= TITLE_LIMIT else cut_title(title)


def write_distinct_title(text: str, group: Sequence[PatternEvidence]) -> str:
    """The title with the pattern that it is for, where another recommendation has the same one."""
    return cut_title(f"{text}: “{group[0].name}”")


def cut_title(text: str) -> str:
    """The title within its limit."""
    return text if len(text) <= TITLE_LIMIT else text[: TITLE_LIMIT - 1].rstrip() + "…"


def list_steps(remedy: Remedy, diagnosis: Diagnosis, ended: Mapping[str, Sequence[str]]) -> list[str]:
    """The steps: what the evidence says to look at, what to change, and how many quiet days will show it.

    `ended` is what was done here about failures by family: where nothing ended these patterns themselves.
    """
    group = diagnosis.group
    leads = [lead for evidence in group[:3] for lead in list_leads(evidence)]
    plan = [lead.step for lead in leads]
    if not any(evidence.endings for evidence in group) and (
        usual := _tell_usual_endings(diagnosis.family, ended)
    ):
        plan.append(usual)
    plan.append(_write_opening_step(group))
    is_covered = remedy.covered_by is not None and remedy.covered_by in {lead.kind for lead in leads}
    plan += [_fill(step, group, diagnosis.detail) for step in remedy.steps[1 if is_covered else 0 :]]
    plan.append(_write_last_step(group))
    return list(dict.fromkeys(plan))


def _tell_usual_endings(family: str, ended: Mapping[str, Sequence[str]]) -> str:
    """What ended failures of the same family elsewhere here."""
    if family not in ended:
        return ""
    counts = count_actions(ended[family])
    everything = [action for each in ended.values() for action in each]
    likely = [action for action in rank_likely_endings([everything, ended[family]]) if action in counts]
    return f"To end it for now, try what ended such failures here: {write_actions(counts, likely)}."


def write_rationale(diagnosis: Diagnosis, gain: Prevention, kind: str) -> str:
    """The rationale: the strongest evidence, the pattern, what it looks like, what a fix would prevent."""
    group = diagnosis.group
    leads: list[Lead] = list_leads(group[0])
    parts = [lead.sentence for lead in leads[:2]]
    days = sum(evidence.active_days for evidence in group)
    counts = f"{count_issues(group)} on {_count(days, 'day')}"
    parts.append(f"{_count_patterns(group)} {counts}{_format_span(group)}.")
    if basis := _describe_diagnosis(diagnosis):
        parts.append(basis)
    parts += [_describe_prediction(evidence) for evidence in group[:3]]
    parts.append(
        f"Without a fix, {write_expected_recurrences(gain.recurrences)}; {write_probability(gain.hold)} of "
        f"{RecommendationType(kind).meaning} hold ({write_basis(gain)}), so a fix prevents "
        f"{write_prevented(gain.expected, gain.low, gain.high)} (80 % interval)."
    )
    parts += [
        f"“{evidence.name}” is still emerging (confidence {evidence.confidence:.2f}): check that its issues "
        "belong together."
        for evidence in group
        if evidence.status == "emerging"
    ][:1]
    return " ".join(parts)


def list_factors(group: Sequence[PatternEvidence], gain: Prevention, kind: str) -> list[dict[str, object]]:
    """The two numbers whose product is the expected prevention, each with its source."""
    seen = sum(evidence.recent_active_days for evidence in group)
    recent = max(evidence.recent_days for evidence in group)
    forecasts = ", ".join(
        f"{write_probability(evidence.probability)} within {evidence.window_days} days"
        for evidence in group[:3]
        if evidence.probability is not None
    )
    return [
        {
            "name": "recurrences without a fix",
            "value": round(gain.recurrences, 3),
            "text": f"{write_about(gain.recurrences)} in {HORIZON_DAYS} days",
            "source": f"The forecast ({forecasts}), and {_count(seen, 'day')} with it in {recent} days.",
        },
        {
            "name": "chance to hold",
            "value": round(gain.hold, 3),
            "text": f"{write_probability(gain.hold)} of {RecommendationType(kind).meaning}",
            "source": f"{write_basis(gain)[0].upper()}{write_basis(gain)[1:]}.",
        },
    ]


def write_basis(gain: Prevention) -> str:
    """Where the chance that a fix holds comes from."""
    if not gain.proofs:
        return "assumed, until fixes are proven here"
    return f"{_count(gain.proofs, 'fix', 'fixes')} proven here, and an assumption worth ten"


def _count(count: int, noun: str, plural: str | None = None) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {plural or f'{noun}s'}"


def _fill(text: str, group: Sequence[PatternEvidence], detail: str) -> str:
    frame = group[0].frame
    placed = text.replace("{place}", name_place(group)) if "{place}" in text else text
    lined = placed.replace("{line}", frame.value if frame else "that line")
    counted = lined.replace("{traces}", write_traces(group[0]) if "{traces}" in lined else "")
    return counted.replace("{held}", f"“{detail}”").replace("{error}", group[0].error_text)


def name_place(group: Sequence[PatternEvidence]) -> str:
    """Where the patterns happen, as narrow as their issues agree on."""
    for name in ("service", "component", "team", "region", "environment"):
        counts = [evidence.dimensions[name] for evidence in group if name in evidence.dimensions]
        values = sorted({counted.value for counted in counts if counted.count * 2 >= counted.of})
        if values and len(values) <= 3:
            return " and ".join(values) if len(values) < 3 else f"{values[0]}, {values[1]} and {values[2]}"
    return UNPLACED


def _describe_diagnosis(diagnosis: Diagnosis) -> str:
    """What the family rests on, where no lead says it already."""
    family = format_family(diagnosis.family)
    match diagnosis.basis:
        case Basis.FINDING:
            return f"People found out that it is {diagnosis.detail}."
        case Basis.STATED:
            return f"Its issues state the cause: “{diagnosis.detail}”."
        case Basis.WORDS:
            return f"These look like {family} failures: the texts say “{diagnosis.detail.strip()}”."
        case _:
            return ""


def _count_patterns(group: Sequence[PatternEvidence]) -> str:
    if len(group) == 1:
        return f"The pattern “{group[0].name}” has"
    return f"{len(group)} patterns of one cluster, the largest being “{group[0].name}”, have"


def _format_span(group: Sequence[PatternEvidence]) -> str:
    firsts = [evidence.first_seen_at for evidence in group if evidence.first_seen_at]
    lasts = [evidence.last_seen_at for evidence in group if evidence.last_seen_at]
    return f", from {_format_day(min(firsts))} to {_format_day(max(lasts))}" if firsts and lasts else ""


def _format_day(instant: datetime) -> str:
    return f"{instant.day} {instant:%b %Y}"


def _describe_prediction(evidence: PatternEvidence) -> str:
    chance = write_probability(evidence.probability) if evidence.probability is not None else "unknown"
    recent = f"it occurred on {evidence.recent_active_days} of the last {evidence.recent_days} days"
    return f"The chance that it recurs within {evidence.window_days} days is {chance} ({recent})."


def count_issues(group: Sequence[PatternEvidence]) -> str:
    """How many issues some patterns have, and how often they occurred if that is more."""
    issues = sum(evidence.issue_count for evidence in group)
    occurrences = sum(evidence.occurrence_count for evidence in group)
    counted = _count(issues, "issue")
    return counted if occurrences <= issues else f"{counted} that occurred {occurrences} times"


def _write_opening_step(group: Sequence[PatternEvidence]) -> str:
    latest = max(group, key=lambda evidence: (str(evidence.last_seen_at), evidence.pattern_id))
    named = f"Open {', '.join(dict.fromkeys(latest.recent_issues))}, the latest of {count_issues(group)}"
    seen = _describe_dimensions(group[0])
    return f"{named} ({seen})." if seen else f"{named} of “{group[0].name}”."


def _describe_dimensions(evidence: PatternEvidence) -> str:
    """What all its issues have in common, and what most of them have."""
    counts = [
        (f"{name.replace('_', ' ')} {counted.value}", counted.count, counted.of)
        for name, counted in evidence.dimensions.items()
        if name in ("service", "error_type", "environment")
    ]
    shared = ", ".join(text for text, count, of in counts if count == of)
    mostly = [f"{count} of {of} with {text}" for text, count, of in counts if count < of]
    return "; ".join([*([f"all with {shared}"] if shared else []), *mostly])


def _write_last_step(group: Sequence[PatternEvidence]) -> str:
    """How many quiet days will show that the fix held."""
    busiest = max(group, key=lambda evidence: (evidence.recent_active_days, evidence.pattern_id))
    days = min(max(busiest.observed_days, 1.0), float(RECENT_DAYS))
    quiet_days = estimate_required_quiet_days(busiest.recent_active_days, days)
    active = busiest.recent_active_days
    rate = f"the failure occurred on {active} of {max(round(days), active)} days"
    done = "Mark this as implemented once it is done"
    if quiet_days > _MAX_QUIET_DAYS:
        return f"{done}: {rate}, too rarely for silence to prove the fix: prove it with a test."
    return (
        f"{done}: {rate}, so about {quiet_days:.0f} days without it will show that its rate has at least "
        "halved. The proof gives the date."
    )
