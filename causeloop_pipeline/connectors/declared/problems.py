"""What is wrong with a declaration, where, and what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Problem:
    """One thing that must be changed: the field, and the line where the text is known."""

    field: str
    message: str
    line: int | None = None

    def __str__(self) -> str:
        place = self.field or "the document"
        return (
            f"{place}: {self.message}" if self.line is None else f"line {self.line}, {place}: {self.message}"
        )


class DeclarationError(ValueError):
    """The declaration cannot be used; `problems` names every field to be changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)

    def with_lines(self, lines: dict[str, int]) -> "DeclarationError":
        """The same problems with the lines of their fields, or of what holds them."""
        return DeclarationError(
            [
                replace(problem, line=problem.line or _find_line(problem.field, lines))
                for problem in self.problems
            ]
        )


def _find_line(field: str, lines: dict[str, int]) -> int | None:
    while field and field not in lines:
        field = field[: max(field.rfind("."), field.rfind("["), 0)]
    return lines.get(field)
