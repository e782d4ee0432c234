"""Reads the times of an export, in whichever format the column writes them."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from causeloop_pipeline.model.frames import INSTANT

ISO = (
    r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?"
    r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}(?: [A-Z]{3,5})?)?$"
)
CLOCK_FORMATS = (
    "",
    " %H:%M",
    " %H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
    ", %H:%M",
    ", %I:%M %p",
    " at %I:%M %p",
)
DAY_FORMATS = (
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
MIN_YEAR = 1900
EPOCH_UNITS = ((1e8, 1e11, 1_000_000), (1e11, 1e14, 1_000), (1e14, 1e17, 1))


@dataclass(frozen=True)
class ReadDates:
    """`instants` in UTC, null where a value is absent or unreadable; `format` says how they were read."""

    instants: pl.Series
    format: str
    is_ambiguous: bool = False


def read_dates(values: pl.Series, timezone: str, date_format: str | None = None) -> ReadDates:
    """Read a column of dates.

    In: datetimes, dates, epoch numbers (seconds, milliseconds or microseconds, by their size) or texts;
    `timezone` is for values without an offset. A text column is read in ONE format, the one that reads the
    most values (at a tie, the earliest in DAY_FORMATS and CLOCK_FORMATS). Out: `is_ambiguous` says that day
    and month could be swapped and every value would still be read; unreadable values are null.
    """
    if isinstance(values.dtype, pl.Datetime | pl.Date):
        return ReadDates(
            _convert_to_utc(values.cast(pl.Datetime("us", _find_zone(values))), timezone), "as dates"
        )
    if values.dtype.is_numeric():
        return _read_epochs(values)
    texts = values.cast(pl.String).str.strip_chars().replace("", None)
    if date_format:
        return ReadDates(_parse(texts, date_format, timezone), f"as {date_format}")
    return _read_in_best_format(texts, timezone)


def _read_in_best_format(texts: pl.Series, timezone: str) -> ReadDates:
    sample = texts.drop_nulls().head(1000)
    if sample.is_empty():
        return ReadDates(pl.Series(texts.name, [None] * len(texts), INSTANT), "empty")
    counts = [(len(sample) - _parse_iso(sample, timezone).null_count(), "ISO 8601")]
    if counts[0][0] < len(sample):
        counts += [
            (len(sample) - _parse(sample, text_format, timezone).null_count(), text_format)
            for text_format in _list_text_formats()
        ]
    most = max(count for count, _ in counts)
    best_formats = [text_format for count, text_format in counts if count == most and most]
    if not best_formats:
        return _read_epochs(texts.cast(pl.Float64, strict=False))
    best = best_formats[0]
    if best == "ISO 8601":
        return ReadDates(_parse_iso(texts, timezone), "as ISO 8601")
    is_ambiguous = any(_name_first_part(other) != _name_first_part(best) for other in best_formats[1:])
    return ReadDates(_parse(texts, best, timezone), f"as {best}", is_ambiguous)


def _list_text_formats() -> Iterator[str]:
    yield from OFFSET_FORMATS
    for clock in CLOCK_FORMATS:
        for day in DAY_FORMATS:
            yield day + clock


def _name_first_part(text_format: str) -> str:
    """What a format starts with: the day, the month or the year."""
    return text_format[:2]


def _parse_iso(texts: pl.Series, timezone: str) -> pl.Series:
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
        .then(_localize(local, timezone))
        .when(possible)
        .then(absolute)
    )
    return parts.select(read.cast(INSTANT).alias(texts.name)).to_series()


def _parse(texts: pl.Series, text_format: str, timezone: str) -> pl.Series:
    if "%z" in text_format:
        return texts.str.to_datetime(text_format, time_unit="us", strict=False, time_zone="UTC").cast(INSTANT)
    if "%H" in text_format or "%I" in text_format:
        read = texts.str.to_datetime(text_format, time_unit="us", strict=False)
    else:
        read = texts.str.to_date(text_format, strict=False).cast(pl.Datetime("us"))
    return _convert_to_utc(read.set(read.dt.year() < MIN_YEAR, None), timezone)


def _read_epochs(values: pl.Series) -> ReadDates:
    frame = pl.DataFrame({"value": values.cast(pl.Float64)})
    read = pl.lit(None, pl.Int64)
    for low, high, factor in EPOCH_UNITS:
        fits = pl.col("value").is_between(low, high, closed="left")
        read = pl.when(fits).then((pl.col("value") * factor).cast(pl.Int64, strict=False)).otherwise(read)
    instants = frame.select(
        read.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias(values.name)
    ).to_series()
    return ReadDates(
        instants, "in no known format" if instants.null_count() == len(instants) else "as epoch numbers"
    )


def _find_zone(values: pl.Series) -> str | None:
    return values.dtype.time_zone if isinstance(values.dtype, pl.Datetime) else None


def _convert_to_utc(values: pl.Series, timezone: str) -> pl.Series:
    column = pl.col("value")
    moments = (
        _localize(column, timezone) if _find_zone(values) is None else column.dt.convert_time_zone("UTC")
    )
    return pl.DataFrame({"value": values}).select(moments.cast(INSTANT).alias(values.name)).to_series()


def _localize(local: pl.Expr, timezone: str) -> pl.Expr:
    """Local times in UTC; a time that the clock skips in spring counts as an hour later."""
    exact, later = (
        (local + pl.duration(hours=hours)).dt.replace_time_zone(
            timezone, ambiguous="earliest", non_existent="null"
        )
        for hours in (0, 1)
    )
    return pl.coalesce(exact, later).dt.convert_time_zone("UTC")
