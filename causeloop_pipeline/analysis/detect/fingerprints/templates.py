"""Templates: merges the masked messages that one statement of a program wrote.

Masks cannot know that `alice` is a name. The messages can: where all words but one are equal, the word that
varies is a slot.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from causeloop_pipeline.analysis.detect.fingerprints.masking import WILDCARD
from causeloop_pipeline.analysis.detect.fingerprints.template_information import measure_information

MAX_ROUNDS = 4
MIN_INFORMATION = 1.0  # of the words around a slot: else the word itself is what the message says
_MIN_SLOT_VALUES = 6  # so many values make any word a slot
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
    """Splits a masked message into words; a value after `=` is a word of its own."""
    return tuple(_TOKEN.findall(masked))


def join_words(words: Iterable[str]) -> str:
    """Joins the words of `split_message` again."""
    return "".join(words)


def merge_templates(masked: Iterable[str]) -> dict[str, str]:
    """Finds the templates of messages.

    In: distinct masked messages in any order. Out: masked message → template.

    Method: leave-one-position-out merging. Messages that agree in all words but one have one template if the
    values of that word look like a slot's. Words that tell states apart (`Started`, `Stopped`, `UP`, `true`)
    never merge on two values. Time is linear in the number of words, at most `MAX_ROUNDS` times.
    """
    messages = sorted(set(masked))
    words_of = {message: split_message(message) for message in messages}
    for _ in range(MAX_ROUNDS):
        slots = _find_slots(sorted(set(words_of.values())))
        if not slots:
            break
        words_of = {message: _fill_slots(words, slots.get(words)) for message, words in words_of.items()}
    return {message: join_words(words) for message, words in words_of.items()}


def _find_slots(messages: list[tuple[str, ...]]) -> Mapping[tuple[str, ...], set[int]]:
    """Per message, the positions of its slots."""
    buckets: dict[tuple[int, tuple[str, ...]], list[tuple[str, ...]]] = {}
    for words in messages:
        for position in range(len(words)):
            rest = words[:position] + words[position + 1 :]
            buckets.setdefault((position, rest), []).append(words)

    slots: dict[tuple[str, ...], set[int]] = {}
    for (position, rest), bucket in buckets.items():
        if len(bucket) > 1 and _is_slot(position, rest, [words[position] for words in bucket]):
            for words in bucket:
                slots.setdefault(words, set()).add(position)
    return slots


def _is_slot(position: int, rest: tuple[str, ...], values: list[str]) -> bool:
    if sum(1 for word in rest if _WORD.search(word)) < 2:
        return False
    if measure_information(join_words(rest)).amount < MIN_INFORMATION:
        return False
    has_wildcard = any(WILDCARD in value for value in values)
    identifiers = sum(1 for value in values if _IDENTIFIER.search(value))
    if position == 0:
        return has_wildcard and identifiers == len(values)
    if has_wildcard or len(values) >= _MIN_SLOT_VALUES:
        return True
    before = rest[position - 1]
    is_named = before.endswith("=") or before.strip(_EDGES + " ").lower() in _NAMING
    are_states = any(_STATE.fullmatch(value) for value in values)
    return (is_named or 2 * identifiers >= len(values)) and not are_states


def _fill_slots(words: tuple[str, ...], slots: set[int] | None) -> tuple[str, ...]:
    if not slots:
        return words
    return tuple(
        WILDCARD + word[len(word.rstrip()) :] if position in slots else word
        for position, word in enumerate(words)
    )


@dataclass(frozen=True, slots=True)
class TemplateCatalog:
    """What an earlier grouping learned of a workspace's sources, and of the templates of their messages."""

    kinds: Mapping[tuple[str, bool], str] = field(default_factory=dict)  # (source, has a body) → kind
    templates: Mapping[str, str] = field(default_factory=dict)  # masked message → template
    probabilities: Mapping[str, float] = field(default_factory=dict)  # template → of one cause of its rows
    repeats_shares: Mapping[str, float] = field(
        default_factory=dict
    )  # stream of a source → of rows that repeat
    sources: Mapping[str, str] = field(default_factory=dict)  # template that alone decides → its source

    def resolve(self, masked: Iterable[str]) -> dict[str, str]:
        """Finds the templates of messages, new ones too.

        In: masked messages. Out: message → template; a new message gets the template with most equal words
        that it fits, or becomes a template itself.
        """
        new_messages = sorted(set(masked) - self.templates.keys())
        templates = {message: self.templates[message] for message in masked if message in self.templates}
        if new_messages:
            index = _index_by_shape(self.templates.values())
            templates.update({message: _find_template(message, index) for message in new_messages})
        return templates

    def to_json(self) -> dict[str, Any]:
        """The catalog as JSON values: equal catalogs give equal ones."""
        return {
            "kinds": [[source, has_body, kind] for (source, has_body), kind in sorted(self.kinds.items())],
            "templates": sorted(self.templates.items()),
            "probabilities": sorted(self.probabilities.items()),
            "repeats_shares": sorted(self.repeats_shares.items()),
            "sources": sorted(self.sources.items()),
        }

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "TemplateCatalog":
        """The catalog that `to_json` gave."""
        return TemplateCatalog(
            {(source, has_body): kind for source, has_body, kind in values["kinds"]},
            dict(values["templates"]),
            dict(values["probabilities"]),
            dict(values["repeats_shares"]),
            dict(values["sources"]),
        )

    def extend(self, added: "TemplateCatalog") -> "TemplateCatalog":
        """Adds what later issues teach.

        In: what to add. Out: a larger catalog, in which earlier entries stay as they are.
        """
        return TemplateCatalog(
            {**added.kinds, **self.kinds},
            {**added.templates, **self.templates},
            {**added.probabilities, **self.probabilities},
            {**added.repeats_shares, **self.repeats_shares},
            {**added.sources, **self.sources},
        )


_TemplateIndex = dict[tuple[int, str], list[tuple[str, ...]]]
"""(number of words, first word or empty text for a slot) → templates as words."""


def _index_by_shape(templates: Iterable[str]) -> _TemplateIndex:
    index: _TemplateIndex = {}
    for template in sorted(set(templates)):
        words = split_message(template)
        if WILDCARD in template and words:
            first = "" if WILDCARD in words[0] else words[0]
            index.setdefault((len(words), first), []).append(words)
    return index


def _find_template(message: str, index: _TemplateIndex) -> str:
    words = split_message(message)
    best, best_equal = message, 1
    for first in dict.fromkeys((words[0] if words else "", "")):
        for template in index.get((len(words), first), ()):
            equal = _count_equal_words(words, template)
            if equal > best_equal:
                best, best_equal = join_words(template), equal
    return best


def _count_equal_words(words: tuple[str, ...], template: tuple[str, ...]) -> int:
    """How many constant words agree; 0 if one does not, or if a state would fill a slot."""
    equal = 0
    for word, slot in zip(words, template, strict=True):
        if word == slot:
            equal += 1
        elif slot.strip() != WILDCARD or _STATE.fullmatch(word):
            return 0
    return equal
