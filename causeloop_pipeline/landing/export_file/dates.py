"""Reads the points in time of an export, whatever way the whole column writes them."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.model.frames import INSTANT

ISO = (
    r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}(?: [A-Z]{3,5})?)?$"
)
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", ", %I:%M %p", " at %I:%M %p")
DAYS = (
    *(
        "%d.%m.%Y",
        "%m/%d/%Y",
        "%d/%m/%Y",
        "%m/%d/%y",
        "%d/%m/%y",
        "%d-%m-%Y",
        "%d-%b-%Y",
        "%d-%b-%y",
        "%d/%b/%y",
    ),
    *("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%Y%m%d"),
)
OFFSET_FORMATS = (
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %Y",
    "%d/%b/%Y:%H:%M:%S %z",
    "%d %b %Y %H:%M:%S %z",
)
EARLIEST_YEAR = 1900
EPOCH_UNITS = ((1e8, 1e11, 1_000_000), (1e11, 1e14, 1_000), (1e14, 1e17, 1))


@dataclass(frozen=True)
class ReadDates:
    """`instants` in UTC, null where a value is absent or unreadable; `way` says how they were read."""

    instants: pl.Series
    way: str
    ambiguous: bool = False


def read_dates(values: pl.Series, timezone: str, date_format: str | None = None) -> ReadDates:
    """Read a column of dates.

    In: datetimes, dates, epoch numbers (seconds, milliseconds or microseconds, told by size) or texts;
    `timezone` holds for what names no offset. A text column is read in ONE way, the one that reads the
    most values (the earliest in DAYS and CLOCKS at a tie); `ambiguous` says that day and month could be
    swapped and every value would still be read. Raises nothing: unreadable values are null.
    """
    if isinstance(values.dtype, pl.Datetime | pl.Date):
        return ReadDates(_in_utc(values.cast(pl.Datetime("us", _zone(values))), timezone), "as dates")
    if values.dtype.is_numeric():
        return _epochs(values)
    texts = values.cast(pl.String).str.strip_chars().replace("", None)
    if date_format:
        return ReadDates(_parsed(texts, date_format, timezone), f"as {date_format}")
    return _best(texts, timezone)


def _best(texts: pl.Series, timezone: str) -> ReadDates:
    sample = texts.drop_nulls().head(1000)
    if sample.is_empty():
        return ReadDates(pl.Series(texts.name, [None] * len(texts), INSTANT), "empty")
    counted = [(len(sample) - _iso(sample, timezone).null_count(), "ISO 8601")]
    if counted[0][0] < len(sample):
        counted += [(len(sample) - _parsed(sample, way, timezone).null_count(), way) for way in _ways()]
    most = max(count for count, _ in counted)
    ways = [way for count, way in counted if count == most and most]
    if not ways:
        return _epochs(texts.cast(pl.Float64, strict=False))
    if ways[0] == "ISO 8601":
        return ReadDates(_iso(texts, timezone), "as ISO 8601")
    ambiguous = any(_days(way) != _days(ways[0]) for way in ways[1:])
    return ReadDates(_parsed(texts, ways[0], timezone), f"as {ways[0]}", ambiguous)


def _ways() -> Iterator[str]:
    yield from OFFSET_FORMATS
    for clock in CLOCKS:
        for day in DAYS:
            yield day + clock


def _days(way: str) -> str:
    return way[:2]


def _iso(texts: pl.Series, timezone: str) -> pl.Series:
    parts = pl.DataFrame({"text": texts}).select(
        *(pl.col("text").str.extract(ISO, group).alias(f"p{group}") for group in range(1, 9))
    )
    number = [pl.col(f"p{group}").cast(pl.Int32).fill_null(0) for group in range(1, 7)]
    micros = pl.col("p7").fill_null("0").str.pad_end(6, "0").str.head(6).cast(pl.Int64)
    possible = (
        number[1].is_between(1, 12)
        & number[2].is_between(1, pl.lit(31))
        & (number[3] <= 23)
        & (number[4] <= 59)
        & (number[5] <= 59)
    )
    local = pl.format(
        "{}-{}-{} {}:{}:{}", *(pl.col(f"p{group}").fill_null("00").str.zfill(2) for group in range(1, 7))
    ).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us", strict=False) + pl.duration(microseconds=micros)
    offset = pl.col("p8").str.replace_all("[:]", "")
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    minutes = sign * (
        offset.str.slice(1, 2).cast(pl.Int64, strict=False) * 60
        + offset.str.slice(3, 2).cast(pl.Int64, strict=False)
    )
    absolute = (local - pl.duration(minutes=minutes.fill_null(0))).dt.replace_time_zone("UTC")
    read = (
        pl.when(possible & pl.col("p8").is_null())
        .then(_placed(local, timezone))
        .when(possible)
        .then(absolute)
    )
    return parts.select(read.cast(INSTANT).alias(texts.name)).to_series()


def _parsed(texts: pl.Series, way: str, timezone: str) -> pl.Series:
    if "%z" in way:
        return texts.str.to_datetime(way, time_unit="us", strict=False, time_zone="UTC").cast(INSTANT)
    if "%H" in way or "%I" in way:
        read = texts.str.to_datetime(way, time_unit="us", strict=False)
    else:
        read = texts.str.to_date(way, strict=False).cast(pl.Datetime("us"))
    return _in_utc(read.set(read.dt.year() < EARLIEST_YEAR, None), timezone)


def _epochs(values: pl.Series) -> ReadDates:
    frame = pl.DataFrame({"value": values.cast(pl.Float64)})
    read = pl.lit(None, pl.Int64)
    for low, high, factor in EPOCH_UNITS:
        fits = pl.col("value").is_between(low, high, closed="left")
        read = pl.when(fits).then((pl.col("value") * factor).cast(pl.Int64, strict=False)).otherwise(read)
    instants = frame.select(
        read.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias(values.name)
    ).to_series()
    return ReadDates(
        instants, "in no known way" if instants.null_count() == len(instants) else "as epoch numbers"
    )


def _zone(values: pl.Series) -> str | None:
    return values.dtype.time_zone if isinstance(values.dtype, pl.Datetime) else None


def _in_utc(values: pl.Series, timezone: str) -> pl.Series:
    column = pl.col("value")
    placed = _placed(column, timezone) if _zone(values) is None else column.dt.convert_time_zone("UTC")
    return pl.DataFrame({"value": values}).select(placed.cast(INSTANT).alias(values.name)).to_series()


def _placed(local: pl.Expr, timezone: str) -> pl.Expr:
    """Local times in UTC; what the clock skipped in spring counts as an hour later."""
    placed, later = (
        (local + pl.duration(hours=hours)).dt.replace_time_zone(
            timezone, ambiguous="earliest", non_existent="null"
        )
        for hours in (0, 1)
    )
    return pl.coalesce(placed, later).dt.convert_time_zone("UTC")
