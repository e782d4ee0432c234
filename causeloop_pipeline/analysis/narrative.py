"""The sentence that says what probably triggers a pattern: written from the evidence, or worded by a model
that may only word it.

A model's text is taken only when every number and every quoted name in it stands in the evidence and it
carries nothing else that could mislead: no addresses, no markup, no instructions.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

NOTHING_FOUND = "No trigger stands out beyond chance yet."
MOST_FINDINGS = 3
LONGEST_TEXT = 600
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
QUOTED = re.compile('[“"]([^”"]+)[”"]')
FORBIDDEN = re.compile(
    r"https?:|www\.|[<>{}\[\]`|\\@#]|\bignore\b|\binstructions?\b|\bsystem prompt\b|\bassistant\b",
    re.IGNORECASE,
)
NUMBER_WORDS = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|twice|half|most|all|every|"
    r"always|never|none|certain(?:ly)?|guaranteed|percent)\b|%",
    re.IGNORECASE,
)

Evidence = str | Sequence[dict[str, Any]]


def findings(evidence: Evidence) -> list[dict[str, Any]]:
    """The evidence as a list; JSON text is parsed, anything else is taken as it is."""
    parsed = json.loads(evidence) if isinstance(evidence, str) else evidence
    return list(parsed)


def trigger_text(evidence: Evidence) -> str:
    """The likely trigger in words: the strongest findings with their counts, in the order given."""
    told = [str(finding["text"]) for finding in findings(evidence)[:MOST_FINDINGS]]
    return ". ".join(told) + "." if told else NOTHING_FOUND


def wording_fault(evidence: Evidence, text: str) -> str | None:
    """Why a wording may not stand for the evidence; None when it may.

    It must be short and plain, hold a number, and say nothing that the evidence does not: numbers, quantity
    words and quoted names.
    """
    source = trigger_text(evidence)
    if not text.strip() or len(text) > LONGEST_TEXT or "\n" in text.strip():
        return "not one short paragraph"
    if FORBIDDEN.search(text):
        return "holds an address, markup or an instruction"
    if not NUMBER.search(text):
        return "names no count"
    unknown = set(NUMBER.findall(text)) - set(NUMBER.findall(source))
    if unknown:
        return f"numbers that are not in the evidence: {', '.join(sorted(unknown))}"
    words = {word.lower() for word in NUMBER_WORDS.findall(text)} - {
        word.lower() for word in NUMBER_WORDS.findall(source)
    }
    if words:
        return f"quantities that are not in the evidence: {', '.join(sorted(words))}"
    strangers = set(QUOTED.findall(text)) - set(QUOTED.findall(source))
    return f"names that are not in the evidence: {', '.join(sorted(strangers))}" if strangers else None


def worded(evidence: Evidence, wording: Callable[[str], str] | None) -> str:
    """The likely trigger, worded by `wording` (evidence text in, sentence out) when its answer stands the
    check, else our own.

    Errors of the function are the caller's: catch time-outs where the endpoint is called and pass None.
    """
    own = trigger_text(evidence)
    if wording is None or own == NOTHING_FOUND:
        return own
    text = wording(own).strip()
    return own if wording_fault(evidence, text) else text
