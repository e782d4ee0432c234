"""One weekly failure of a year as tools tell of it: an issue a firing, one that recurs, or in between."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

AS_OF = datetime(2026, 3, 2, 12, tzinfo=UTC)
WEEKS = 52
LASTS = timedelta(hours=1)
STARTS: tuple[datetime, ...] = tuple(
    AS_OF - timedelta(weeks=week, hours=3 + week % 5) for week in reversed(range(WEEKS))
)
TELLINGS: dict[str, Sequence[int]] = {
    "a monitor: an issue for each firing": [1] * WEEKS,
    "an error tracker: one issue with all events": [WEEKS],
    "a service desk: tickets that are reopened": [13] * 4,
}
"""How many occurrences each issue has, by who tells of it."""
TITLE = "Connection to payments-db refused after 30 s"


def tell(occurrences_of_issue: Sequence[int]) -> list[tuple[dict[str, Any], list[datetime]]]:
    """Each issue with the starts of its occurrences, in the words that all tellings share."""
    issues, starts = [], list(STARTS)
    for number, count in enumerate(occurrences_of_issue):
        own, starts = starts[:count], starts[count:]
        issue = {
            "external_id": f"F-{number:02}",
            "source": "custom_api",
            "title": TITLE,
            "severity": "p2",
            "status": "resolved",
            "service": "checkout",
            "team": "payments",
            "environment": "prod",
            "error_type": "ConnectionRefused",
            "source_created_at": own[0],
            "source_updated_at": own[-1] + LASTS,
            "resolved_at": own[-1] + LASTS,
        }
        issues.append((issue, own))
    return issues
