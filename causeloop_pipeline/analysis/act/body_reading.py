"""What the latest issues of a pattern report in their texts, where most of them name one kind of failure.

A title often states a symptom (“timed out”), and the text below it what it waited for (“holds a lock on”).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.act.family_decision import read_failure
from causeloop_pipeline.analysis.detect.clusters.error_families import recognize_families

SYMPTOMS = frozenset({"timeout", "scheduled_job"})
"""Families whose failures have another one as their cause, where one is named."""

MIN_ISSUES = 3
MIN_SHARE = 0.6
MAX_READ = 1_500
MAX_QUOTED = 160
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CHANGING = re.compile(r"[\w/.:-]*\d[\w/.:-]*%?")


@dataclass(frozen=True, slots=True)
class BodyReading:
    """The family that so many of the latest issues name, and the newest one's sentence that does."""

    family: str
    sentence: str
    count: int
    of: int


def read_bodies(bodies: Sequence[str | None], places: Sequence[str]) -> BodyReading | None:
    """Read from the latest issues' texts which failure they report.

    In: the texts, the newest last; the places where the pattern occurs. Out: the family that three issues and
    three in five of those with a text name, none for less. Numbers and ids of the sentence are left out.
    """
    texts = [body for body in bodies if body and body.strip()]
    named = [reading for text in texts if (reading := _read_body(text, places)) is not None]
    if not named:
        return None
    family, count = min(Counter(family for family, _ in named).items(), key=lambda item: (-item[1], item[0]))
    if count < MIN_ISSUES or count < MIN_SHARE * len(texts):
        return None
    sentence = next(sentence for each, sentence in reversed(named) if each == family)
    return BodyReading(family, sentence, count, len(texts))


def _read_body(text: str, places: Sequence[str]) -> tuple[str, str] | None:
    """The first family that a sentence names, one that explains others first."""
    if not recognize_families(text[:MAX_READ]):
        return None
    readings = list(_read_sentences(text[:MAX_READ], places))
    causes = [each for each in readings if each[0] not in SYMPTOMS]
    return next(iter([*causes, *readings]), None)


def _read_sentences(text: str, places: Sequence[str]) -> Iterable[tuple[str, str]]:
    for sentence in _SENTENCE.split(text):
        family = read_failure(sentence, None, places).family
        if family is not None:
            quoted = _CHANGING.sub("…", " ".join(sentence.split())).rstrip(".!?")
            cut = quoted if len(quoted) <= MAX_QUOTED else quoted[: MAX_QUOTED - 1].rstrip() + "…"
            yield family.family, cut
