"""Merges masked messages that one statement of a program wrote into its template.

Masks cannot know that `alice` is a name; the messages can: when everything but one word is equal, the word
that varies is a slot.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from causeloop_pipeline.analysis.detect.fingerprints.masking import WILDCARD

ROUNDS = 4
_MANY_VALUES = 6
_TOKEN = re.compile(r"\S+?=(?=\S)|\S+\s*")
_IDENTIFIER = re.compile(
    r"[a-z][A-Z]|[A-Z][a-z]+[A-Z]|[A-Za-z][_.$@/\\:][A-Za-z]|[A-Za-z]-[A-Za-z]|\x01|[^\x00-\x7f]"
)
_STATE = re.compile(
    r"(?:\S*[:=(])?(?:[A-Za-z]+(?:ed|ing)|true|false|yes|no|on|off|[A-Z][A-Z_]+)[^A-Za-z0-9]*", re.ASCII
)
_EDGES = "\"'()[]{}<>,;:.!?"
_NAMING_WORDS = """
user users host hosts server file class job task name id account group device driver service module
process program thread node client domain package library address interface container image instance from
for
"""
_NAMING = frozenset(_NAMING_WORDS.split())
_WORD = re.compile(r"[^\W\d_]{2,}")


def split_message(masked: str) -> tuple[str, ...]:
    """A masked message as words; a value after `=` is a word of its own."""
    return tuple(_TOKEN.findall(masked))


def join_words(words: Iterable[str]) -> str:
    """The inverse of `split_message`."""
    return "".join(words)


def merge_templates(masked: Iterable[str]) -> dict[str, str]:
    """Masked message → template: in, distinct masked messages in any order; out, one template for each.

    Leave-one-position-out merging: messages that agree in all words but one are one template if the values
    of that word look like a slot's. Words that tell states apart (`Started`, `Stopped`, `UP`, `true`) never
    merge on two values. Time is linear in the number of words, at most `ROUNDS` times.
    """
    originals = sorted(set(masked))
    current = {text: split_message(text) for text in originals}
    for _ in range(ROUNDS):
        slots = _slots(sorted(set(current.values())))
        if not slots:
            break
        current = {text: _apply(words, slots.get(words)) for text, words in current.items()}
    return {text: join_words(words) for text, words in current.items()}


def _slots(messages: list[tuple[str, ...]]) -> Mapping[tuple[str, ...], set[int]]:
    buckets: dict[tuple[int, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for words in messages:
        for position in range(len(words)):
            rest = words[:position] + words[position + 1 :]
            buckets.setdefault((position, rest), []).append(words)
    found: dict[tuple[str, ...], set[int]] = {}
    for (position, rest), members in buckets.items():
        if len(members) > 1 and _is_slot(position, rest, [words[position] for words in members]):
            for words in members:
                found.setdefault(words, set()).add(position)
    return found


def _is_slot(position: int, rest: tuple[str, ...], values: list[str]) -> bool:
    if sum(1 for word in rest if _WORD.search(word)) < 2:
        return False
    wild = any(WILDCARD in value for value in values)
    names = sum(1 for value in values if _IDENTIFIER.search(value))
    if position == 0:
        return wild and all(_IDENTIFIER.search(value) for value in values)
    if wild or len(values) >= _MANY_VALUES:
        return True
    before = rest[position - 1]
    named = before.endswith("=") or before.strip(_EDGES + " ").lower() in _NAMING
    return (named or 2 * names >= len(values)) and not any(_STATE.fullmatch(value) for value in values)


def _apply(words: tuple[str, ...], positions: set[int] | None) -> tuple[str, ...]:
    if not positions:
        return words
    return tuple(
        WILDCARD + word[len(word.rstrip()) :] if place in positions else word
        for place, word in enumerate(words)
    )


@dataclass(frozen=True, slots=True)
class TemplateBook:
    """What has been learnt of a workspace's sources: which are machines, and the templates of their
    messages.
    """

    kinds: Mapping[tuple[str, bool], str] = field(
        default_factory=dict
    )  # (source, has a body) → machine | human
    templates: Mapping[str, str] = field(default_factory=dict)  # masked message → template

    def resolve(self, masked: Iterable[str]) -> dict[str, str]:
        """Known and unknown masked messages → template; an unknown one fits the template with most equal
        words.
        """
        unknown = sorted(set(masked) - self.templates.keys())
        known = {text: self.templates[text] for text in masked if text in self.templates}
        if unknown:
            shelf = _shelved(self.templates.values())
            known.update({text: _fitting(text, shelf) for text in unknown})
        return known

    def extended(self, kinds: Mapping[tuple[str, bool], str], templates: Mapping[str, str]) -> "TemplateBook":
        """This book with more in it; what it already knows stays."""
        return TemplateBook({**kinds, **self.kinds}, {**templates, **self.templates})


_Shelf = dict[tuple[int, str], list[tuple[str, ...]]]


def _shelved(templates: Iterable[str]) -> _Shelf:
    shelf: _Shelf = {}
    for template in sorted(set(templates)):
        words = split_message(template)
        if WILDCARD in template and words:
            first = "" if WILDCARD in words[0] else words[0]
            shelf.setdefault((len(words), first), []).append(words)
    return shelf


def _fitting(text: str, shelf: _Shelf) -> str:
    words = split_message(text)
    best, most = text, 1
    for first in dict.fromkeys((words[0] if words else "", "")):
        for template in shelf.get((len(words), first), ()):
            equal = _equal_words(words, template)
            if equal > most:
                best, most = join_words(template), equal
    return best


def _equal_words(words: tuple[str, ...], template: tuple[str, ...]) -> int:
    """How many constant words agree; 0 if one does not, or if a state would fill a slot."""
    equal = 0
    for word, slot in zip(words, template, strict=True):
        if word == slot:
            equal += 1
        elif slot.strip() != WILDCARD or _STATE.fullmatch(word):
            return 0
    return equal
