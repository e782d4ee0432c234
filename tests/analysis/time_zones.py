"""Twelve time zones whose clocks change twice a year, each in a way of its own, and when they do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONES = (
    "Africa/Cairo",  # at midnight, on a thursday or friday
    "Africa/Casablanca",  # around Ramadan, and back
    "America/Havana",  # midnight is skipped in spring, and comes twice in autumn
    "America/New_York",
    "America/Santiago",  # at midnight, on the southern half
    "America/St_Johns",  # half an hour beside its neighbours
    "Asia/Beirut",  # midnight is skipped
    "Australia/Lord_Howe",  # by half an hour
    "Europe/Berlin",
    "Europe/Dublin",  # summer is its standard time
    "Europe/London",
    "Pacific/Chatham",  # at 2:45
)


def find_changes(zone: str, until: datetime, days: int = 366) -> list[datetime]:
    """The instants of the days before `until` at which the clocks of a zone change, to the quarter hour."""
    place, step = ZoneInfo(zone), timedelta(minutes=15)
    begin = until.replace(minute=0, second=0, microsecond=0) - timedelta(days=days)
    changes = []
    for number in range(days):
        day = begin + timedelta(days=number)
        if _offset(day, place) == _offset(day + timedelta(days=1), place):
            continue
        moments = (day + step * quarter for quarter in range(1, 97))
        changes.append(
            next(moment for moment in moments if _offset(moment, place) != _offset(moment - step, place))
        )
    return changes


def days_around(change: datetime, zone: str) -> list[date]:
    """The local day of a change, and the one before and after it."""
    day = change.astimezone(ZoneInfo(zone)).date()
    return [day + timedelta(days=number) for number in (-1, 0, 1)]


def moments_of(days: list[date], zone: str, minutes: int = 30) -> list[datetime]:
    """Every half hour, as time passes, of some days that follow each other."""
    place = ZoneInfo(zone)
    begin = datetime.combine(days[0], datetime.min.time(), UTC) - timedelta(days=1)
    every = (
        begin + timedelta(minutes=minutes * number + 5) for number in range((len(days) + 2) * 1440 // minutes)
    )
    return [moment for moment in every if moment.astimezone(place).date() in days]


def _offset(moment: datetime, place: ZoneInfo) -> timedelta | None:
    return moment.astimezone(place).utcoffset()
