"""Reads the files of a drop folder or an object store: each once, in the order in which they arrived.

`files/reader` reads in a process of its own, for neither the files nor the store is ours. A tenant never
names a path of this machine: the folder is the one that the operator has given the workspace.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from causeloop_pipeline.connectors.spec import Connector, RecordSchema, TimeFormat
from causeloop_pipeline.egress.errors import PermanentFailure
from causeloop_pipeline.egress.origin import find_port, parse_web_address
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.polling.isolated.parent import read_isolated
from causeloop_pipeline.landing.polling.page import Page, build_page
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from causeloop_pipeline.model.raw_record import NORMALIZED, Quarantined, RawRecord, canonical_json

PAGE_ROWS = 500
MAX_ROWS = 200_000
SETTLE_SECONDS = 30
MAX_PROCESS_BYTES = 3_000_000_000
CURSOR_KEY = "files"
READER = "causeloop_pipeline.landing.polling.files.reader"


def read_files(connector: Connector, sync: SyncInput, egress: EgressPolicy) -> Iterator[Page]:
    """Pages of rows from the last file on."""
    config = sync.config
    job = {
        "title": connector.title,
        "max_process_bytes": MAX_PROCESS_BYTES,
        "format": config["format"],
        "prefix": str(config.get("prefix") or ""),
        "cursor": (sync.cursor or {}).get(CURSOR_KEY) or {},
        "backfill_from": sync.backfill_from.isoformat(),
        "page_rows": PAGE_ROWS,
        "max_rows": MAX_ROWS,
        "settle_seconds": SETTLE_SECONDS if sync.settle_seconds is None else sync.settle_seconds,
        **_name_place(connector, sync, egress),
    }
    for page in read_isolated(READER, job):
        yield build_page(_extract_rows(connector, config, page["rows"]), {CURSOR_KEY: page["cursor"]})


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
    connector: Connector, config: Mapping[str, Any], rows: list[dict[str, Any]]
) -> Iterator[RawRecord | Quarantined | None]:
    schema = RecordSchema(
        key=str(config["key_column"]),
        updated_at=(str(config["updated_at"]),),
        times=TimeFormat(config["times"]),
        kind=NORMALIZED,
        normalize=True,
    )
    for row in rows:
        place = f"{row['file']}, row {row['row']}"
        if "broken" in row:
            raw = canonical_json({"file": row["file"], "row": row["row"], "begins with": row["beginning"]})
            yield Quarantined(connector.name, raw, f"{place}: {row['broken']}", None)
            continue
        outcome = extract(connector.name, schema, row["record"], channel="poll", config=config)
        if isinstance(outcome, Quarantined):
            outcome = replace(outcome, reason=f"{place}: {outcome.reason}")
        yield outcome
