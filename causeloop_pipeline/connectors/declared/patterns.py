"""Regular expressions of declarations: read by an engine whose time grows with the text only.

Python's own engine can take years for twenty characters, and whoever writes a declaration must not be able
to hold up the syncs of others. This one is RE2: no look-around, no references back.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from causeloop_pipeline.connectors.mapping.evaluate import Payload, Value, evaluate, holds
from causeloop_pipeline.connectors.mapping.expressions import Match, Matches

MAX_PATTERN = 300
MAX_EXPANDED, CLASS_SIZE = 1_000, 10
"""Repetitions are written out, so that few characters can make an engine of many thousand states."""

MAX_TEXT = 10_000
"""Characters of a text in which is looked: what is meant stands at its beginning."""

PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P<\w+>|\(\?|\(|.", re.DOTALL)
SIZED = re.compile(r"\{\d+(?:,\d*)?\}|\(\?[:P][^()]*?[>:]|" + PIECE.pattern, re.DOTALL)
MAX_COMPILED, MAX_MEMORY_BYTES = 500, 8 << 20


@dataclass(frozen=True)
class LinearMatch(Match):
    """As `Match`, in linear time."""


@dataclass(frozen=True)
class LinearMatches(Matches):
    """As `Matches`, in linear time."""


def find_pattern_problem(pattern: str) -> str | None:
    """Why a pattern cannot be used, None where it can."""
    if len(pattern) > MAX_PATTERN:
        return f"a regular expression of more than {MAX_PATTERN} characters: shorten it"
    if (size := measure_expanded(pattern)) > MAX_EXPANDED:
        return f"a regular expression of {size:,} parts once repetitions are written out: repeat less"
    try:
        find_first(pattern, "")
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error)
        return f"not a usable regular expression ({reason[:120]}); look-around and references are not read"
    return None


def measure_expanded(pattern: str) -> int:
    """How many parts a pattern has once its repetitions are written out."""
    sizes, last = [0], 0
    """The size of each open group so far, and of the last part."""
    for piece in SIZED.findall(pattern):
        if piece.startswith("{"):
            counts = [int(number) for number in re.findall(r"\d+", piece)]
            sizes[-1] += last * (max(counts[-1], counts[0], 1) - 1)
            last *= max(counts[-1], counts[0], 1)
        elif piece.startswith("("):
            sizes.append(1)
        elif piece == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        else:
            last = CLASS_SIZE if piece[:2] in {r"\p", r"\P"} else 1
            sizes[-1] += last
    return sizes[0]


def find_first(pattern: str, text: str) -> str | None:
    """The first group of a pattern in a text, or the whole match where it has no group."""
    compiled = _compile(pattern)
    match = compiled.search(text[:MAX_TEXT])
    return match[min(compiled.groups, 1)] if match else None


def has_match(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text, whatever its case."""
    return _compile(pattern, case_sensitive=False).search(text[:MAX_TEXT]) is not None


@lru_cache(MAX_COMPILED)
def _compile(pattern: str, *, case_sensitive: bool = True) -> Any:
    """The pattern as the engine uses it; re2.error where it is not usable."""
    options = re2.Options()
    options.case_sensitive, options.log_errors, options.max_mem = case_sensitive, False, MAX_MEMORY_BYTES
    return re2.compile(pattern, options)


@evaluate.register
def _(source: LinearMatch, payload: Payload) -> Value | None:
    value = evaluate(source.of, payload)
    text = None if value is None else find_first(source.pattern, value.text)
    return Value(text, value.paths) if value and text else None


@holds.register
def _(condition: LinearMatches, payload: Payload) -> bool:
    value = evaluate(condition.of, payload)
    return value is not None and has_match(condition.pattern, value.text)
