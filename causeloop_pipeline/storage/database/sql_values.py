"""Writes a vocabulary's values into SQL, so that no statement repeats them."""

from collections.abc import Iterable

from causeloop_pipeline.model.vocabulary import Vocabulary


def quote_values(values: Iterable[Vocabulary]) -> str:
    """The values as comma-separated SQL literals, for `in (…)` or `array[…]`."""
    return ", ".join(f"'{value}'" for value in values)


def write_meanings(column: str, values: Iterable[Vocabulary]) -> str:
    """The `case` expression for the meaning of a column's value."""
    cases = " ".join(f"when '{value}' then '{value.meaning}'" for value in values)
    return f"case {column} {cases} end"
