"""Error families: what kind of failure a text speaks of, in the words of engineers and machines."""

import re
from dataclasses import dataclass
from functools import lru_cache

from causeloop_pipeline.analysis.detect.clusters.error_family_patterns import SIGNS


@dataclass(frozen=True, slots=True)
class FamilyMatch:
    """A family that a text speaks of, how plainly, and the words that show it."""

    family: str
    weight: float
    words: str


FAMILIES = tuple(SIGNS)


@lru_cache(maxsize=1)
def _compiled() -> tuple[tuple[str, float, re.Pattern[str]], ...]:
    return tuple(
        (family, weight, re.compile(rf"(?<![a-z])(?:{words})"))
        for family, signs in SIGNS.items()
        for weight, words in signs
    )


def recognize_families(text: str) -> list[FamilyMatch]:
    """The families that a text speaks of, plainest first; empty when it speaks of none.

    In: any text (the first 4,000 characters count). Out: one match per family with its weight (3 says so
    in its own words, 2 usual words, 1 a hint) and the words found. Method: reviewed word lists; ties keep
    their order.
    """
    readable = _readable(text[:4_000])
    best: dict[str, FamilyMatch] = {}
    for family, weight, words in _compiled():
        if family in best and best[family].weight >= weight:
            continue
        found = words.search(readable)
        if found:
            best[family] = FamilyMatch(family, weight, found.group(0))
    return sorted(best.values(), key=lambda match: -match.weight)


def _readable(text: str) -> str:
    """Lower case, with the words of identifiers apart as well as together: `read_timeout`, `read timeout`."""
    lowered = text.lower()
    return f"{lowered}\n{re.sub(r'[_/.]+', ' ', lowered)}" if re.search(r"[_/.]", lowered) else lowered


def family_title(family: str) -> str:
    """A family's name as people read it."""
    return {"dns": "DNS", "out_of_memory": "out-of-memory"}.get(family, family.replace("_", " "))
