"""An issue: one failure event, from any source."""

from enum import StrEnum

TITLE_LIMIT = 300
VISIBLE = r"[^\s\x1c-\x1f\x85\ufeff]"
"""A character that a person sees, as a pattern that Python and JavaScript read alike."""


class Severity(StrEnum):
    """How bad a failure is, p1 being critical."""

    P1 = "p1"
    P2 = "p2"
    P3 = "p3"
    P4 = "p4"


class IssueStatus(StrEnum):
    """The status of an issue; `in_loop` means that it is analysed as part of a pattern."""

    OPEN = "open"
    IN_LOOP = "in_loop"
    MITIGATING = "mitigating"
    RESOLVED = "resolved"
    CLOSED = "closed"


OPEN_STATUSES = (IssueStatus.OPEN, IssueStatus.IN_LOOP, IssueStatus.MITIGATING)
DEFAULT_SEVERITY = Severity.P3
DEFAULT_SOURCE = "custom_api"
