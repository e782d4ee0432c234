"""Whether an id comes again in a file: with another start it fails again, else one row replaces another."""

from typing import Any


class IdsSeen:
    """The ids of a file while its rows pass by."""

    def __init__(self) -> None:
        self.has_starts = False
        """Whether an id comes again with another start: it names what fails again and again."""
        self.replaced = 0
        """How many rows have the id and the start of another one, and another title."""
        self._rows: dict[int, tuple[int, int]] = {}

    def add(self, key: Any, start: Any, title: Any) -> None:
        """Note a row."""
        if key is None:
            return
        own = hash(str(start)), hash(str(title))
        first = self._rows.setdefault(hash(str(key)), own)
        if start is not None and first[0] != own[0]:
            self.has_starts = True
        elif first[0] == own[0] and first[1] != own[1]:
            self.replaced += 1

    def describe(self, column: str) -> list[str]:
        """What is lost where the id is not that of a row, as people check it."""
        if self.has_starts or not self.replaced:
            return []
        return [
            f"{self.replaced:,} rows repeat the id in {column!r} with another title: only the newest of each "
            "counts; choose another key if they are failures of their own"
        ]
