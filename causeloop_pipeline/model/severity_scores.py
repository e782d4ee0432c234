"""Severities that are counted: a score up to 1, 10 (as of CVSS) or 100, or the level of a list of words."""

import re
from collections.abc import Iterable
from decimal import Decimal

from causeloop_pipeline.model.numbers import read_number

SHARE = re.compile(r"(.*\d) ?(%|/ ?100|/ ?10)", re.ASCII)
SCALE_OF_SHARE = {"%": 100, "/100": 100, "/10": 10}
SCALES = (1, 10, 100)
LOWEST = 11
"""The lists of words know scores of 0 to 100 from here on; below it are levels, of which 1 is the worst."""


def read_score(text: str, scale: int | None) -> str | None:
    """A score as the lists of words know it, 11 to 100; None where the text is none.

    Without a scale, only what is a share such as `75 %` is a score, and what has a fraction.
    """
    if parts := SHARE.fullmatch(text.strip()):
        scale = SCALE_OF_SHARE[parts[2].replace(" ", "")]
        text = parts[1]
    number = read_number(text)
    scale = scale or find_scale([text])
    if number is None or scale is None or not 0 <= number <= scale:
        return None
    return str(max(int(number * 100 / scale), LOWEST))


def find_scale(texts: Iterable[str]) -> int | None:
    """Up to which number the scores among some texts go; None where all of them are whole, as levels are."""
    numbers = [number for number in map(read_number, texts) if number is not None]
    if all(_is_whole(number) for number in numbers):
        return None
    return next((scale for scale in SCALES if max(numbers) <= scale), None)


def read_level(text: str) -> str | None:
    """A whole number as the lists of words spell it, such as 3 for `03` or `3.0`; None where it is none."""
    number = read_number(text)
    return f"{number:.0f}" if number is not None and _is_whole(number) else None


def _is_whole(number: Decimal) -> bool:
    return number == number.to_integral_value()
