"""`causeloop audit FILE|TOOL`: which closed failures came back, and which fixes did not hold, on one page."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from causeloop_pipeline.cli.commands.analyze import AsOf, Map, SkipBadRows, Timezone
from causeloop_pipeline.cli.issue_input import refuse_time_zone, resolve_moment
from causeloop_pipeline.cli.output.help import show_examples
from causeloop_pipeline.cli.output.terminal import USAGE, fail, quiet_libraries, stderr, strip_controls
from causeloop_pipeline.model.time_zones import is_time_zone

EXAMPLES = show_examples(
    "audit incidents.csv --out audit.html",
    "audit github --config repositories=acme/shop",
    "audit jira --config site=acme --days 365",
)
FORMS = (".html", ".md")
DAYS, MINUTES = 180, 5.0


def audit(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|TOOL",
            help="An export (.csv, .jsonl, .parquet or .xlsx), or a tool to read now: github, gitlab, jira, "
            "sentry, pagerduty, or another polled type. Its secrets are read from the environment: "
            "GITHUB_TOKEN, GITLAB_TOKEN, JIRA_EMAIL and JIRA_API_TOKEN, SENTRY_TOKEN, PAGERDUTY_API_TOKEN.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="PAGE", help="Write the page here, .html or .md; else Markdown on stdout."),
    ] = None,
    config: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=VALUE", help="What to read of the tool, such as site=acme; may be repeated."
        ),
    ] = None,
    lists: Annotated[
        list[str] | None,
        typer.Option("--list", metavar="NAME", help="Read this list of the tool only; may be repeated."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back a tool is read.")] = DAYS,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long a tool is read at most.")] = MINUTES,
    maps: Map = None,
    as_of: AsOf = None,
    timezone: Timezone = "UTC",
    skip_bad_rows: SkipBadRows = False,
    limit: Annotated[int, typer.Option(min=1, help="Rows of each table.")] = 10,
) -> None:
    """Tell which closed failures came back, which fixes did not hold, and what to fix first, on one page."""
    from causeloop_pipeline.cli.audit.findings import find_what_came_back
    from causeloop_pipeline.cli.audit.history import ReadingLimits, read_export, read_tool
    from causeloop_pipeline.cli.audit.page import write_html_page, write_markdown_page

    if out is not None and out.suffix.lower() not in FORMS:
        fail(f"--out {out}: name a page that ends in {' or '.join(FORMS)}", USAGE)
    if not is_time_zone(timezone):
        refuse_time_zone(timezone)
    path = Path(source)
    if path.is_file() or path.suffix:
        history = read_export(path, maps or [], timezone, skip_bad_rows=skip_bad_rows)
    else:
        history = read_tool(source, config or [], ReadingLimits(days, minutes, tuple(lists or ())))
    if history.issues.is_empty():
        reasons = "".join(f"; {note}" for note in history.notes)
        fail(f"there is no failure in {history.title}{reasons}: check what is configured")
    quiet_libraries()
    now = datetime.now(UTC)
    newest = history.occurrences["started_at"].max() if path.is_file() else now
    moment = resolve_moment(newest, as_of, now, timezone)
    findings = find_what_came_back(history, as_of=moment, timezone=timezone, limit=limit)
    if out is None:
        typer.echo(write_markdown_page(findings), nl=False)
        return
    page = write_html_page(findings) if out.suffix.lower() == ".html" else write_markdown_page(findings)
    try:
        out.write_text(page, encoding="utf-8")
    except OSError as error:
        fail(f"{out} cannot be written: {os.strerror(error.errno or 0)}")
    for text in (*findings.summary, f"written: {out}"):
        stderr().print(strip_controls(text))
