"""Fingerprints: what each failure has that another failure of the same cause would have too.

A fingerprint says which kind of text an issue carries (a machine's message, a person's words, none), the
message's template, the signature of its stack trace, and the dimensions: where, who, which error, when.
"""

from hashlib import blake2b
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.masking import SHOWN_WILDCARD, WILDCARD, mask
from causeloop_pipeline.analysis.detect.fingerprints.templates import TemplateBook, merge_templates
from causeloop_pipeline.analysis.detect.traces.parser import parse_trace
from causeloop_pipeline.model.frames import DIMENSIONS, FINGERPRINT_SCHEMA

MACHINE_ROWS = 3
MACHINE_COVERAGE = 0.5
BODY_CHARACTERS = 40
WORDLESS_SHARE = 0.5
_JUDGED_ROWS = 2_000
_REPEATS = 3
_UNINFORMATIVE_TEXTS = 2
_MANY_PLACES = 10
_TRACE_TEXT = 20_000
_TRACE_SIGNS = [
    "Traceback (most recent",
    "\n\tat ",
    "\n    at ",
    "\n   at ",
    "\n  at ",
    "\nat ",
    "\\n",
    "goroutine ",
    ":in `",
    ":in '",
    "@http",
    "@file",
    "@webpack",
]
_WORD = r"\pL{2,}"
_SEPARATORS = " -/|:,;.>_[]()\t"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS = ("00-06", "06-12", "12-18", "18-24")


class UnknownTimeZoneError(ValueError):
    """The workspace's time zone is not in the IANA database."""


def fingerprint_issues(
    issues: pl.DataFrame, *, timezone: str = "UTC", book: TemplateBook | None = None
) -> pl.DataFrame:
    """Fingerprints issues.

    In: `ISSUES` rows in any order; `timezone`, an IANA name, for time of day and weekday; `book`, what an
    earlier grouping learnt of the sources (without it the issues given are all there is to learn from). Out:
    one `FINGERPRINT_SCHEMA` row per issue, oldest first; `template` only for machines, `<*>` where messages
    differ; `trace_key` only with a stack trace. Raises `UnknownTimeZoneError`, `IssueTableError`. Machine or
    human is decided per source and for texts with and without a body: a machine repeats itself (Loghub
    systems repeat 87-100 % of their masked messages, bug trackers under 10 %).
    """
    table, learnt = learn_templates(canonical_issues(issues), book)
    return fingerprint_frame(table, learnt, timezone)


def learn_templates(
    table: pl.DataFrame, book: TemplateBook | None = None
) -> tuple[pl.DataFrame, TemplateBook]:
    """In, canonical issues; out, the same with `masked` and `kind`, and the book that names the templates."""
    table = _with_kind(table.with_columns(mask(table["title"].fill_null("")).alias("masked")), book)
    masked = table.select(pl.col("masked").filter(pl.col("kind") == "machine").unique())["masked"].to_list()
    templates = book.resolve(masked) if book is not None and book.kinds else merge_templates(masked)
    return table, (book or TemplateBook()).extended(_decided(table), templates)


def fingerprint_frame(table: pl.DataFrame, book: TemplateBook, timezone: str) -> pl.DataFrame:
    """In, issues with `masked` and `kind`; out, their `FINGERPRINT_SCHEMA` rows in the same order."""
    named = with_templates(table, book).with_columns(trace_keys(table), *_moments(timezone))
    return named.select(pl.col(name).cast(kind) for name, kind in FINGERPRINT_SCHEMA.items())


def with_templates(table: pl.DataFrame, book: TemplateBook) -> pl.DataFrame:
    """In, issues with `masked` and `kind`; out, the same with `template` and `template_key`, null if not a
    machine's.
    """
    told = pl.when(pl.col("kind") == "machine").then("masked").alias("masked")
    masked = table.select(told.unique()).drop_nulls().sort("masked")["masked"].to_list()
    templates = [book.templates.get(text, text) for text in masked]
    found = pl.DataFrame(
        {
            "masked": masked,
            "template": [text.replace(WILDCARD, SHOWN_WILDCARD) for text in templates],
            "template_key": [template_key(text) for text in templates],
        },
        schema=dict.fromkeys(("masked", "template", "template_key"), pl.String),
    )
    return (
        table.drop("template", "template_key", strict=False)
        .with_columns(told)
        .join(found, on="masked", how="left", maintain_order="left")
    )


