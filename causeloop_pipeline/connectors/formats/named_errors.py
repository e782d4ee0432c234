"""The error that a person names in the text of a ticket; that it is a bug says nothing of the cause."""

import re
from typing import NamedTuple

from causeloop_pipeline.connectors.mapping.expressions import Match

ERROR_NAME = r"\b((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Failure|Timeout))\b"
"""A class whose name says that it is one, whoever writes it: `shop.PaymentError`, `ReadTimeout`."""
TRACE_OF_PYTHON = "Traceback (most recent call last)"
"""What was raised stands at the end of such a trace, and at the beginning of all others."""

BARE_ERROR = r"(?m)^(Error|Exception)(?=: \S)"
"""The class that JavaScript's programs throw where they name none, at the beginning of a line."""


def name_error(*texts: str) -> str | None:
    """The class of the error that a program's texts name, or else that of an error without a name."""
    matches = (re.search(pattern, text) for pattern in (ERROR_NAME, BARE_ERROR) for text in texts)
    return next((match[1] for match in matches if match), None)


class Raised(NamedTuple):
    """What a trace tells of an error: its class, and the line that begins with it."""

    name: str
    line: str


def find_raised(text: str) -> Raised | None:
    """The error that a trace in a text tells of."""
    raised = re.findall(
        rf"(?m)^\s*(?:Caused by: |Exception in thread \S+ )?({ERROR_NAME}(?:: .*|:?\s*$))", text
    )
    if not raised:
        return None
    line, name = raised[-1 if TRACE_OF_PYTHON in text else 0]
    return Raised(name, line.strip())


def find_error(*texts: str) -> tuple[Match, ...]:
    """The first error that is named in one of some texts."""
    return tuple(Match(text, ERROR_NAME) for text in texts)
