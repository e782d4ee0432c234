"""Reads a user's own database: one SELECT of theirs or of a preset, in order of a cursor column, by pages.

The query is checked before it runs and wrapped as a subquery; the transaction is read-only whatever the role
may do, and statement and lock timeouts end what takes too long. `sql/reader` reads in a process of its own,
for neither the query nor the server is ours.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from causeloop_pipeline.connectors.own_tables.presets import PRESETS
from causeloop_pipeline.connectors.spec import Connector, SqlQuery
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.export_file.table_reading import TableReading
from causeloop_pipeline.landing.polling.isolated.parent import read_isolated
from causeloop_pipeline.landing.polling.page import Page, build_page
from causeloop_pipeline.landing.polling.sql.engines import ENGINES, Engine, require_driver
from causeloop_pipeline.landing.polling.sql.preset_records import describe_preset, read_preset_rows
from causeloop_pipeline.landing.polling.sql.query_records import QueryReading, read_query_rows
from causeloop_pipeline.landing.polling.sql.select_guard import check_select
from causeloop_pipeline.landing.polling.sql.servers import name_server
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.model.raw_record import canonical_json

PAGE_ROWS = 500
MAX_ROWS = 50_000
STATEMENT_SECONDS = 60
OVERLAP = timedelta(minutes=5)
CURSOR_KEY, DATES_KEY = "rows", "dates"
READER = "causeloop_pipeline.landing.polling.sql.reader"
BEGINNING_OF_TIME = datetime.min.replace(tzinfo=UTC)


def read_rows(connector: Connector, sync: SyncInput, egress: EgressPolicy) -> Iterator[Page]:
    """Pages of rows from the last cursor value on, at most MAX_ROWS in one sync."""
    source = connector.query or SqlQuery()
    engine, config = ENGINES[source.engine], sync.config
    preset = PRESETS.get(str(config.get("preset") or ""))
    job = {
        **_describe_limits(connector, engine, sync),
        "dialect": source.dialect,
        "query": None if preset else check_select(str(config["query"]), source.dialect),
        "preset": describe_preset(preset, config) if preset else None,
        "cursor_column": str(config["cursor_column"]),
    }
    if preset is not None:  # its cursor is when a row was landed, not when the record changed
        job["backfill_from"] = BEGINNING_OF_TIME.isoformat()
    require_driver(engine, connector.title)
    job |= name_server(engine, config, sync.credentials, egress)
    reached: dict[str, Any] = dict(sync.cursor or {})
    row_count = 0
    columns = QueryReading(config, _recall_formats(sync.cursor, config))
    for page in read_isolated(READER, job):
        row_count += page["row_count"]
        reached = {**reached, CURSOR_KEY: page["cursor"]} if page["cursor"] else reached
        if preset is None:
            reading = columns.study(page["rows"])
            if reading.ambiguous:
                columns.settle(_study_all(columns, job))
                reading = columns.study(page["rows"])
            reached = {**reached, DATES_KEY: {"of": _describe_columns(config), "formats": columns.formats}}
            yield build_page(read_query_rows(connector, reading, page["rows"]), reached)
        else:
            yield build_page(read_preset_rows(connector, preset, sync, page["rows"]), reached)
    start = job["start"]
    if row_count >= MAX_ROWS and start is not None and find_start(reached) == start:
        raise PermanentFailure(
            f"{connector.title}: more than {MAX_ROWS:,} rows share one value of {config['cursor_column']!r}; "
            "choose a cursor column that grows with every change"
        )


def _study_all(columns: QueryReading, job: Mapping[str, Any]) -> TableReading:
    """How dates are written, from all rows of this sync: the rows of one page leave it open."""
    return columns.study([row for page in read_isolated(READER, job) for row in page["rows"]])


def _recall_formats(cursor: Mapping[str, Any] | None, config: Mapping[str, Any]) -> dict[str, str]:
    """What earlier syncs decided, as long as the same columns are read."""
    decided = (cursor or {}).get(DATES_KEY) or {}
    return dict(decided["formats"]) if decided.get("of") == _describe_columns(config) else {}


def _describe_columns(config: Mapping[str, Any]) -> str:
    read = [config.get(name) for name in ("query", "fields", "cursor_column")]
    return hashlib.sha256(canonical_json(read)).hexdigest()[:16]


def _describe_limits(connector: Connector, engine: Engine, sync: SyncInput) -> dict[str, Any]:
    return {
        "title": connector.title,
        "engine": engine.name,
        "reach": {"public_https": engine.with_public_https},
        "max_process_bytes": engine.max_process_bytes,
        "with_types": engine.name != "postgresql",
        "start": find_start(sync.cursor),
        "now": sync.now.isoformat(),
        "backfill_from": sync.backfill_from.isoformat(),
        "max_rows": MAX_ROWS,
        "page_rows": PAGE_ROWS,
        "statement_seconds": STATEMENT_SECONDS,
    }


def find_start(cursor: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Where to start: a little before the last time, for transactions that committed late.

    A sync that was cut off among rows of one value goes on exactly after the last of them.
    """
    reached = (cursor or {}).get(CURSOR_KEY)
    if reached is None:
        return None
    start = {
        "value": str(reached.get("instant") or reached.get("value")),
        "type": reached.get("type", "text"),
    }
    if "key" in reached:
        return start | {"key": reached["key"], "key_type": reached["key_type"]}
    if "instant" in reached:
        start["value"] = (datetime.fromisoformat(reached["instant"]) - OVERLAP).isoformat()
    return start
