"""Titles of failures from seventeen domains, each labelled with the family of its failure or none.

Written and labelled by hand. The rule for a label: a family, where somebody who works in that domain and
knows nothing but this row would do the first two steps of the family's remedy in the playbook; none, where
the row tells only of a symptom, a wish, people, goods or a device that these steps do not fit. Two rows of
five, by a digest of the title, are held back: words and weights were chosen without them.
"""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

TITLES = Path(__file__).parent / "family_titles.csv"
NONE = "none"


class LabelledTitle(NamedTuple):
    """A title with what tools state beside it, and its true family."""

    domain: str
    service: str
    error_type: str
    title: str
    family: str

    @property
    def is_held_back(self) -> bool:
        """Whether it was not looked at when words and weights were chosen."""
        return crc32(self.title.encode()) % 5 < 2

    @property
    def text(self) -> str:
        """What the decision reads: no name of a place."""
        return "\n".join(part for part in (self.title, self.error_type) if part)


def read_labelled_titles() -> list[LabelledTitle]:
    """All labelled titles, in the order of the file."""
    with TITLES.open(encoding="utf-8", newline="") as file:
        return list(_read_rows(csv.DictReader(file)))


def _read_rows(rows: "csv.DictReader[str]") -> Iterator[LabelledTitle]:
    for row in rows:
        yield LabelledTitle(**row)
