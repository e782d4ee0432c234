"""The cause that people state in a report or post-mortem: its kind, in their words; unknown is an answer.

Only sentences that state a cause count ("root cause", "due to", "was caused by"). Symptoms state none.
"""

import re
from collections import defaultdict
from dataclasses import dataclass

from causeloop_pipeline.analysis.act.cause_signs import SIGNS

MAX_CHARACTERS = 6_000
MIN_WEIGHT = 3.2  # more than any sign gives in a sentence that does not say outright what the cause was
LATER_COUNTS_LESS = 0.2
INTERNAL, EXTERNAL, UNKNOWN = "internal causes", "external causes", "unknown"

OFTEN_A_CONSEQUENCE = ("load",)
"""Kinds that sentences on another cause mention too: “a deployment increased the load”."""

ORIGIN_OF_CAUSE = {
    "configuration": INTERNAL,
    "bad_deploy": INTERNAL,
    "defect": INTERNAL,
    "expired": INTERNAL,
    "hardware": EXTERNAL,
    "power": EXTERNAL,
    "link": EXTERNAL,
    "third_party": EXTERNAL,
    "load": EXTERNAL,
    "capacity": EXTERNAL,
}

_CLAIM = re.compile(
    r"root cause|\bcaus(?:e|es|ed|ing)\b|due to|because|as a result of|resulted? (?:in|from)|led to"
    r"|attribut\w*|trigger\w*|determined that|identified|introduced|stemmed|owing to|fault of|traced to|\brc:"
)
_STRONG_CLAIM = re.compile(
    r"root cause|caused by|due to|because|as a result of|triggered by|attributed to|traced to"
)
_SECTION = re.compile(
    r"(?:preliminary )?(?:root cause|cause|what went wrong)(?: and (?:mitigation|resolution))?\s*:",
    re.IGNORECASE,
)
_NEXT_SECTION = re.compile(
    r"(?:mitigation|next steps?|resolution|remediation|customer impact|impact|detection|actions?|work-?around"
    r"|lessons(?: learned)?)\s*:",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_COMPILED = {
    kind: tuple((weight, re.compile(rf"(?<![a-z])(?:{'|'.join(words)})")) for weight, words in signs)
    for kind, signs in SIGNS.items()
}


@dataclass(frozen=True, slots=True)
class StatedCause:
    """A kind of cause, whether it lies inside or outside, the words that say so, and how clearly."""

    kind: str
    origin: str
    words: str
    weight: float


def read_stated_cause(text: str | None) -> StatedCause | None:
    """Read the cause that a text states.

    In: a report, or None. Out: the kind with the most weight of evidence, None where none is stated clearly.
    Method: weighted word lists over the sentences that claim a cause; the first ones count most, and load
    counts only where no other kind is mentioned.
    """
    scores: dict[str, float] = defaultdict(float)
    first: dict[str, str] = {}
    for position, (sentence, share) in enumerate(_find_claims(text or "")):
        lowered = sentence.lower()
        for kind, signs in _COMPILED.items():
            sign = next(
                ((weight, words.search(lowered)) for weight, words in signs if words.search(lowered)), None
            )
            if sign and sign[1]:
                scores[kind] += sign[0] * share / (1 + LATER_COUNTS_LESS * position)
                first.setdefault(kind, sign[1].group(0))
    kind = max(scores, key=lambda name: (name not in OFTEN_A_CONSEQUENCE, scores[name]), default="")
    if scores.get(kind, 0.0) < MIN_WEIGHT:
        return None
    return StatedCause(kind, ORIGIN_OF_CAUSE[kind], first[kind], scores[kind])


def _find_claims(text: str) -> list[tuple[str, float]]:
    """The sentences that state a cause, each with how much it counts."""
    text = text[:MAX_CHARACTERS]
    section = _SECTION.search(text)
    if section:
        rest = text[section.end() :]
        end = _NEXT_SECTION.search(rest)
        return [(part, 1.0) for part in _split_sentences(rest[: end.start()] if end else rest)]
    claims = [(part, 1.0 if _STRONG_CLAIM.search(part.lower()) else 0.6) for part in _split_sentences(text)]
    return [(part, share) for part, share in claims if _CLAIM.search(part.lower())]


def _split_sentences(text: str) -> list[str]:
    return [part.strip() for part in _SENTENCE.split(text) if part.strip()]
