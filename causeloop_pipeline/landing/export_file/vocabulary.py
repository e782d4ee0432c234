"""Maps the words that tools use for severity and status to the product's own.

The words are those of the pipeline: `model/vendor_words.csv` is also dbt's seed `value_map`. A value that it
does not hold, such as `1 - Critical`, is split into words, and further words that exports use count too.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

from causeloop_pipeline.landing.export_file.column_names import parse_word_lists
from causeloop_pipeline.model.issue import IssueStatus, Severity

ANY_TOOL = "any"
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
    """The severity of each value that is understood; a value of several words takes the worst it names."""
    mapped = {
        value: map_vendor_word("severity", value, tool) or _choose_worst_severity(value)
        for value in sorted(set(values))
    }
    return {value: Severity(severity) for value, severity in mapped.items() if severity is not None}


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
SEVERITY_OF_WORD = _collect_words("severity", MORE_SEVERITY_WORDS)
STATUS_OF_WORD = {
    re.sub(NO_LETTERS, "_", word): status
    for word, status in _collect_words("status", MORE_STATUS_WORDS).items()
}


def _choose_worst_severity(value: str) -> str | None:
    lowered = value.lower().strip().removesuffix(".0")
    levels = {re.sub(r"[-_ ]", "", part) for part in re.findall(r"[a-z]+[-_ ]?\d", lowered)}
    words = {lowered} | levels | set(re.findall(r"[^\W\d_]{2,}|(?<!\d)[0-5](?!\d)", lowered))
    return min((SEVERITY_OF_WORD[word] for word in words if word in SEVERITY_OF_WORD), default=None)


def _choose_first_status(value: str) -> str | None:
    lowered = re.sub(NO_LETTERS, "_", value.lower()).strip("_")
    words = (lowered, *lowered.split("_"))
    return next((STATUS_OF_WORD[word] for word in words if word in STATUS_OF_WORD), None)
