"""The range of plausible instants; what lies outside is a default value or a mistake."""

from datetime import UTC, datetime, timedelta

MIN_INSTANT = datetime(1990, 1, 1, tzinfo=UTC)
MAX_AHEAD = timedelta(days=730)


def find_range_problem(instant: datetime, now: datetime) -> str | None:
    """Why an instant is implausible; None where it is plausible."""
    if instant < MIN_INSTANT:
        return "lies before 1990"
    return "lies more than two years ahead" if instant > now + MAX_AHEAD else None
