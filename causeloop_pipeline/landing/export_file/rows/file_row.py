"""A row of a file, whatever its format, and the bounds of what is read as one."""

from dataclasses import dataclass
from typing import Any

MAX_LINE_BYTES = 1_000_000
MAX_FILE_BYTES = 2_000_000_000
MAX_DOCUMENT_BYTES = 64_000_000
"""Of what can only be read as a whole: JSON documents, workbooks, XML."""
BEGINNING = 200


@dataclass(frozen=True)
class FileRow:
    """A row with its number in the file: its line, in a workbook its row, else its place."""

    number: int
    record: dict[str, Any] | None
    reason: str = ""
    """Why there is no record."""
    beginning: str = ""
    is_of_condition: bool = False
    """Whether its id names what may fail again and again, such as a test, rather than one failure."""
    no_failure: str = ""
    """Why the record tells of no failure, such as a test that passed; where it has a status, it ends one."""
    job: str = ""
    """What the record tells of a run of."""
    is_success: bool = False
    """Whether a run ended well, or what is watched is: that ends what failed before of its job or record."""


class FileContentError(ValueError):
    """A file, or the rest of it, that cannot be read: what is wrong, where, and what to do."""
