"""The span of time that instants may lie in; what lies outside is a default value or a mistake."""

from datetime import UTC, datetime, timedelta

MIN_INSTANT = datetime(1990, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(days=730)


def find_range_problem(instant: datetime, now: datetime) -> str | None:
    """Why an instant cannot be right; None where it may be."""
    if instant < MIN_INSTANT:
        return "lies before 1990"
    return "lies more than two years ahead" if instant > now + MAX_AHEAD else None
