"""Reads the history that is audited: an export, or a tool that is polled now; secrets come by environment."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from causeloop_pipeline.cli.issue_input import read_issues
from causeloop_pipeline.cli.output.reading import list_notes
from causeloop_pipeline.cli.output.terminal import USAGE, fail, format_count
from causeloop_pipeline.model.field_names import normalize_field_name
from causeloop_pipeline.settings import copy_environment, settings

if TYPE_CHECKING:
    from causeloop_pipeline.connectors.spec import Connector
    from causeloop_pipeline.landing.polled_issues import PolledIssues

MAX_NAMED_REASONS = 3
LINKS = frozenset({"url", "external_url", "link"})


@dataclass(frozen=True)
class History:
    """Issues and occurrences, each record as its tool has it, and notes on what was not read."""

    title: str
    issues: pl.DataFrame
    occurrences: pl.DataFrame
    payloads: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    status_words: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadingLimits:
    """How far back a tool is read, for how long at most, and which of its lists."""

    days: int
    minutes: float
    lists: tuple[str, ...] = ()


def read_export(path: Path, maps: Sequence[str], timezone: str, *, skip_bad_rows: bool) -> History:
    """The history of an export, whose rows are the records."""
    source = read_issues(path, maps, timezone, skip_bad_rows=skip_bad_rows)
    read = source.read
    records = source.list_records()
    status = source.recognized.columns.get("status")
    words = {} if status is None else {name: str(row.get(status) or "") for name, row in records.items()}
    urls = {
        name: value
        for name, row in records.items()
        for column, value in row.items()
        if normalize_field_name(column) in LINKS
        and isinstance(value, str)
        and value.startswith(("https://", "http://"))
    }
    return History(path.name, read.issues, read.occurrences, records, urls, words, tuple(list_notes(source)))


def read_tool(name: str, entries: Sequence[str], limits: ReadingLimits) -> History:
    """The history of a tool, polled now; exits where it cannot be read."""
    from causeloop_pipeline.connectors.configuration import find_problems
    from causeloop_pipeline.egress.allow_list import read_allowed
    from causeloop_pipeline.egress.errors import OutsideFailure
    from causeloop_pipeline.egress.policy import EgressPolicy
    from causeloop_pipeline.landing.polled_issues import poll_issues
    from causeloop_pipeline.landing.polling.sync_input import SyncInput

    connector = _find_polled(name)
    config = read_configuration(connector, entries)
    credentials = read_credentials(connector)
    if problems := find_problems(connector, config, credentials):
        fail(_explain_problems(connector, [(each.field, each.message) for each in problems]), USAGE)
    _check_lists(connector, limits.lists)
    sync = SyncInput(config=config, credentials=credentials, backfill_days=limits.days, now=datetime.now(UTC))
    ends = time.monotonic() + 60 * limits.minutes
    try:
        polled = poll_issues(
            connector,
            sync,
            EgressPolicy.parse(read_allowed(settings())),
            lists=limits.lists,
            is_over=lambda: time.monotonic() > ends,
        )
    except OutsideFailure as failure:
        fail(failure.reason)
    title = f"{connector.title}{_name_scope(config)}"
    notes = _note_reading(polled, limits)
    return History(
        title, polled.issues, polled.occurrences, polled.payloads, polled.urls, polled.status_words, notes
    )


def read_configuration(connector: "Connector", entries: Sequence[str]) -> dict[str, Any]:
    """`FIELD=VALUE` entries as a connector's configuration; a list's values are separated by commas."""
    types = {each.name: each.type for each in connector.fields}
    config: dict[str, Any] = {}
    for entry in entries:
        name, separator, value = entry.partition("=")
        if not separator:
            fail(f"--config {entry!r}: write FIELD=VALUE, such as repositories=acme/shop", USAGE)
        if types.get(name) == "list":
            config[name] = [
                *config.get(name, ()),
                *(part.strip() for part in value.split(",") if part.strip()),
            ]
        elif types.get(name) == "number" and value.isdigit():
            config[name] = int(value)
        else:
            config[name] = value
    return config


def read_credentials(connector: "Connector") -> dict[str, str]:
    """The credentials of a connector, each from the environment's variable of its name."""
    environment = copy_environment()
    named = {
        each.name: environment.get(name_variable(connector, each.name)) for each in connector.credentials
    }
    return {name: value for name, value in named.items() if value}


def name_variable(connector: "Connector", credential: str) -> str:
    """The variable that holds a credential: GITHUB_TOKEN, JIRA_API_TOKEN."""
    return f"{connector.name}_{credential}".upper()


def _find_polled(name: str) -> "Connector":
    from causeloop_pipeline.connectors.registry import CONNECTORS

    connector = CONNECTORS.get(name)
    if connector is None:
        fail(f"there is no file {name}, and no tool of that name: give an export, or a type such as github")
    if not connector.pulls:
        fail(f"{connector.title} cannot be read now, for it only sends: give an export of it")
    return connector


def _check_lists(connector: "Connector", lists: Sequence[str]) -> None:
    names = [each.name for each in connector.pulls]
    if missing := sorted(set(lists) - set(names)):
        fail(f"{connector.title} has no list {', '.join(missing)}: it has {', '.join(names)}", USAGE)


def _explain_problems(connector: "Connector", problems: Sequence[tuple[str, str]]) -> str:
    """What is missing, and whether it is entered as an option or as a variable."""
    texts = []
    for place, message in problems:
        form, _, name = place.partition(".")
        if form == "credentials":
            texts.append(f"{message}: set the variable {name_variable(connector, name)}")
        else:
            texts.append(f"{message}: give --config {name}=VALUE")
    return f"{connector.title}: {'; '.join(texts)}"


def _name_scope(config: Mapping[str, Any]) -> str:
    """Which part of a tool was read, as its configuration names it."""
    for name in ("repositories", "projects", "organization", "site"):
        if value := config.get(name):
            return f" {', '.join(value) if isinstance(value, list) else value}"
    return ""


def _note_reading(polled: "PolledIssues", limits: ReadingLimits) -> tuple[str, ...]:
    notes = []
    if not polled.is_complete:
        notes.append(
            f"reading stopped after {limits.minutes:g} minutes, and this page is about what was read until "
            "then: allow more by --minutes, or read fewer days or lists"
        )
    if polled.unread:
        reasons = list(dict.fromkeys(polled.unread))[:MAX_NAMED_REASONS]
        count = format_count(len(polled.unread), "record")
        notes.append(f"{count} could not be read as failures: {'; '.join(reasons)}")
    return tuple(notes)
