"""Fingerprints: what a failure has in common with other failures of the same cause.

A fingerprint holds the kind of text that an issue has (a machine's message, a person's words, none), the
message's template, the signature of its stack trace, and the dimensions: where, who, which error, when.
"""

from collections.abc import Collection, Mapping
from hashlib import blake2b
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from causeloop_pipeline.analysis.detect.fingerprints.canonical_issues import canonical_issues
from causeloop_pipeline.analysis.detect.fingerprints.masking import DISPLAYED_WILDCARD, WILDCARD, mask
from causeloop_pipeline.analysis.detect.fingerprints.retold_templates import find_retold_templates
from causeloop_pipeline.analysis.detect.fingerprints.template_evidence import (
    MIN_DECISIVE,
    choose_templates,
    declare_shares,
    measure_repeats,
)
from causeloop_pipeline.analysis.detect.fingerprints.templates import TemplateCatalog, merge_templates
from causeloop_pipeline.analysis.detect.fingerprints.text_kind import (
    HAS_BODY,
    SOURCE_NAME,
    add_kind,
    declare_kinds,
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
_MAY_REPEAT = ((pl.col("kind") == "machine") | ((pl.col("kind") == "human") & ~pl.col("has_body"))).alias(
    "may_repeat"
)
MIN_TO_JOIN = 0.5
"""How likely a title and a second copy of it must have one cause, for the copy to join at once."""
LEARNED_COLUMNS = ("kind", "source_kind", "template", "template_key", "title_key", "template_probability")
"""The parts of a fingerprint that depend on what was learned of other issues."""


class UnknownTimeZoneError(ValueError):
    """The workspace's time zone is not in the IANA database."""


def fingerprint_issues(
    issues: pl.DataFrame,
    *,
    timezone: str = "UTC",
    catalog: TemplateCatalog | None = None,
    machine_sources: Collection[str] = (),
) -> pl.DataFrame:
    """Fingerprints issues.

    In: issues in any order; `timezone`, an IANA name, for time of day and weekday; `catalog`, the templates
    of an earlier grouping (without it, they are learned from these issues alone); the sources that are known
    to write by template. Out: one
    `FINGERPRINT_SCHEMA` row per issue, oldest first; `template` only for machines, `<*>` where messages
    differ; `trace_key` only with a stack trace. Raises `UnknownTimeZoneError`, `IssueTableError`.
    """
    table, _ = learn_templates(canonical_issues(issues), catalog, machine_sources)
    with_keys = table.with_columns(read_trace_keys(table), *_moments(timezone))
    return with_keys.select(pl.col(name).cast(kind) for name, kind in FINGERPRINT_SCHEMA.items())


def learn_templates(
    table: pl.DataFrame, catalog: TemplateCatalog | None = None, machine_sources: Collection[str] = ()
) -> tuple[pl.DataFrame, TemplateCatalog]:
    """Learns which texts are a machine's, and the templates of their messages.

    In: canonical issues, the catalog of an earlier grouping, the sources that are known to write by template.
    Out: the same issues with `source_kind`, `kind`
    and `LEARNED_COLUMNS`, and a catalog that has the templates of all of them. `template` is null if the text
    is not a machine's and tells of none; `title_key` is there if copies of a person's title are evidence
    beside what texts say.
    """
    catalog = catalog or TemplateCatalog()
    titles = table.select(pl.col("title").fill_null(""))["title"]
    kinds = {**declare_kinds(machine_sources), **catalog.kinds}
    table = add_kind(table.with_columns(mask(titles).alias("masked")), kinds)
    table = table.with_columns(_declare_titles(machine_sources)).with_columns(_MAY_REPEAT)
    candidates = table.filter("may_repeat")
    messages = candidates["masked"].unique().to_list()
    merged = catalog.resolve(messages) if catalog.kinds else merge_templates(messages)
    shares = {**measure_repeats(table), **declare_shares(machine_sources), **catalog.repeats_shares}
    chosen = choose_templates(candidates, merged, shares, catalog.probabilities)
    table = _add_templates(table, chosen)
    sources = {**_list_sources(table), **catalog.sources}
    leading = table.filter(pl.col("template").is_not_null() | leads_copies()).select("masked").unique()
    learned = chosen.join(leading, on="masked", how="semi").select(
        "masked", "template", "template_probability"
    )
    probabilities = dict(learned.select("template", "template_probability").iter_rows())
    table = _add_retold_templates(table, sources, {**catalog.probabilities, **probabilities})
    return table, catalog.extend(
        TemplateCatalog(
            select_reliable_kinds(table),
            dict(learned.select("masked", "template").iter_rows()),
            probabilities,
            shares,
            sources,
        )
    )


def _declare_titles(machine_sources: Collection[str]) -> pl.Expr:
    """The kind of each text: titles of sources that write by template say it all, unless a stack is below."""
    has_stack = pl.col("body").str.contains_any(_TRACE_SIGNS).fill_null(value=False)
    is_declared = pl.col("source_name").is_in(list(machine_sources)) & ~has_stack
    return pl.when(is_declared).then(pl.lit("machine")).otherwise("kind").alias("kind")


def _add_templates(table: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """The issues with `kind` and what is known of their templates."""
    keys = [compute_template_key(template) for template in chosen["template"]]
    displayed = pl.col("template").str.replace_all(WILDCARD, DISPLAYED_WILDCARD, literal=True)
    is_known = pl.col("may_repeat") & pl.col("template").is_not_null()
    is_sure = is_known & pl.col("is_sure")
    kind = pl.when(is_sure).then(pl.lit("machine")).otherwise("kind").alias("kind")
    is_message = pl.col("kind") == "machine"
    is_evidence = is_known & (is_message | pl.col("is_possible"))
    return (
        table.join(
            chosen.with_columns(pl.Series("template_key", keys, pl.String)),
            on="masked",
            how="left",
            maintain_order="left",
        )
        .with_columns(kind)
        .with_columns(
            pl.when(is_known & is_message).then(displayed).alias("template"),
            pl.when(is_known & is_message).then("template_key").alias("template_key"),
            pl.when(is_evidence & ~is_message).then("template_key").alias("title_key"),
            pl.when(is_evidence).then("template_probability").alias("template_probability"),
        )
        .drop("template_rows", "is_sure", "is_possible")
    )


def _list_sources(table: pl.DataFrame) -> dict[str, str]:
    """The templates that alone decide, each with the source of most of its messages."""
    sure = table.filter(
        (pl.col("kind") == "machine") & (pl.col("template_probability") >= MIN_DECISIVE) & ~is_retold()
    )
    rows = (
        sure.group_by("template", "source_name")
        .len()
        .sort(["template", "len", "source_name"], descending=[False, True, False])
        .unique("template", keep="first", maintain_order=True)
        .with_columns(pl.col("template").str.replace_all(DISPLAYED_WILDCARD, WILDCARD, literal=True))
    )
    return dict(rows.select("template", "source_name").iter_rows())


def _add_retold_templates(
    table: pl.DataFrame, sources: Mapping[str, str], probabilities: Mapping[str, float]
) -> pl.DataFrame:
    """The issues, of which those that people tell in a machine's words have its template."""
    sure = {template: sources[template] for template in sources if template in probabilities}
    is_report = table["kind"] == "human"
    if not sure or not is_report.any():
        return table
    reports = table.filter(is_report).select(pl.col("title").fill_null(""), "source_name").rows()
    retold = iter(find_retold_templates(reports, sure))
    templates = pl.Series("retold", [next(retold) if report else None for report in is_report], pl.String)
    if templates.null_count() == table.height:
        return table
    keys = {template: compute_template_key(template) for template in templates.drop_nulls().unique()}
    has_retold = pl.col("retold").is_not_null()
    key = pl.col("retold").replace_strict(keys, default=None, return_dtype=pl.String)
    displayed = pl.col("retold").str.replace_all(WILDCARD, DISPLAYED_WILDCARD, literal=True)
    own = pl.col("retold").replace_strict(probabilities, default=None, return_dtype=pl.Float64)
    values = {
        "kind": pl.lit("machine"),
        "template": displayed,
        "template_key": key,
        "title_key": key,
        "template_probability": own,
    }
    return (
        table.with_columns(templates)
        .with_columns(
            pl.when(has_retold).then(value).otherwise(name).alias(name) for name, value in values.items()
        )
        .drop("retold")
    )


def is_retold() -> pl.Expr:
    """Whether a person tells of a machine's message; of issues with `LEARNED_COLUMNS`."""
    return (pl.col("kind") == "machine") & pl.col("title_key").is_not_null()


def leads_copies() -> pl.Expr:
    """Whether a second copy of the title of a text joins it at once; of issues with `LEARNED_COLUMNS`."""
    return pl.col("title_key").is_not_null() & (pl.col("template_probability") >= MIN_TO_JOIN)


def list_catalog(table: pl.DataFrame, machine_sources: Collection[str] = ()) -> TemplateCatalog:
    """Lists what a grouping has learned of sources and templates.

    In: canonical issues with `LEARNED_COLUMNS`, the sources that are known to write by template. Out: what
    each source with enough issues is and how much it repeats itself; the templates, each leading to itself,
    and the titles that a second copy would join.
    """
    template = pl.col("template").str.replace_all(DISPLAYED_WILDCARD, WILDCARD, literal=True)
    with_titles = table.with_columns(SOURCE_NAME, HAS_BODY).with_columns(_MAY_REPEAT)
    with_titles = with_titles.with_columns(pl.col("may_repeat") & ~is_retold())
    title = pl.col("title").fill_null("")
    titles = with_titles.select(pl.when(pl.col("may_repeat") & pl.col("template").is_null()).then(title))
    masked = with_titles.select(pl.coalesce(template, mask(titles.to_series())).alias("masked"))["masked"]
    rows = with_titles.with_columns(masked)
    messages = (
        rows.filter(pl.col("template").is_not_null() | leads_copies())
        .select("masked", pl.coalesce("template_key", "title_key"), "template_probability")
        .unique("masked")
        .sort("masked")
    )
    probabilities = {
        message: probability
        for message, key, probability in messages.iter_rows()
        if compute_template_key(message) == key
    }
    return TemplateCatalog(
        {**select_reliable_kinds(rows), **declare_kinds(machine_sources)},
        {message: message for message in probabilities},
        probabilities,
        {**measure_repeats(rows), **declare_shares(machine_sources)},
        _list_sources(rows),
    )


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
            key_of_text[content] = _sign_trace(content)
        keys[row] = key_of_text[content]
    return pl.Series("trace_key", keys, dtype=pl.String)


def read_trace_key(title: str, body: str | None) -> str | None:
    """Reads the stack trace in one issue, in a fraction of the time of a query.

    In: title and body. Out: the signature of the stack trace, None without one.
    """
    body = body or ""
    has_sign = any(sign in text for text in (title, body) for sign in _TRACE_SIGNS)
    return _sign_trace(f"{title}\n{body[:_MAX_TRACE_CHARACTERS]}") if has_sign else None


def _sign_trace(text: str) -> str | None:
    trace = parse_trace(text)
    return trace.signature if trace else None


def _moments(timezone: str) -> tuple[pl.Expr, pl.Expr]:
    """Time of day and weekday in the workspace's time zone."""
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnknownTimeZoneError(f"{timezone!r} is not a time zone of the IANA database") from error
    local = pl.col("source_created_at").dt.convert_time_zone(timezone)
    hours = (local.dt.hour() // 6).replace_strict(
        dict(enumerate(QUARTERS_OF_THE_DAY)), return_dtype=pl.String
    )
    days = local.dt.weekday().replace_strict(dict(enumerate(WEEKDAYS, 1)), return_dtype=pl.String)
    return hours.alias("time_of_day"), days.alias("weekday")
