"""Messages that people retell: a report in a machine's words tells of that machine's failure.

Only templates that alone decide count. A report tells of one where it holds nearly all of its
telling words, in any case and with one slip of the keyboard a word; or the message word by word with
something in each of its slots. A report that tells of two equally tells of none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from causeloop_pipeline.analysis.detect.fingerprints.masking import WILDCARD
from causeloop_pipeline.analysis.detect.fingerprints.template_information import (
    list_telling_words,
    measure_information,
)

MIN_SHARE, MIN_AMOUNT = 0.8, 2.5  # of the template's information, and of information at all
MIN_WORDS, MIN_QUOTED_AMOUNT = 4, 1.5  # of a message that is quoted word by word
_MIN_MISSPELT = 5
_KEY_LETTERS = 2
_FEW_TITLES = 50  # for which it costs less to look which templates may matter than to index all
_EDGES = "\"'()[]{}<>,;:.!?`"


@dataclass(frozen=True, slots=True)
class _Template:
    template: str
    source: str
    weight_of_word: Mapping[str, float]
    words: tuple[str, ...]  # lower case; a slot is the wildcard


def find_retold_templates(
    titles: Sequence[tuple[str, str]], templates: Mapping[str, str]
) -> list[str | None]:
    """Finds the template that each report tells of.

    In: title and source of each report; templates that alone decide, each with the source of most of its
    messages. Out: per report a template or None. The templates of its own source only count word by word:
    there, near messages are other messages.
    """
    if len(titles) <= _FEW_TITLES:
        words = {word for title, _ in titles for word in list_telling_words(title)}
        templates = {
            template: source
            for template, source in templates.items()
            if any(word[:_KEY_LETTERS] in template.lower() for word in words)
        }
    index = _index_templates(templates)
    return [_find_retold(title, source, index) for title, source in titles]


def _index_templates(templates: Mapping[str, str]) -> dict[str, list[_Template]]:
    """By the first letters of a telling word, the templates that hold it."""
    index: dict[str, list[_Template]] = {}
    for template, source in sorted(templates.items()):
        weights = list_telling_words(template)
        if not weights:
            continue
        entry = _Template(template, source, weights, tuple(_split(template)))
        for key in {_key(word) for word in weights}:
            index.setdefault(key, []).append(entry)
    return index


def _key(word: str) -> str:
    return word[:_KEY_LETTERS]


def _split(text: str) -> Iterable[str]:
    words = (word.strip(_EDGES).lower() for word in text.split())
    return (WILDCARD if WILDCARD in word else word for word in words if word)


def _find_retold(title: str, source: str, index: Mapping[str, list[_Template]]) -> str | None:
    held = frozenset(list_telling_words(title))
    candidates = {
        entry.template: entry for key in sorted({_key(word) for word in held}) for entry in index.get(key, ())
    }
    words = list(_split(title))
    ranked = []
    for entry in candidates.values():
        is_quoted = _is_quoted(entry, words)
        amount = sum(weight for word, weight in entry.weight_of_word.items() if _holds(held, word))
        enough = amount >= max(MIN_AMOUNT, MIN_SHARE * sum(entry.weight_of_word.values()))
        is_other = entry.source != source
        if is_quoted or (enough and is_other):
            ranked.append(((is_other, is_quoted, round(amount, 6)), entry.template))
    ranked.sort(reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


def _is_quoted(entry: _Template, words: Sequence[str]) -> bool:
    """Whether the whole message stands in a title, with some words in each slot."""
    pattern = entry.words
    if len(pattern) < MIN_WORDS or measure_information(entry.template).amount < MIN_QUOTED_AMOUNT:
        return False
    place, is_open = 0, True
    for word in pattern:
        if word == WILDCARD:
            is_open, place = True, place + 1
            continue
        at = next((at for at in range(place, len(words)) if words[at] == word), None)
        if at is None or (not is_open and at != place):
            return False
        place, is_open = at + 1, False
    return place <= len(words)


def _holds(held: frozenset[str], word: str) -> bool:
    if word in held:
        return True
    if len(word) < _MIN_MISSPELT:
        return False
    return any(_is_one_slip(word, other) for other in held if abs(len(word) - len(other)) <= 1)


def _is_one_slip(word: str, other: str) -> bool:
    """Whether two words differ by one letter added, left out or replaced, or two neighbours swapped."""
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    a, b = word[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
