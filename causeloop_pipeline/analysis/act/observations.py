"""Where the evidence names no cause: the cheapest observation that would tell two causes apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.act.pattern_evidence import PatternEvidence

CONCENTRATED = 0.8  # share of issues from one place


@dataclass(frozen=True, slots=True)
class Observation:
    """What to note at the next occurrence, the two causes that it tells apart, and what each would look like.

    {place} and {error} stand for the same as in the playbook; `noted` is what to note, in few words.
    """

    noted: str
    title: str
    first_cause: str
    second_cause: str
    steps: Sequence[str]

    @property
    def causes(self) -> str:
        """Both causes, for a sentence."""
        return f"{self.first_cause} or {self.second_cause}"


def choose_observation(evidence: PatternEvidence) -> Observation:
    """Choose what to observe. In: the evidence on a pattern without a known cause. Out: an Observation."""
    if evidence.frame is not None:
        return _by_input(evidence.frame.value)
    if evidence.tendency is not None:
        hours = f"{evidence.tendency.weekday.capitalize()}, {evidence.tendency.hours} h"
        return _by_job(hours)
    service = evidence.dimensions.get("service")
    if service is not None and service.count >= CONCENTRATED * service.of:
        return _BY_HOST
    return _BY_CHANGE


def _by_input(frame: str) -> Observation:
    return Observation(
        "the input of the failing function",
        f"Keep the input of {frame} at the next “{{error}}”",
        "one kind of input",
        "the state of the process",
        (
            f"Log the arguments that reach {frame}, without secrets, together with release and host.",
            "Compare two occurrences: the same kind of input means that the code does not handle it; write "
            "the test with that input first, then the fix.",
            "Different inputs mean state: look at what runs meanwhile, memory and start-up order.",
        ),
    )


def _by_job(hours: str) -> Observation:
    return Observation(
        "the running jobs and the load",
        f"Note the running jobs and the load of {{place}} on {hours}",
        "a scheduled job",
        "the load at that time",
        (
            f"List the jobs that run on {hours}, with the requests per minute of {{place}} beside them.",
            "Move the largest of those jobs by a day once: if “{error}” moves with it, the job is the cause.",
            "If “{error}” stays at its hour, it follows the load: size {place} for it.",
        ),
    )


_BY_HOST = Observation(
    "host and release",
    "Note host and release with each “{error}” in {place}",
    "one machine",
    "one release",
    (
        "Add host (or instance) and release to what is logged for “{error}”: one line of configuration.",
        "Always the same host means the machine: drain it and see whether “{error}” stops.",
        "Several hosts and always from one release on means the change: compare it with the one before.",
    ),
)
_BY_CHANGE = Observation(
    "service and last change",
    "Note service and last change with each “{error}”",
    "a change",
    "something shared by all services",
    (
        "Add the service, and what was changed there last, to each issue of “{error}”.",
        "If it follows changes of one service, begin with the newest of them.",
        "If several services have it at the same time, look at what they share: network, database, sign-in.",
    ),
)
