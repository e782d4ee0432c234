"""Messages that people retell: a report in a machine's words tells of that machine's failure.

Only templates that alone decide count. A report tells of one where it holds nearly all of its
telling words, in any case and with one slip of the keyboard a word; or the message word by word with
something in each of its slots. A report that tells of two equally tells of none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
    keys: frozenset[str]  # of its telling words
    min_amount: float

    @property
    def may_be_quoted(self) -> bool:
        return (
            len(self.words) >= MIN_WORDS
            and measure_information(self.template).amount >= MIN_QUOTED_AMOUNT
            and any(word != WILDCARD for word in self.words)
        )


@dataclass(frozen=True, slots=True)
class _Index:
    """Templates by each of their telling words, and by the rarest word of those that may be quoted.

    `spellings` are the words of `by_word` with at most one letter left out: two words that one slip tells
    apart have one of these in common.
    """

    by_word: Mapping[str, list[_Template]] = field(default_factory=lambda: defaultdict(list))
    by_quoted_word: Mapping[str, list[_Template]] = field(default_factory=lambda: defaultdict(list))
    spellings: Mapping[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def find_retold_templates(
    titles: Sequence[tuple[str, str]], templates: Mapping[str, str]
) -> list[str | None]:
    """Finds the template that each report tells of.

    In: title and source of each report; templates that alone decide, each with the source of most of its
    messages. Out: per report a template or None. The templates of its own source only count word by word:
    there, near messages are other messages. Slips are looked up by deletions (Garbe, SymSpell, 2012), so that
    the cost does not grow with the product of both numbers of words.
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


def _index_templates(templates: Mapping[str, str]) -> _Index:
    index, entries = _Index(), list(_describe(templates))
    for entry in entries:
        for word in entry.weight_of_word:
            index.by_word[word].append(entry)
    for word in index.by_word:
        if len(word) >= _MIN_MISSPELT:
            for spelling in _leave_out(word):
                index.spellings[spelling].append(word)
    frequency = Counter(word for entry in entries for word in set(entry.words))
    for entry in entries:
        if entry.may_be_quoted:
            constant = (word for word in entry.words if word != WILDCARD)
            index.by_quoted_word[min(constant, key=lambda word: (frequency[word], word))].append(entry)
    return index


def _describe(templates: Mapping[str, str]) -> Iterator[_Template]:
    for template, source in sorted(templates.items()):
        if weights := list_telling_words(template):
            enough = max(MIN_AMOUNT, MIN_SHARE * sum(weights.values()))
            keys = frozenset(_key(word) for word in weights)
            yield _Template(template, source, weights, tuple(_split(template)), keys, enough)


def _leave_out(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _key(word: str) -> str:
    return word[:_KEY_LETTERS]


def _split(text: str) -> Iterable[str]:
    words = (word.strip(_EDGES).lower() for word in text.split())
    return (WILDCARD if WILDCARD in word else word for word in words if word)


def _find_retold(title: str, source: str, index: _Index) -> str | None:
    held, words = list_telling_words(title), list(_split(title))
    keys = {_key(word) for word in held}
    amounts: dict[str, float] = defaultdict(float)
    candidates: dict[str, _Template] = {}
    for word in _list_held(held, index):
        for entry in index.by_word[word]:
            amounts[entry.template] += entry.weight_of_word[word]
            candidates[entry.template] = entry
    quoted = {
        entry.template: entry
        for word in sorted(set(words))
        for entry in index.by_quoted_word.get(word, ())
        if _is_quoted(entry.words, words)
    }
    ranked = []
    for template, entry in (candidates | quoted).items():
        is_other, is_quoted = entry.source != source, template in quoted
        enough = amounts[template] >= entry.min_amount and is_other
        if (is_quoted or enough) and not keys.isdisjoint(entry.keys):
            ranked.append(((is_other, is_quoted, round(amounts[template], 6)), template))
    ranked.sort(reverse=True)
    if not ranked or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return None
    return ranked[0][1]


def _list_held(held: Iterable[str], index: _Index) -> list[str]:
    """The words of templates that a title holds, also with one slip of the keyboard."""
    words = set()
    for word in held:
        if word in index.by_word:
            words.add(word)
        near = (other for spelling in _leave_out(word) for other in index.spellings.get(spelling, ()))
        words.update(other for other in near if _is_one_slip(other, word))
    return sorted(words)


def _is_quoted(pattern: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the whole message stands in a title, with some words in each slot."""
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


def _is_one_slip(word: str, other: str) -> bool:
    """Whether two words differ by one letter added, left out or replaced, or two neighbours swapped."""
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    a, b = word[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])
