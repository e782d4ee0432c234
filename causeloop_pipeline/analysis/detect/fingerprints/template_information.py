"""How much the constant words of a template say about the failure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from causeloop_pipeline.analysis.detect.fingerprints.masking import WILDCARD
from causeloop_pipeline.analysis.detect.similarity.tokens import is_stop_word

MAX_INFORMATION = 6.0
MAX_PROBABILITY = 0.99
_GENERIC_WEIGHT = 0.25
_LOW_INFORMATION, _NO_INFORMATION = (2.0, 0.75), (1.0, 0.55)  # with so little, never surer than so
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]+|[a-z]+|[^\W\d_A-Za-z]+")
_GENERIC_WORDS = """
alarm alert available bug cannot change critical degraded degradation delayed delays detected disruption
down elevated error errors event exception experiencing fail failed failing failure fatal fault fixed high
identified impact impacted impacting incident info information intermittent investigate investigating issue
issues low maintenance major minor new outage partial performance planned possible potential problem
problems reported report reports request resolve resolved scheduled service services severity slow status
succeeded successful trouble unable unavailable unexpected unknown update updates warning wrong
"""
_GENERIC = frozenset(_GENERIC_WORDS.split())


@dataclass(frozen=True, slots=True)
class Information:
    """How much the constant words of a template say (at most 6), and how sure it can make at most."""

    amount: float
    max_probability: float


def list_telling_words(text: str) -> dict[str, float]:
    """Lists the words of a text that say something.

    In: a text or a template. Out: distinct words of two letters or more, in lower case, identifiers in parts,
    without stop words, each with its weight: 1, or a quarter where any report holds it.
    """
    words = sorted({part.lower() for part in _PART.findall(text.replace(WILDCARD, " "))})
    return {
        word: _GENERIC_WEIGHT if word in _GENERIC else 1.0
        for word in words
        if len(word) > 1 and not is_stop_word(word)
    }


@lru_cache(maxsize=65_536)
def measure_information(template: str) -> Information:
    """Measures what the constant words of a template say.

    In: a masked message or a template. Out: its `Information`: distinct words of two letters or more,
    identifiers in parts, without stop words; a word that any report holds counts a quarter. The words are a
    fixed list, so that the measure does not move when rows are added.
    """
    telling = list_telling_words(template)
    generic = sum(1 for weight in telling.values() if weight < 1.0)
    amount = min(sum(telling.values()), MAX_INFORMATION)
    is_vague = 2 * generic >= len(telling) or WILDCARD not in template
    if amount >= _LOW_INFORMATION[0] or not is_vague:
        return Information(amount, MAX_PROBABILITY)
    return Information(amount, (_NO_INFORMATION if amount <= _NO_INFORMATION[0] else _LOW_INFORMATION)[1])
