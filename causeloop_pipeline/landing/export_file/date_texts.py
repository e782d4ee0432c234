"""Splits the texts of dates into a local time and its offset, and writes both in one way."""

import polars as pl

ZONES = {
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), 0),
    "EST": -5,
    "EDT": -4,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
    "CET": 1,
    "CEST": 2,
    "WEST": 1,
    "EET": 2,
    "EEST": 3,
    "MSK": 3,
    "JST": 9,
    "AEST": 10,
    "AEDT": 11,
}
"""Names of zones in hours from UTC; those that mean several zones, such as CST or IST, are left out."""

MONTHS = {
    "Jan": "januar janvier enero janeiro gennaio januari jänner ene gen",
    "Feb": "februar février fevrier febrero fevereiro febbraio februari févr fév fev",
    "Mar": "märz maerz mars marzo março marco maart mrz mär mrt",
    "Apr": "avril abril aprile avr abr",
    "May": "mai mayo maio maggio mei mag",
    "Jun": "juni juin junio junho giugno giu",
    "Jul": "juli juillet julio julho luglio juil lug",
    "Aug": "août aout agosto augustus aoû ago",
    "Sep": "septembre septiembre setembro settembre september sept set",
    "Oct": "oktober octobre octubre outubro ottobre okt out ott",
    "Nov": "novembre noviembre novembro",
    "Dec": "dezember décembre decembre diciembre dezembro dicembre december dez déc dic",
}
"""The names of months in seven languages, by how English shortens them."""

ENGLISH = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
SHORT = {name: month for month, names in MONTHS.items() for name in names.split()} | {
    spelling.lower(): name[:3] for name in ENGLISH for spelling in (name, name[:3])
}
_OFFSET = r"(?i)(?::\d{2}(?:[.,]\d+)?|[AP]\.?M\.?)\s*(?:GMT|UTC)?([+-]\d{1,2}(?::?\d{2})?)$"
_ZONE = r"(?i)(?::\d{2}(?:[.,]\d+)?|[AP]\.?M\.?)\s*(" + "|".join(sorted(ZONES, key=len, reverse=True)) + ")$"
_CLEANING = (
    (r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$", "${1}"),  # of .NET
    (r"\[[^\]]*\]$", ""),  # the zone's name, as Java writes it behind the offset
    (r"\s*\([A-Za-z][A-Za-z ]*\)$", ""),  # the same, as JavaScript does
    (r"([+-]\d{2}:?\d{2})\s+[A-Z]{3,5}$", "${1}"),
    (r"(\d{2}:\d{2}:\d{2}(?:\.\d+)?)\s+([A-Z]{1,5}|[+-]\d{4})\s+(\d{4})$", "${3} ${1} ${2}"),  # of `date`
    (r"^([A-Za-z].*)\s(\d{2}:\d{2}:\d{2})\s+(\d{4})$", "${1} ${3} ${2}"),  # of C
    (r"(?i)^(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|jeu|ven|dim|sam)[a-z]*\.?,?\s+", ""),
    (r"(?i)(\d)(?:st|nd|rd|th)\b", "${1}"),
    (r"(?i)\s+(?:de|del)\s+(\p{L}+)", " ${1}"),
    (r"(?i)\s+(?:de|del)\s+(\d{4})", " ${1}"),
    (r"(?i)\b([ap])\.\s?m\.", "${1}M"),
)


def split_offsets(texts: pl.Series) -> pl.DataFrame:
    """Local times as `local` and their offsets in minutes as `offset`, null where a text has none."""
    cleaned = pl.col("text").str.strip_chars()
    for pattern, replacement in _CLEANING:
        cleaned = cleaned.str.replace(pattern, replacement)
    frame = pl.DataFrame({"text": texts}).select(cleaned.replace("", None))
    if frame["text"].str.contains(r"\p{L}{3}").any():
        frame = frame.with_columns(_spell_months())
    signed = pl.col("text").str.extract(_OFFSET)
    zone = pl.col("text").str.extract(_ZONE).str.to_uppercase()
    return frame.select(
        _cut(_cut(pl.col("text"), signed), zone)
        .str.replace(r"(?i)\s*(?:GMT|UTC)$", "")
        .str.strip_chars()
        .alias("local"),
        pl.coalesce(
            _to_minutes(signed), zone.replace_strict(ZONES, default=None, return_dtype=pl.Int64) * 60
        ).alias("offset"),
    )


def _cut(text: pl.Expr, ending: pl.Expr) -> pl.Expr:
    rest = text.str.head(text.str.len_chars() - ending.str.len_chars().cast(pl.Int64)).str.strip_chars_end()
    return pl.when(ending.is_null()).then(text).otherwise(rest)


def _to_minutes(signed: pl.Expr) -> pl.Expr:
    digits = signed.str.replace(":", "").str.slice(1)
    hours = pl.when(digits.str.len_chars() > 2).then(digits.str.head(-2)).otherwise(digits)
    minutes = pl.when(digits.str.len_chars() > 2).then(digits.str.tail(2)).otherwise(pl.lit("0"))
    total = hours.cast(pl.Int64, strict=False) * 60 + minutes.cast(pl.Int64, strict=False)
    return pl.when(signed.str.starts_with("-")).then(-total).otherwise(total)


def _spell_months() -> pl.Expr:
    """The month's name as English shortens it, whichever of the languages it is in."""
    name = pl.col("text").str.extract(r"(\p{L}{3,})").str.to_lowercase()
    short = name.replace_strict(SHORT, default=None, return_dtype=pl.String)
    spelled = pl.col("text").str.replace(r"\p{L}{3,}\.?", short.fill_null(""))
    return pl.when(short.is_null()).then(pl.col("text")).otherwise(spelled).alias("text")