def template_key(template: str) -> str:
    """16 hex digits that name a template, the same in every process."""
    return blake2b(template.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def trace_keys(table: pl.DataFrame) -> pl.Series:
    """In, `title` and `body`; out, per row the signature of its stack trace, null without one."""
    text = pl.concat_str(
        pl.col("title").fill_null(""), pl.col("body").fill_null("").str.slice(0, _TRACE_TEXT), separator="\n"
    )
    suspects = (
        table.with_row_index("row")
        .filter(
            pl.any_horizontal(pl.col("title", "body").str.contains_any(_TRACE_SIGNS).fill_null(value=False))
        )
        .select("row", text=text)
    )
    keys: list[str | None] = [None] * table.height
    seen: dict[str, str | None] = {}
    for row, content in suspects.iter_rows():
        if content not in seen:
            trace = parse_trace(content)
            seen[content] = trace.signature if trace else None
        keys[row] = seen[content]
    return pl.Series("trace_key", keys, dtype=pl.String)


def _with_kind(table: pl.DataFrame, book: TemplateBook | None) -> pl.DataFrame:
    body_length = pl.col("body").str.strip_chars().str.len_chars().fill_null(0)
    table = table.with_columns(
        (body_length > BODY_CHARACTERS).alias("bodied"), pl.col("source").fill_null("").alias("origin")
    )
    known = dict(book.kinds) if book is not None else {}
    present = set(table.select("origin", "bodied").unique().iter_rows())
    decided = {block: known[block] for block in present if block in known}
    if len(decided) < len(present):
        decided = {
            **{(origin, bodied): kind for origin, bodied, kind in _block_kinds(table).iter_rows()},
            **decided,
        }
    kinds = pl.DataFrame(
        [(origin, bodied, kind) for (origin, bodied), kind in sorted(decided.items())],
        schema={"origin": pl.String, "bodied": pl.Boolean, "block_kind": pl.String},
        orient="row",
    )
    silent = pl.lit(value=False) if present <= known.keys() else pl.lit(_silent_rows(table))
    kind = (
        pl.when(silent | (pl.col("block_kind") == "structured"))
        .then(pl.lit("structured"))
        .otherwise("block_kind")
    )
    joined = table.join(kinds, on=["origin", "bodied"], how="left", maintain_order="left")
    return joined.with_columns(kind.alias("kind"))


def _silent_rows(table: pl.DataFrame) -> pl.Series:
    """Rows whose titles say nothing, of sources where that is the rule (judged by the source's oldest
    issues).
    """
    blocks = ["origin", "bodied"]
    oldest = table.filter(~pl.col("bodied")).group_by(blocks, maintain_order=True).head(_JUDGED_ROWS)
    mute = (
        oldest.with_columns(wordless=~_has_words(oldest))
        .group_by(blocks)
        .agg(pl.col("wordless").mean())
        .filter(pl.col("wordless") >= WORDLESS_SHARE)
    )
    if mute.height == 0:
        return pl.repeat(False, table.height, dtype=pl.Boolean, eager=True)
    rows = table.with_row_index("row").join(mute.select(blocks), on=blocks, how="semi")
    silent = rows.filter(~_has_words(rows))["row"]
    return table.with_row_index("row").select(pl.col("row").is_in(silent.implode()))["row"]


def _block_kinds(table: pl.DataFrame) -> pl.DataFrame:
    """Per source, with and without body: machine if most masked messages repeat; structured if they say
    nothing.
    """
    place = pl.concat_str(pl.col("service").fill_null(""), pl.col("component").fill_null(""), separator="|")
    texts = (
        table.lazy()
        .group_by("origin", "bodied", "masked")
        .len()
        .group_by("origin", "bodied")
        .agg(
            pl.col("len").sum().alias("rows"),
            pl.col("len").filter(pl.col("len") >= _REPEATS).sum().alias("repeated"),
            pl.len().alias("texts"),
        )
    )
    places = table.lazy().group_by("origin", "bodied").agg(place.n_unique().alias("places"))
    empty = ~pl.col("bodied") & (pl.col("texts") <= _UNINFORMATIVE_TEXTS) & (pl.col("places") >= _MANY_PLACES)
    machine = (pl.col("rows") >= MACHINE_ROWS) & (pl.col("repeated") >= MACHINE_COVERAGE * pl.col("rows"))
    kind = pl.when(machine & empty).then(pl.lit("structured")).when(machine).then(pl.lit("machine"))
    return (
        texts.join(places, on=["origin", "bodied"])
        .select("origin", "bodied", kind.otherwise(pl.lit("human")).alias("kind"))
        .collect()
    )


def _has_words(table: pl.DataFrame) -> pl.Series:
    """Whether a title says more than ids and the issue's own dimensions do."""
    titles = table["title"].fill_null("")
    plain = titles.str.replace_all(r"\S*[0-9]\S*", " ")
    worded = plain.str.contains(_WORD)
    used = [name for name in DIMENSIONS if table[name].null_count() < table.height]
    echo = [pl.col("title").str.starts_with(pl.col(name)).any().alias(name) for name in used]
    if not any(any(row) for row in table.select(echo).iter_rows()):
        return worded
    return worded & _without_dimensions(table, titles, used).str.contains(_WORD)


def _without_dimensions(table: pl.DataFrame, titles: pl.Series, used: list[str]) -> pl.Series:
    rest = pl.col("rest")
    for _ in range(2):
        for name in used:
            cut = pl.col("rest").str.strip_prefix(pl.col(name)).str.strip_chars_start(_SEPARATORS)
            titles = table.select(name, titles.alias("rest")).select(cut.fill_null(rest))["rest"]
    return titles.str.replace_all(r"\S*[0-9]\S*", " ")


def _decided(table: pl.DataFrame) -> dict[tuple[str, bool], str]:
    """The kinds of blocks that were large enough to tell."""
    blocks = (
        table.group_by("origin", "bodied")
        .agg(pl.col("block_kind").first(), pl.len())
        .sort("origin", "bodied")
    )
    return {(row[0], row[1]): row[2] for row in blocks.iter_rows() if row[3] >= MACHINE_ROWS}


def _moments(timezone: str) -> tuple[pl.Expr, pl.Expr]:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnknownTimeZoneError(f"{timezone!r} is no time zone of the IANA database") from error
    local = pl.col("source_created_at").dt.convert_time_zone(timezone)
    hours = (local.dt.hour() // 6).replace_strict(dict(enumerate(_HOURS)), return_dtype=pl.String)
    days = local.dt.weekday().replace_strict(dict(enumerate(_WEEKDAYS, 1)), return_dtype=pl.String)
    return hours.alias("time_of_day"), days.alias("weekday")
