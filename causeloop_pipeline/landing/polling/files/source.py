"""Reads the files of a drop folder or an object store: each once, in the order in which they arrived.

`files/reader` reads in a process of its own, for neither the files nor the store is ours. A tenant never
names a path of this machine: the folder is the one that the operator has given the workspace.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.origin import find_port, parse_web_address
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.export_file.records import ImportedFile, build_record, set_aside
from causeloop_pipeline.landing.export_file.rows.formats import BY_NAME
from causeloop_pipeline.landing.polling.isolated.parent import read_isolated
from causeloop_pipeline.landing.polling.page import Page, ReadStart, build_page
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.model.date_order import DateOrder
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord

PAGE_ROWS = 500
MAX_ROWS = 200_000
SETTLE_SECONDS = 30
MAX_PROCESS_BYTES = 3_000_000_000
CURSOR_KEY, AGAIN = "files", "again"
READER = "causeloop_pipeline.landing.polling.files.reader"


def read_files(connector: Connector, sync: SyncInput, egress: EgressPolicy) -> Iterator[Page]:
    """Pages of rows from the last file on."""
    config = sync.config
    job = {
        "title": connector.title,
        "max_process_bytes": MAX_PROCESS_BYTES,
        "reading": describe_reading(config),
        "prefix": str(config.get("prefix") or ""),
        "cursor": (sync.cursor or {}).get(CURSOR_KEY) or {},
        "backfill_from": sync.backfill_from.isoformat(),
        "page_rows": PAGE_ROWS,
        "max_rows": MAX_ROWS,
        "settle_seconds": SETTLE_SECONDS if sync.settle_seconds is None else sync.settle_seconds,
        **_name_place(connector, sync, egress),
    }
    for page in read_isolated(READER, job):
        rows = _extract_rows(connector, sync.connector_id, page["rows"])
        yield replace(
            build_page(rows, {CURSOR_KEY: page["cursor"]}),
            starts=_list_starts(sync, page),
            is_again=bool(page["cursor"].get(AGAIN)),
            no_failures=_count(page),
        )


def describe_reading(config: Mapping[str, Any]) -> dict[str, Any]:
    """What of a configuration decides how files are read: where it changes, they are read again."""
    named = {"key_column": "id", "updated_at": "updated_at"}  # once defaults: the usual names
    key, updated_at = (
        "" if config.get(name) in (None, usual) else str(config[name]) for name, usual in named.items()
    )
    return {
        "format": str(config.get("format") or BY_NAME),
        "columns": dict(config.get("fields") or {}),
        "key": key,
        "updated_at": updated_at,
        "dates": str(config.get("times") or DateOrder.RECOGNIZED),
        "timezone": str(config.get("timezone") or "UTC"),
    }


def name_import(connector_id: UUID, file: str) -> UUID:
    """The import that a file's records belong to: the same whenever it is read."""
    return uuid5(connector_id, file)


def _list_starts(sync: SyncInput, page: Mapping[str, Any]) -> tuple[ReadStart, ...]:
    name = page["begins"]
    return () if name is None else (ReadStart(name, name_import(sync.connector_id, name)),)


def _count(page: Mapping[str, Any]) -> Counter[str]:
    return Counter(row["no_failure"] for row in page["rows"] if "no_failure" in row)


def _name_place(connector: Connector, sync: SyncInput, egress: EgressPolicy) -> dict[str, Any]:
    if connector.files is None or connector.files.place == "folder":
        if sync.drop_folder is None:
            raise PermanentFailure(
                f"{connector.title}: this workspace has no drop folder; an operator gives it one in "
                "CAUSELOOP_DROP_FOLDERS, as the workspace's id=/folder"
            )
        return {"folder": sync.drop_folder, "store": None}
    config = sync.config
    store = {name: config.get(name) or "" for name in ("store", "bucket", "prefix", "region", "endpoint")}
    secrets = {name: sync.credentials.get(name) or "" for name in ("key", "secret")}
    return {"folder": None, "store": {**store, **secrets}, "reach": _name_reach(config, egress)}


def _name_reach(config: Mapping[str, Any], egress: EgressPolicy) -> dict[str, Any]:
    """What the reading process may connect to: the configured address, or the store's own public ones."""
    if not config.get("endpoint"):
        return {"public_https": True}
    url = parse_web_address(str(config["endpoint"]))
    egress.check_web(url.scheme, url.host, find_port(url))
    return {
        "addresses": [[address, find_port(url)] for address in egress.addresses(url.host, find_port(url))]
    }


def _extract_rows(
    connector: Connector, connector_id: UUID, rows: list[dict[str, Any]]
) -> Iterator[RawRecord | Quarantined]:
    for row in rows:
        file = ImportedFile(row["file"], name_import(connector_id, row["file"]))
        if "record" in row:
            yield build_record(connector.name, file, row["row"], row["kind"], row["record"], "poll")
        elif "broken" in row:
            yield set_aside(connector.name, file, row["row"], row["column"], row["broken"], row["beginning"])
