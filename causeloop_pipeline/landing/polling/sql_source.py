"""Reads a user's own query on their own database: one SELECT, in order of a cursor column, page by page.

The query is checked before it runs and wrapped as a subquery; the transaction is read-only whatever the role
may do, and statement and lock timeouts end what takes too long. `sql_reader` reads in a process of its own,
for neither the query nor the server is ours.
"""

import contextlib
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import IO, Any

from causeloop_pipeline.connectors.spec import Connector, RecordSchema
from causeloop_pipeline.egress.errors import PermanentFailure, TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.page import Page, page_of
from causeloop_pipeline.landing.polling.select_guard import check_select
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.model.raw_record import NORMALIZED, Quarantined, RawRecord, canonical_json

PAGE_ROWS = 500
MAX_ROWS = 50_000
MAX_FRAME_BYTES = 64_000_000
FRAME_HEADER_BYTES = 8
STATEMENT_SECONDS = 60
OVERLAP = timedelta(minutes=5)
CURSOR_KEY = "rows"
READER = (sys.executable, "-m", "causeloop_pipeline.landing.polling.sql_reader")


def read_rows(connector: Connector, sync: SyncInput, egress: EgressPolicy) -> Iterator[Page]:
    """Pages of rows from the last cursor value on, at most MAX_ROWS in one sync."""
    config = sync.config
    query = check_select(str(config["query"]))
    start = _start_value(sync.cursor)
    job = {
        "title": connector.title,
        "connection": _name_server(config, sync.credentials, egress),
        "query": query,
        "cursor_column": str(config["cursor_column"]),
        "start": start,
        "now": sync.now.isoformat(),
        "backfill_from": sync.backfill_from.isoformat(),
        "max_rows": MAX_ROWS,
        "page_rows": PAGE_ROWS,
        "statement_seconds": STATEMENT_SECONDS,
    }
    reached: dict[str, Any] = dict(sync.cursor or {})
    row_count = 0
    for page in _read_in_process(connector, job):
        row_count += page["row_count"]
        reached = {CURSOR_KEY: page["cursor"]} if page["cursor"] else reached
        yield page_of(_extract_rows(connector, config, page["rows"]), reached)
    if row_count >= MAX_ROWS and start is not None and _start_value(reached) == start:
        raise PermanentFailure(
            f"{connector.title}: more than {MAX_ROWS:,} rows share one value of {config['cursor_column']!r}; "
            "choose a cursor column that grows with every change"
        )


def _name_server(
    config: Mapping[str, Any], credentials: Mapping[str, str], egress: EgressPolicy
) -> dict[str, Any]:
    """What to connect to: addresses that were checked, and the name for the certificate."""
    host, port = str(config["host"]), int(config["port"])
    addresses = egress.addresses(host, port)
    verifies = str(config["sslmode"]).startswith("verify")
    return {
        "host": ",".join([host] * len(addresses)),
        "hostaddr": ",".join(addresses),
        "port": port,
        "dbname": config["database"],
        "user": config["user"],
        "password": credentials["password"],
        "sslmode": config["sslmode"],
        "sslrootcert": (ssl.get_default_verify_paths().cafile or "system") if verifies else None,
    }


def _read_in_process(connector: Connector, job: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The pages that the reading process writes; its failure is raised here."""
    with subprocess.Popen(
        READER, env=_make_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as reader:
        try:
            assert reader.stdin is not None  # noqa: S101
            assert reader.stdout is not None  # noqa: S101
            with contextlib.suppress(BrokenPipeError), reader.stdin as stdin:
                stdin.write(json.dumps(job).encode())
            while "end" not in (message := _read_frame(connector, reader.stdout)):
                if "failure" in message:
                    kind = PermanentFailure if message["failure"] == "permanent" else TransientFailure
                    raise kind(message["reason"])
                yield message
        finally:
            reader.kill()


def _make_environment() -> dict[str, str]:
    """Nothing but where the code is: none of this installation's secrets, no settings of libpq."""
    return {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}


def _read_frame(connector: Connector, stream: IO[bytes]) -> dict[str, Any]:
    header = stream.read(FRAME_HEADER_BYTES)
    size = int.from_bytes(header, "big")
    frame = stream.read(size) if len(header) == FRAME_HEADER_BYTES and size <= MAX_FRAME_BYTES else b""
    if not frame or len(frame) < size:
        raise TransientFailure(
            f"{connector.title}: reading the rows took more memory than it may; "
            "leave the largest columns out of the query"
        )
    return dict(json.loads(frame))


def _extract_rows(
    connector: Connector, config: Mapping[str, Any], rows: list[dict[str, Any]]
) -> Iterator[RawRecord | Quarantined | None]:
    for row in rows:
        if "too_large" in row:
            yield Quarantined(
                connector.name,
                canonical_json({"row begins with": row["beginning"]}),
                f"larger than 1,000,000 bytes ({row['too_large']:,}): leave its largest column out",
                None,
            )
        else:
            schema = _make_schema(config, is_dated=row["is_dated"])
            yield extract(connector.name, schema, row["record"], channel="poll", config=config)


def _make_schema(config: Mapping[str, Any], *, is_dated: bool) -> RecordSchema:
    """How to read a row; a cursor column that only counts does not tell when the row changed."""
    changed_at = str(config["cursor_column"]) if is_dated else "updated_at"
    key = str(config["key_column"])
    return RecordSchema(key=key, updated_at=(changed_at,), kind=NORMALIZED, normalize=True)


def _start_value(cursor: Mapping[str, Any] | None) -> str | None:
    """Where to start: a little before the last time, for transactions that committed late."""
    reached = (cursor or {}).get(CURSOR_KEY)
    if reached is None:
        return None
    if "instant" in reached:
        return (datetime.fromisoformat(reached["instant"]) - OVERLAP).isoformat()
    return str(reached["value"])
