"""Maps the words that tools use for severity and status to the product's own.

The words are those of the pipeline: `model/vendor_words.csv` is also dbt's seed `value_map`. A value that it
does not hold, such as `1 - Critical`, is split into words, and further words that exports use count too.
A number means what its whole number means in that list, however it is spelled; only scores have fractions.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

from causeloop_pipeline.model.issue import IssueStatus, Severity
from causeloop_pipeline.model.numbers import read_number
from causeloop_pipeline.model.severity_scores import find_scale, read_level, read_score


def parse_word_lists(text: str) -> dict[str, tuple[str, ...]]:
    """The words of each heading in a list written as `heading: word word …`; further lines are indented."""
    entries = (entry.split(":", 1) for entry in re.split(r"\n(?=\S)", text.strip()))
    return {heading: tuple(words.split()) for heading, words in entries}


ANY_TOOL = "any"
WHOLE = re.compile(r"(?<![\d.,])0*(\d+)(?:[.,]0+)?(?![\d.,])", re.ASCII)
"""A whole number within a text, such as that of `priority 3.0`."""
MORE_SEVERITY_WORDS = parse_word_lists("""
p1: s0 s1 f panic alert crit disaster full immediate catastrophic showstopper service_outage 0
p2: s2 e err serious disruption degraded partial outage
p3: s3 average w standard unknown
p4: s4 s5 i information d v verbose trace maintenance scheduled planning enhancement planned cosmetic
""")
MORE_STATUS_WORDS = parse_word_lists("""
open: created reported unassigned assigned backlog problem queued accepted
mitigating: ack progress mitigated hold waiting stable patch awaiting review
closed: wontfix rejected invalid archived inactive postmortem
""")


def read_vendor_words() -> dict[tuple[str, str, str], str]:
    """The product's word for each (tool, field, word in lower case); the tool `any` holds for all of them."""
    text = files("causeloop_pipeline.model").joinpath("vendor_words.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["source"], row["field"], row["vendor_value"]): row["value"] for row in rows}


VENDOR_WORDS = read_vendor_words()


def map_vendor_word(field: str, word: str, tool: str = ANY_TOOL) -> str | None:
    """The product's word by the pipeline's rule: the tool's own meaning, then that of any tool."""
    key = word.strip().lower()
    return VENDOR_WORDS.get((tool, field, key)) or VENDOR_WORDS.get((ANY_TOOL, field, key))


def map_severities(values: Iterable[str], tool: str = ANY_TOOL) -> dict[str, Severity]:
    """The severity of each value that is understood; a value of several words takes the worst it names.

    Where one of the values has a fraction, as scores do, all of those that are numbers are scores.
    """
    texts = sorted(set(values))
    scale = find_scale(texts)
    mapped = {text: map_severity(text, tool, scale) for text in texts}
    return {value: Severity(severity) for value, severity in mapped.items() if severity is not None}


def map_severity(text: str, tool: str = ANY_TOOL, scale: int | None = None) -> str | None:
    """The severity that a text names or counts, None where it says none; scores go up to `scale`."""
    exact = map_vendor_word("severity", text, tool)
    if exact and scale is None:
        return exact
    if score := read_score(text, scale):
        return map_vendor_word("severity", score)
    if level := read_level(text):
        return map_vendor_word("severity", level, tool) or SEVERITY_OF_WORD.get(level)
    if exact or read_number(text) is not None:
        return exact
    plain = WHOLE.sub(r"\1", text)
    return map_vendor_word("severity", plain, tool) or _choose_worst_severity(plain)


def map_statuses(values: Iterable[str], tool: str = ANY_TOOL) -> dict[str, IssueStatus]:
    """The status of each value that is understood; of several words, the first that is a status counts."""
    mapped = {
        value: map_vendor_word("status", value, tool) or _choose_first_status(value)
        for value in sorted(set(values))
    }
    return {value: IssueStatus(status) for value, status in mapped.items() if status is not None}


def _collect_words(field: str, more: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    own = {word: value for value, words in more.items() for word in words}
    shared = {
        word: value for (tool, name, word), value in VENDOR_WORDS.items() if (tool, name) == (ANY_TOOL, field)
    }
    return own | shared


NO_LETTERS = r"[\W\d_]+"
DENIED = re.compile(r"\b(?:non|not|no|nicht|nie|pas|sin)\b[-_ ]*\w+")
"""What a word before it denies, such as `non-critical`."""
SCORE = re.compile(r"(?<![\d.,:])\d{1,2}\.\d+(?![\d.])")
SEVERITY_OF_WORD = _collect_words("severity", MORE_SEVERITY_WORDS)
STATUS_OF_WORD = {
    re.sub(NO_LETTERS, "_", word): status
    for word, status in _collect_words("status", MORE_STATUS_WORDS).items()
}


def _choose_worst_severity(value: str) -> str | None:
    lowered = DENIED.sub(" ", value.lower()).strip()
    levels = {re.sub(r"[-_ ]", "", part) for part in re.findall(r"[a-z]+[-_ ]?\d(?![\d.,])", lowered)}
    words = {lowered} | levels | set(re.findall(r"[^\W\d_]{2,}|(?<![\d.,])[0-5](?![.,]?\d)", lowered))
    named = [SEVERITY_OF_WORD[word] for word in words if word in SEVERITY_OF_WORD]
    scores = (map_severity(number, scale=10) for number in SCORE.findall(lowered))
    return min(named or filter(None, scores), default=None)


def _choose_first_status(value: str) -> str | None:
    lowered = re.sub(NO_LETTERS, "_", DENIED.sub(" ", value.lower())).strip("_")
    words = (lowered, *lowered.split("_"))
    return next((STATUS_OF_WORD[word] for word in words if word in STATUS_OF_WORD), None)
