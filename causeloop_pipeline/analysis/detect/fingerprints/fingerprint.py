"""Fingerprints: what a failure has in common with other failures of the same cause.

A fingerprint holds the kind of text that an issue has (a machine's message, a person's words, none), the
message's template, the signature of its stack trace, and the dimensions: where, who, which error, when.
"""

from hashlib import blake2b
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.masking import DISPLAYED_WILDCARD, WILDCARD, mask
from causeloop_pipeline.analysis.detect.fingerprints.templates import TemplateCatalog, merge_templates
from causeloop_pipeline.analysis.detect.fingerprints.text_kind import (
    MIN_BODY_CHARACTERS,
    MIN_MACHINE_ROWS,
    add_kind,
    select_reliable_kinds,
)
from causeloop_pipeline.analysis.detect.traces.parser import parse_trace
from causeloop_pipeline.model.frames import FINGERPRINT_SCHEMA
from causeloop_pipeline.model.time_of_week import QUARTERS_OF_THE_DAY, WEEKDAYS

_MAX_TRACE_CHARACTERS = 20_000
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
_MACHINE_TEXT = pl.when(pl.col("kind") == "machine").then("masked").alias("masked")
_NO_TEMPLATE = [pl.lit(None, pl.String).alias(name) for name in ("masked", "template", "template_key")]


class UnknownTimeZoneError(ValueError):
    """The workspace's time zone is not in the IANA database."""


def fingerprint_issues(
    issues: pl.DataFrame, *, timezone: str = "UTC", catalog: TemplateCatalog | None = None
) -> pl.DataFrame:
    """Fingerprints issues.

    In: issues in any order; `timezone`, an IANA name, for time of day and weekday; `catalog`, the templates
    of an earlier grouping (without it, they are learned from these issues alone). Out: one
    `FINGERPRINT_SCHEMA` row per issue, oldest first; `template` only for machines, `<*>` where messages
    differ; `trace_key` only with a stack trace. Raises `UnknownTimeZoneError`, `IssueTableError`.
    """
    table, learned = learn_templates(canonical_issues(issues), catalog)
    with_keys = add_templates(table, learned).with_columns(read_trace_keys(table), *_moments(timezone))
    return with_keys.select(pl.col(name).cast(kind) for name, kind in FINGERPRINT_SCHEMA.items())


def learn_templates(
    table: pl.DataFrame, catalog: TemplateCatalog | None = None
) -> tuple[pl.DataFrame, TemplateCatalog]:
    """Learns which sources are machines, and the templates of their messages.

    In: canonical issues, the catalog of an earlier grouping. Out: the same issues with `masked` and `kind`,
    and a catalog that has the templates of all of them.
    """
    catalog = catalog or TemplateCatalog()
    titles = table.select(pl.col("title").fill_null(""))["title"]
    table = add_kind(table.with_columns(mask(titles).alias("masked")), dict(catalog.kinds))
    masked = table["masked"].filter(table["kind"] == "machine").unique().to_list()
    templates = catalog.resolve(masked) if catalog.kinds else merge_templates(masked)
    return table, catalog.extend(select_reliable_kinds(table), templates)


def add_templates(table: pl.DataFrame, catalog: TemplateCatalog) -> pl.DataFrame:
    """Looks up the templates of machine messages.

    In: issues with `masked` and `kind`, a catalog. Out: the same with `template` and `template_key`, null if
    the text is not a machine's.
    """
    is_machine = table["kind"] == "machine"
    masked = sorted(table["masked"].filter(is_machine).drop_nulls().unique().to_list())
    if not masked:
        return table.with_columns(_NO_TEMPLATE)
    templates = [catalog.templates.get(message, message) for message in masked]
    columns = {
        "template": [template.replace(WILDCARD, DISPLAYED_WILDCARD) for template in templates],
        "template_key": [compute_template_key(template) for template in templates],
    }
    if len(masked) == 1:  # as of a single new issue, for which a join would cost more than all else
        has_text = pl.col("masked").is_not_null()
        template_columns = [
            pl.when(has_text).then(pl.lit(value)).alias(name) for name, (value,) in columns.items()
        ]
        return table.with_columns(_MACHINE_TEXT).with_columns(template_columns)
    by_message = pl.LazyFrame({"masked": masked, **columns})
    return (
        table.lazy()
        .drop("template", "template_key", strict=False)
        .with_columns(_MACHINE_TEXT)
        .join(by_message, on="masked", how="left", maintain_order="left")
        .collect()
    )


def list_catalog(table: pl.DataFrame) -> TemplateCatalog:
    """Lists what a grouping has learned of sources and templates.

    In: canonical issues with `kind` and `template`. Out: the kind of each source with enough issues, and the
    templates; a template leads to itself.
    """
    has_body = pl.col("body").str.strip_chars().str.len_chars().fill_null(0) > MIN_BODY_CHARACTERS
    counted = (
        table.lazy()
        .group_by(pl.col("source").fill_null(""), has_body.alias("has_body"), "kind")
        .len("rows")
        .sort(["source", "has_body", "rows", "kind"], descending=[False, False, True, False])
        .collect()
    )
    kinds: dict[tuple[str, bool], str] = {}
    for source, with_body, kind, rows in counted.iter_rows():
        if rows >= MIN_MACHINE_ROWS:
            kinds.setdefault((source, with_body), kind)
    templates = table["template"].drop_nulls().unique().sort().to_list()
    masked = [template.replace(DISPLAYED_WILDCARD, WILDCARD) for template in templates]
    return TemplateCatalog(kinds, dict(zip(masked, masked, strict=True)))


def compute_template_key(template: str) -> str:
    """16 hex digits that identify a template, the same in every process."""
    return blake2b(template.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def read_trace_keys(table: pl.DataFrame) -> pl.Series:
    """Reads the stack traces in issues.

    In: `title` and `body`. Out: `trace_key`, per row the signature of its stack trace, null without one.
    """
    body = pl.col("body").fill_null("").str.slice(0, _MAX_TRACE_CHARACTERS)
    text = pl.concat_str(pl.col("title").fill_null(""), body, separator="\n")
    has_sign = pl.col("title", "body").str.contains_any(_TRACE_SIGNS).fill_null(value=False)
    candidates = table.with_row_index("row").filter(pl.any_horizontal(has_sign)).select("row", text=text)
    keys: list[str | None] = [None] * table.height
    key_of_text: dict[str, str | None] = {}
    for row, content in candidates.iter_rows():
        if content not in key_of_text:
            trace = parse_trace(content)
            key_of_text[content] = trace.signature if trace else None
        keys[row] = key_of_text[content]
    return pl.Series("trace_key", keys, dtype=pl.String)


def _moments(timezone: str) -> tuple[pl.Expr, pl.Expr]:
    """Time of day and weekday in the workspace's time zone."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnknownTimeZoneError(f"{timezone!r} is no time zone of the IANA database") from error
    local = pl.col("source_created_at").dt.convert_time_zone(timezone)
    hours = (local.dt.hour() // 6).replace_strict(
        dict(enumerate(QUARTERS_OF_THE_DAY)), return_dtype=pl.String
    )
    days = local.dt.weekday().replace_strict(dict(enumerate(WEEKDAYS, 1)), return_dtype=pl.String)
    return hours.alias("time_of_day"), days.alias("weekday")
