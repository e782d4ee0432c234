"""Writes the likely trigger of a pattern as text, from the evidence, or checks a language model's rephrasing
of it.

A model's text is accepted only when the numbers and names of each of its sentences are those of one finding,
and when every word of it is either a word of the evidence or a plain one of the list below. So it can
shorten, order and join findings; it cannot add a cause, a name, a count, a link or an instruction, nor deny
one.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

FIX = "fix"  # evidence of why recurrence is less likely, no trigger
MAX_FINDINGS = 3
MAX_TEXT_LENGTH = 600
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

Evidence = Sequence[Mapping[str, Any]]
"""Findings as in nested_columns.FINDING, the strongest first."""


def format_trigger(evidence: Evidence) -> str | None:
    """Write the likely trigger: the strongest findings with their counts.

    In: the evidence, strongest finding first. Out: one sentence per finding; None where nothing stands out.
    """
    texts = _trigger_texts(evidence)
    return ". ".join(texts) + "." if texts else None


def _trigger_texts(evidence: Evidence) -> list[str]:
    triggers = [finding for finding in evidence if finding.get("kind") != FIX]
    return [str(finding["text"]) for finding in triggers[:MAX_FINDINGS]]


def find_wording_fault(evidence: Evidence, text: str) -> str | None:
    """Check whether a rephrased text says no more than the evidence.

    In: the evidence, the text. Out: the reason to refuse it, of which the part before the colon repeats
    nothing of the text; None if there is none.
    The text must be one short plain paragraph with a number in it; its words must be known, and the numbers,
    shares, lengths of time and quoted names of each sentence must all be those of one and the same finding.
    """
    text = text.strip()
    if not text or len(text) > MAX_TEXT_LENGTH or "\n" in text:
        return "not one short paragraph"
    if FORBIDDEN.search(text):
        return "holds an address, markup or unusual characters"
    if not NUMBER.search(text):
        return "names no count"
    texts = _trigger_texts(evidence)
    foreign_words = _words(text) - _words(PLAIN_WORDS) - set().union(*map(_words, texts))
    if foreign_words:
        return f"words that are not in the evidence: {', '.join(sorted(foreign_words))}"
    sentences = SENTENCE_END.split(text)
    unsupported = [part for part in sentences if not any(_supports(finding, part) for finding in texts)]
    return f"a sentence that no finding supports: {unsupported[0]}" if unsupported else None


def _words(text: str) -> set[str]:
    """The words without their endings, so that a deployment is a deploy and failures are a failure."""
    return {_stem(word) for word in WORD.findall(text.lower())}


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if len(word) > len(ending) + 2 and word.endswith(ending):
            return word.removesuffix(ending).removesuffix("e")
    return word.removesuffix("e")


def _supports(finding: str, sentence: str) -> bool:
    """Whether a finding holds all numbers, shares, lengths of time and quoted names of a sentence."""
    return all(
        set(kind.findall(sentence)) <= set(kind.findall(finding)) for kind in (NUMBER, PAIR, MEASURE, QUOTED)
    )


def rephrase_trigger(
    evidence: Evidence,
    rephrase: Callable[[str], str] | None,
    refused: Callable[[str], None] = lambda _: None,
) -> str | None:
    """Write the likely trigger, rephrased by a language model where its text passes the check.

    In: the evidence; `rephrase`, from our text to the model's, or None; `refused`, called with the reason
    when the model's text is refused. Out: the model's text or our own. Errors of `rephrase` are raised to the
    caller. None where nothing stands out.
    """
    own = format_trigger(evidence)
    if rephrase is None or own is None:
        return own
    text = rephrase(own).strip()
    fault = find_wording_fault(evidence, text)
    if fault:
        refused(fault.partition(":")[0])
    return own if fault else text
