"""The base of vocabularies: the values that a field may have, each with a label and a meaning for people."""

from enum import StrEnum
from typing import Self


class Vocabulary(StrEnum):
    """Values as they are stored and sent, in the order in which people see them.

    `label` is what a list, a filter or a mark shows; `meaning` explains the value where there is room for it.
    """

    _value_: str
    label: str
    meaning: str

    def __new__(cls, value: str, label: str = "", meaning: str = "", *_further: object) -> Self:
        """Create a value; its label defaults to its own words. Subclasses read further arguments."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label or value.replace("_", " ")
        member.meaning = meaning
        return member
