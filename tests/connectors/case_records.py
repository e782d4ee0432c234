"""Reads the cases that ship with each connector: what its list endpoint and its webhooks send, as records.

`cases/<tool>/pull.json` maps a pull's name to one answer of its list endpoint (`rows` for SQL);
`webhook.json` is a list of webhook bodies; `issues.json` and `changes.json` say what comes of both;
`config.json` is the configuration, where the reading depends on it.
"""

import json
from pathlib import Path
from typing import Any

from causeloop_pipeline.connectors.json_paths import value_at
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector, Shape
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from causeloop_pipeline.model.raw_record import Quarantined, RawRecord

CASES = Path(__file__).parent / "cases"


def case(tool: str, name: str, default: Any = None) -> Any:
    """One case file's content."""
    path = CASES / tool / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else default


def polled(tool: str) -> list[RawRecord]:
    """The records of the tool's list endpoints."""
    connector, config = configured(tool)
    read = []
    for name, body in case(tool, "pull", {}).items():
        shape, items = shape_and_items(connector, config, name, body)
        read += [extract(tool, shape, item, door="poll", config=config) for item in items]
    return kept(read)


def pushed(tool: str) -> list[RawRecord]:
    """The records of the tool's webhooks."""
    connector, config = configured(tool)
    records: list[RawRecord] = []
    for body in case(tool, "webhook", []):
        received = read_delivery(connector, json.dumps(body).encode(), config=config)
        records += kept([*received.records, *received.quarantined])
    return records


def case_records(tool: str) -> list[RawRecord]:
    """All records of a tool's cases, in the order in which a staging test lands them."""
    return [*polled(tool), *pushed(tool)]


def configured(tool: str) -> tuple[Connector, dict[str, Any]]:
    """The connector as the case's configuration shapes it."""
    config = case(tool, "config", {})
    connector = CONNECTORS[tool]
    return (connector.configure(config) if connector.configure else connector), config


def shape_and_items(
    connector: Connector, config: dict[str, Any], name: str, body: Any
) -> tuple[Shape, list[Any]]:
    """How the items of one answer read, and the items."""
    if connector.query is not None:
        return Shape(config.get("key_column", "id"), ("updated_at",), kind="normalized", normalize=True), body
    asked = next(asked for asked in connector.pulls if asked.name == name)
    return asked.shape, value_at(body, asked.records)


def kept(read: list[RawRecord | Quarantined | None]) -> list[RawRecord]:
    """A shipped case holds nothing that goes to quarantine."""
    refused = [outcome.reason for outcome in read if isinstance(outcome, Quarantined)]
    assert not refused, refused
    return [outcome for outcome in read if isinstance(outcome, RawRecord)]
