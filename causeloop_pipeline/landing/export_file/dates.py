"""Reads the times of an export, in whichever format the column writes them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from causeloop_pipeline.landing.export_file.date_texts import split_offsets
from causeloop_pipeline.model.frames import INSTANT

ISO = (
    r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?$"
)
ISO_8601, NUMBERS, TYPED, EMPTY, UNKNOWN = "ISO 8601", "numbers", "dates", "empty", "in no known format"
CLOCK_FORMATS = (
    "",
    *(
        f"{before}{clock}"
        for clock in ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S %p")
        for before in (" ", ", ", " at ")
    ),
    *(
        " %H:%M:%S%.f",
        "T%H:%M",
        "T%H:%M:%S",
        ":%H:%M:%S",
        " @ %H:%M:%S%.f",
        " %H.%M",
        " %I:%M%p",
        " %I:%M:%S%p",
    ),
)
DAY_FIRST = (
    *("%d.%m.%Y", "%d/%m/%Y", "%d/%m/%y", "%d-%m-%Y", "%d.%m.%y", "%d-%m-%y"),
    *("%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y", "%d/%b/%y", "%d %b %Y", "%d. %b %Y", "%d %b %y", "%d %b, %Y"),
)
MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%m.%d.%Y", "%b %d, %Y", "%b %d %Y", "%b %d, %y")
YEAR_FIRST = ("%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y %b %d", "%Y-%b-%d", "%b %d %Y", "%m %d %Y")
DAY_FORMATS = ("%d.%m.%Y", "%m/%d/%Y", *dict.fromkeys((*DAY_FIRST[1:], *MONTH_FIRST[1:], *YEAR_FIRST)))
LETTERS = {
    "%d": "DD",
    "%m": "MM",
    "%Y": "YYYY",
    "%y": "YY",
    "%b": "Mon",
    "%H": "hh",
    "%I": "hh",
    "%M": "mm",
    "%S": "ss",
    "%p": "AM",
    "%.f": ".fff",
}
MIN_YEAR = 1900
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
"""A time at the end of either, with an offset, may be beyond what a time can be."""

EPOCH_UNITS = ((1e8, 1e11, 1_000_000), (1e11, 1e14, 1_000), (1e14, 1e17, 1), (1e17, 1e20, 0.001))
EXCEL_DAYS, EXCEL_EPOCH = (20_000, 80_000), -25_569
"""Day numbers of 1954 to 2119, and the day that Excel counts from, in days from 1970."""
SAMPLE, TRIED = 200, 8
"""Distinct values by which formats are chosen, and how many of these are tried on the whole column."""


@dataclass(frozen=True)
class DateFormat:
    """How a column writes its times; `is_ambiguous`: nothing tells which of day and month stands first."""

    name: str
    is_ambiguous: bool = False

    @property
    def is_day_first(self) -> bool | None:
        """Whether the day stands before the month; None where it is not written in numbers."""
        numeric = {"%d": True, "%m": False}
        return numeric.get(self.name[:2]) if "%m" in self.name else None


@dataclass(frozen=True)
class ReadDates:
    """`instants` in UTC, null where a value is absent or unreadable; `format` says how they were read."""

    instants: pl.Series
    format: str
    is_ambiguous: bool = False


def read_dates(
    values: pl.Series,
    timezone: str,
    date_format: str | None = None,
    *,
    is_day_first: bool | None = None,
    now: datetime | None = None,
) -> ReadDates:
    """Read a column of dates.

    In: datetimes, dates, epoch numbers (seconds to nanoseconds, by their size), day numbers of Excel, or
    texts; `timezone` is for values without an offset. A text column is read in ONE format, the one that reads
    the most values of all; at a tie `is_day_first` decides, then which has fewer values in the future, then
    the order of DAY_FORMATS and CLOCK_FORMATS. Out: `is_ambiguous` says that day and month could be swapped
    and every value would still be read; unreadable values are null.
    """
    chosen = (
        DateFormat(date_format) if date_format else decide_format(values, is_day_first=is_day_first, now=now)
    )
    return ReadDates(
        read_in(values, chosen.name, timezone), describe_format(chosen.name), chosen.is_ambiguous
    )


def spell_format(name: str) -> str:
    """How a column is written, as people write it down: DD/MM/YYYY hh:mm."""
    described = {NUMBERS: "numbers of seconds or days", TYPED: "dates", UNKNOWN: "no known format"}
    spelled = described.get(name, name)
    for token, letters in LETTERS.items():
        spelled = spelled.replace(token, letters)
    return spelled


def describe_format(name: str) -> str:
    """How a column was read, in words."""
    described = {NUMBERS: "as numbers of seconds or days", TYPED: "as dates", EMPTY: EMPTY, UNKNOWN: UNKNOWN}
    return described.get(name, f"as {name}")


def decide_format(
    values: pl.Series, *, is_day_first: bool | None = None, now: datetime | None = None
) -> DateFormat:
    """The one format that reads the most of a column."""
    if isinstance(values.dtype, pl.Datetime | pl.Date):
        return DateFormat(TYPED)
    if values.dtype.is_numeric():
        return DateFormat(NUMBERS)
    parts = split_offsets(values.cast(pl.String).drop_nulls().unique(maintain_order=True))
    texts = parts["local"].drop_nulls().unique(maintain_order=True)
    if texts.is_empty():
        return DateFormat(EMPTY)
    best = _list_best(texts)
    if not best:
        is_number = _read_numbers(texts.cast(pl.Float64, strict=False)).null_count() < len(texts)
        return DateFormat(NUMBERS if is_number else UNKNOWN)
    orders = {DateFormat(name).is_day_first for name in best} - {None}
    if len(orders) < 2:
        return DateFormat(best[0])
    return _choose_order(texts, best, is_day_first, now or datetime.now(UTC))


def _list_best(texts: pl.Series) -> list[str]:
    """The formats that read most values: tried on some of them first, and the best of these on all."""
    sample = texts.sample(SAMPLE, seed=0) if len(texts) > SAMPLE else texts
    counts = {ISO_8601: _count(sample, ISO_8601)}
    if counts[ISO_8601] < len(sample):
        counts |= {name: _count(sample, name) for name in _list_text_formats()}
    tried = [name for name, count in sorted(counts.items(), key=lambda item: -item[1])[:TRIED] if count]
    whole = (
        {name: _count(texts, name) for name in tried}
        if len(texts) > SAMPLE
        else {n: counts[n] for n in tried}
    )
    most = max(whole.values(), default=0)
    return [name for name in counts if whole.get(name) == most and most]


def _choose_order(texts: pl.Series, best: list[str], is_day_first: bool | None, now: datetime) -> DateFormat:
    """Day or month first: as other columns of the file have it, or else as fewer dates lie in the future."""
    if is_day_first is not None:
        return DateFormat(
            next(name for name in best if DateFormat(name).is_day_first in {is_day_first, None})
        )
    late = (now + timedelta(days=1)).replace(tzinfo=None)
    ahead = {name: (_parse(texts, name) > late).sum() for name in best}
    fewest = [name for name in best if ahead[name] == min(ahead.values())]
    orders = {DateFormat(name).is_day_first for name in fewest} - {None}
    return DateFormat(fewest[0], is_ambiguous=len(orders) > 1)


def _list_text_formats() -> Iterator[str]:
    for clock in CLOCK_FORMATS:
        for day in DAY_FORMATS:
            yield day + clock


def _count(texts: pl.Series, name: str) -> int:
    return len(texts) - _parse(texts, name).null_count()


def read_in(values: pl.Series, name: str, timezone: str) -> pl.Series:
    """The instants of values in the format that was decided for their column; null where there is none."""
    instants = _read_in(values, name, timezone)
    return instants.set(~instants.is_between(FIRST, LAST), None)


def _read_in(values: pl.Series, name: str, timezone: str) -> pl.Series:
    if isinstance(values.dtype, pl.Datetime | pl.Date):
        return _convert_to_utc(values.cast(pl.Datetime("us", _find_zone(values))), timezone)
    if values.dtype.is_numeric():
        return _as_instants(_read_numbers(values), values.name)
    texts = values.cast(pl.String)
    if name in {NUMBERS, TYPED}:
        local = split_offsets(texts)["local"]
        numbers = _as_instants(_read_numbers(local.cast(pl.Float64, strict=False)), values.name)
        return numbers.zip_with(numbers.is_not_null(), read_in(texts, ISO_8601, timezone))
    if name in {EMPTY, UNKNOWN}:
        return pl.Series(values.name, [None] * len(values), INSTANT)
    if "%z" in name:
        stripped = texts.str.strip_chars()
        return stripped.str.to_datetime(name, time_unit="us", strict=False, time_zone="UTC").cast(INSTANT)
    parts = split_offsets(texts)
    frame = pl.DataFrame({"local": _parse(parts["local"], name), "offset": parts["offset"]})
    absolute = (pl.col("local") - pl.duration(minutes=pl.col("offset"))).dt.replace_time_zone("UTC")
    read = pl.when(pl.col("offset").is_null()).then(_localize(pl.col("local"), timezone)).otherwise(absolute)
    return frame.select(read.cast(INSTANT).alias(values.name)).to_series()


def _parse(texts: pl.Series, name: str) -> pl.Series:
    """Local times of texts without offsets; null where one is in another format, or before any record."""
    if name == ISO_8601:
        return _parse_iso(texts)
    if "%H" in name or "%I" in name:
        read = texts.str.to_datetime(name, time_unit="us", strict=False)
    else:
        read = texts.str.to_date(name, strict=False).cast(pl.Datetime("us"))
    return read.set(read.dt.year() < MIN_YEAR, None)


def _parse_iso(texts: pl.Series) -> pl.Series:
    parts = pl.DataFrame({"text": texts}).select(
        *(pl.col("text").str.extract(ISO, group).alias(f"p{group}") for group in range(1, 8))
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
    return parts.select(pl.when(possible).then(local).alias(texts.name)).to_series()


def _read_numbers(values: pl.Series) -> pl.Series:
    """Microseconds since 1970 of epoch numbers, and of Excel's days since the end of 1899."""
    value = pl.col("value")
    read = pl.lit(None, pl.Int64)
    for low, high, factor in EPOCH_UNITS:
        fits = value.is_between(low, high, closed="left")
        read = pl.when(fits).then((value * factor).cast(pl.Int64, strict=False)).otherwise(read)
    days = value + EXCEL_EPOCH
    serial = (days * 86_400).round(0).cast(pl.Int64, strict=False) * 1_000_000
    read = pl.when(value.is_between(*EXCEL_DAYS)).then(serial).otherwise(read)
    return pl.DataFrame({"value": values.cast(pl.Float64)}).select(read.alias(values.name)).to_series()


def _as_instants(microseconds: pl.Series, name: str) -> pl.Series:
    return microseconds.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").cast(INSTANT).alias(name)


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
