"""Error families: the kind of failure that a text describes, recognized by word lists."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import re2

from causeloop_pipeline.analysis.detect.clusters.error_family_patterns import FAMILY_SIGNS


@dataclass(frozen=True, slots=True)
class FamilyMatch:
    """A family that a text describes, how clearly, the words that show it, and how many different ones do."""

    family: str
    weight: float
    words: str
    signs: int = 1


MAX_CHARACTERS = 4_000
FAMILIES = tuple(FAMILY_SIGNS)


_Sign = tuple[str, float, re.Pattern[str]]


@lru_cache(maxsize=1)
def _compile_signs() -> tuple[tuple[_Sign, ...], re2.Set]:
    """The signs, and all of them as one automaton that says which of them a text holds."""
    listed = [(family, weight, words) for family, signs in FAMILY_SIGNS.items() for weight, words in signs]
    automaton = re2.Set.SearchSet()
    for _, _, words in listed:
        automaton.Add(f"(?:^|[^a-z])(?:{words})")
    automaton.Compile()
    signs = tuple((family, weight, re.compile(rf"(?<![a-z])(?:{words})")) for family, weight, words in listed)
    return signs, automaton


def _list_signs(text: str) -> Iterable[_Sign]:
    """Those that may be in a text: outside ASCII, the two libraries see different words."""
    signs, automaton = _compile_signs()
    return [signs[place] for place in sorted(automaton.Match(text) or ())] if text.isascii() else signs


def recognize_families(text: str) -> list[FamilyMatch]:
    """Recognizes the families of failure that a text describes.

    In: any text (the first 4,000 characters count). Out: one match per family, the clearest first, with its
    weight (4 can mean nothing else, 3 names the failure, 2 is usual for it, 1 is a hint), its clearest words,
    and how many different ones the text holds. Method: reviewed word lists; ties keep their order.
    """
    readable = _split_identifiers(text[:MAX_CHARACTERS])
    signs_of: dict[str, list[tuple[float, str]]] = {}
    for family, weight, words in _list_signs(readable):
        signs_of.setdefault(family, []).extend((weight, match.group(0)) for match in words.finditer(readable))
    matches = [
        FamilyMatch(family, *max(signs, key=lambda sign: sign[0]), signs=len({sign for _, sign in signs}))
        for family, signs in signs_of.items()
        if signs
    ]
    return sorted(matches, key=lambda match: -match.weight)


def choose_clearest_family(matches: Sequence[FamilyMatch]) -> str | None:
    """Chooses the family that a text shows most clearly.

    In: the matches of `recognize_families`. Out: the first one's family, or None.
    """
    return matches[0].family if matches else None


def _split_identifiers(text: str) -> str:
    """Lower case, identifiers also as separate words: `read_timeout` and `read timeout`."""
    lowered = text.lower()
    return f"{lowered}\n{re.sub(r'[_/.]+', ' ', lowered)}" if re.search(r"[_/.]", lowered) else lowered


def format_family(family: str) -> str:
    """A family's name for display. In: the family. Out: its title."""
    return {"dns": "DNS", "out_of_memory": "out-of-memory", "deadlock": "locking"}.get(
        family, family.replace("_", " ")
    )
