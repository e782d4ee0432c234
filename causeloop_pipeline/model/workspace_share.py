"""The share of the workspaces that one code location works on."""

import hashlib
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class WorkspaceShare:
    """Share `number` (from 1) of `count`; a workspace always belongs to the same share."""

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> "WorkspaceShare":
        """The share that is written as `2/4`; ValueError where there is no such share."""
        number, _, of = text.partition("/")
        if not (number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of)):
            raise ValueError(f"{text!r} is not a share: write the second of four as 2/4")
        return cls(int(number), int(of))

    @property
    def is_first(self) -> bool:
        """Whether this share also does the work that is done once for the whole installation."""
        return self.number == 1

    def holds(self, workspace_id: UUID) -> bool:
        """Whether a workspace belongs to this share."""
        digest = hashlib.sha256(workspace_id.bytes).digest()
        return int.from_bytes(digest[:8]) % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"
