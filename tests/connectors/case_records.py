"""The records of each connector's case: what its list endpoint and its webhooks send, as they are landed."""

import json
from collections.abc import Sequence
from typing import Any

from causeloop_pipeline.connectors.cases import read_case
from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.pulls import open_entries
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector, RecordSchema
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from causeloop_pipeline.landing.polling.nested_lists import zip_rows
from causeloop_pipeline.model.raw_record import Outcome, Quarantined, RawRecord


def poll_records(tool: str) -> list[RawRecord]:
    """The records of the tool's list endpoints."""
    connector, config = load_connector(tool)
    read = []
    for name, body in read_case(tool).pull.items():
        schema, items = schema_and_items(connector, config, name, body)
        read += [extract(tool, schema, item, channel="poll", config=config) for item in items]
    return require_accepted(read)


def webhook_records(tool: str) -> list[RawRecord]:
    """The records of the tool's webhooks."""
    connector, config = load_connector(tool)
    records: list[RawRecord] = []
    for body in read_case(tool).webhook:
        received = read_delivery(connector, json.dumps(body).encode(), config=config)
        records += require_accepted([*received.records, *received.quarantined])
    return records


def case_records(tool: str) -> list[RawRecord]:
    """All records of a tool's case, in the order in which a staging test lands them."""
    return [*poll_records(tool), *webhook_records(tool)]


def load_connector(tool: str) -> tuple[Connector, dict[str, Any]]:
    """The connector as the case's configuration shapes it."""
    config = read_case(tool).config
    connector = CONNECTORS[tool]
    return (connector.configure(config) if connector.configure else connector), config


def schema_and_items(
    connector: Connector, config: dict[str, Any], name: str, body: Any
) -> tuple[RecordSchema, list[Any]]:
    """How the items of one answer read, and the items."""
    if connector.query is not None or connector.files is not None:
        return RecordSchema(
            key=config.get("key_column", "id"), updated_at=("updated_at",), kind="normalized", normalize=True
        ), body
    pull = next(pull for pull in connector.pulls if pull.name == name)
    place = pull.details.records if pull.details else pull.records
    items = open_entries(find_value(body, place), pull.within)
    return pull.schema, zip_rows(items, find_value(body, pull.columns)) if pull.columns else items


def require_accepted(read: Sequence[Outcome]) -> list[RawRecord]:
    """A shipped case holds nothing that goes to quarantine."""
    refused = [outcome.reason for outcome in read if isinstance(outcome, Quarantined)]
    assert not refused, refused
    return [outcome for outcome in read if isinstance(outcome, RawRecord)]
