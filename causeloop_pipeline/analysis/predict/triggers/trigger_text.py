"""The sentence that says what probably triggers a pattern: written from the evidence, or worded by a model
that may only word it.

A model's text is taken only when each of its sentences draws its numbers and names from one finding, and when
every word of it is either a word of the evidence or a plain one of the list below. So it can shorten, order
and join what was found; it cannot add a cause, a name, a count, a link or an instruction, nor deny one.
"""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

NOTHING_FOUND = "No trigger stands out beyond chance yet."
FIX = "fix"  # evidence of why recurrence is less likely, no trigger
MOST_FINDINGS = 3
LONGEST_TEXT = 600
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
PAIR = re.compile(r"(\d+) (?:out )?of (\d+)")
MEASURE = re.compile(r"(\d+) (hour|day|week|month)")
QUOTED = re.compile('[“"]([^”"]+)[”"]')
WORD = re.compile(r"[^\W\d_]+")
SENTENCE_END = re.compile(r"[.;:!?]\s+")
FORBIDDEN = re.compile(r"https?:|www\.|[<>{}\[\]`|\\@#*%$^~]|[^\x20-\x7e“”‘’–—\w]", re.IGNORECASE)
ENDINGS = ("ments", "ment", "ing", "ly", "ed", "es", "s")
PLAIN_WORDS = """
    a about after alone also although an and another appear are around as at be because been before
    begin beyond both but by came can chance change clear close come coming could count cross do during
    each early event expect explain far few find first fit fix follow for found frequent from further
    had happen has have higher hour how in incident indicate is issue it its itself just last late lead
    less likely link main may might minute more much near observe occur occurred occurrence of
    often on once one only or other out over pattern point possible precede probable probably recur
    related same see seem seen several show shortly similar since so some soon stand start strong
    strongest suggest tend than that the their them then there these they this those tied time to
    together too trigger typical under up usual usually was were when where which while whose with
    within would year
"""

Evidence = str | Sequence[dict[str, Any]]


def findings(evidence: Evidence) -> list[dict[str, Any]]:
    """The evidence as a list; JSON text is parsed, anything else is taken as it is."""
    parsed = json.loads(evidence) if isinstance(evidence, str) else evidence
    return list(parsed)


def trigger_text(evidence: Evidence) -> str:
    """The likely trigger in words: the strongest findings with their counts, in the order given."""
    told = _told(evidence)
    return ". ".join(told) + "." if told else NOTHING_FOUND


def _told(evidence: Evidence) -> list[str]:
    triggers = [finding for finding in findings(evidence) if finding.get("kind") != FIX]
    return [str(finding["text"]) for finding in triggers[:MOST_FINDINGS]]


def wording_fault(evidence: Evidence, text: str) -> str | None:
    """Why a wording may not stand for the evidence; None when it may.

    In: the evidence, the wording. Out: the reason; what stands before its colon repeats nothing of the text.
    The text must be one short plain paragraph with a number in it; its words must be known, and the numbers,
    shares, lengths of time and quoted names of each sentence must all be those of one and the same finding.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_TEXT or "\n" in text:
        return "not one short paragraph"
    if FORBIDDEN.search(text):
        return "holds an address, markup or unusual characters"
    if not NUMBER.search(text):
        return "names no count"
    told = _told(evidence)
    strangers = _words(text) - _words(PLAIN_WORDS) - set().union(*map(_words, told))
    if strangers:
        return f"words that are not in the evidence: {', '.join(sorted(strangers))}"
    unfounded = [part for part in SENTENCE_END.split(text) if not any(_follows(part, one) for one in told)]
    return f"a sentence that no finding bears out: {unfounded[0]}" if unfounded else None


def _words(text: str) -> set[str]:
    """The words without their endings, so that a deployment is a deploy and failures are a failure."""
    return {_stem(word) for word in WORD.findall(text.lower())}


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word.removesuffix(ending).removesuffix("e")
    return word.removesuffix("e")


def _follows(sentence: str, finding: str) -> bool:
    """Whether a finding holds all numbers, shares, lengths of time and quoted names of a sentence."""
    return all(
        set(kind.findall(sentence)) <= set(kind.findall(finding)) for kind in (NUMBER, PAIR, MEASURE, QUOTED)
    )


def worded(
    evidence: Evidence,
    wording: Callable[[str], str] | None,
    refused: Callable[[str], None] = lambda _: None,
) -> str:
    """The likely trigger, worded by `wording` (evidence text in, sentence out) when its answer stands the
    check, else our own; `refused` is told why an answer was not taken.

    Errors of the function are the caller's: catch time-outs where the endpoint is called and pass None.
    """
    own = trigger_text(evidence)
    if wording is None or own == NOTHING_FOUND:
        return own
    text = wording(own).strip()
    fault = wording_fault(evidence, text)
    if fault:
        refused(fault.partition(":")[0])
    return own if fault else text
