"""What tools send otherwise than they document becomes fit for a reader, or says why it does not."""

import json
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from causeloop_pipeline.connectors.cases import read_case
from causeloop_pipeline.connectors.mapping.map_record import MappedRecord, Record
from causeloop_pipeline.connectors.record_mappings import PRODUCT_FORMS, map_by
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.extract import extract
from causeloop_pipeline.landing.inbound.webhook import read_delivery
from causeloop_pipeline.model.issue import ISSUE_FIELDS
from causeloop_pipeline.model.raw_record import NoFailure, Outcome, Quarantined, RawRecord
from causeloop_pipeline.storage.database.session import Database
from causeloop_pipeline.storage.raw.conservation import check_conservation
from tests.conftest import Installation
from tests.connectors.case_records import load_connector, schema_and_items
from tests.offenders import assert_no_offenders
from tests.support.bent_payloads import bend
from tests.support.normalizing import land_records, normalize, normalizer

TRIES = 3
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LINES = ("title", "service", "error_type", "team", "environment")
UNFIT = re.compile(
    r"\s*\{?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?\s*"  # a UUID
    r"|https?://\S+"
    r"|\S+@\S+\.\S+"
    r"|[\[{]\s*[\"{\[].*",
    re.IGNORECASE | re.DOTALL,
)
MARKUP = re.compile(r"</?(p|br)\s*/?>|&(lt|gt|amp|quot|nbsp);|[\n\r\t]")


def list_outcomes(tool: str, tries: int) -> Iterator[tuple[str, list[Outcome]]]:
    """How each payload of a tool's case was bent, and what became of it."""
    connector, config = load_connector(tool)
    chance = random.Random(tool)
    for body in read_case(tool).webhook * tries:
        done, bent = bend(body, chance)
        delivery = read_delivery(connector, json.dumps(bent).encode(), config=config)
        passed_over = [NoFailure(reason) for reason in delivery.no_failures.elements()]
        yield done, [*delivery.records, *delivery.quarantined, *passed_over]
    for name, answer in read_case(tool).pull.items():
        schema, items = schema_and_items(connector, config, name, answer)
        for item in items * tries:
            done, bent = bend(item, chance)
            yield done, [extract(tool, schema, bent, channel="poll", config=config)]


def map_outcome(tool: str, record: RawRecord) -> MappedRecord | None:
    connector, config = load_connector(tool)
    connector = connector if record.source == connector.name else CONNECTORS[record.source]
    return map_by(connector, Record(record.source, record.kind, record.payload), config, NOW)


def find_unfit(mapped: MappedRecord) -> Iterator[str]:
    """What of a mapped record no reader can use."""
    for name in LINES:
        text = mapped.fields.get(name, "")
        if MARKUP.search(text):
            yield f"the {name} {text!r} holds markup"
        if name in {"title", "service"} and UNFIT.fullmatch(text):
            yield f"the {name} {text!r} is an id, an address or a document"
    for field in ISSUE_FIELDS:
        if len(mapped.fields.get(field.name, "")) > field.max_length:
            yield f"the {field.name} is longer than {field.max_length} characters"
    if " " in mapped.fields.get("external_url", ""):
        yield f"the link {mapped.fields['external_url']!r} leads nowhere"


def test_every_bent_entry_becomes_something_and_what_is_read_is_fit_for_a_reader() -> None:
    def find_problems(connector: Any) -> Iterator[str]:
        tool = connector.name
        for done, outcomes in list_outcomes(tool, TRIES):
            if not outcomes:
                yield f"{done}: dropped in silence"
            for outcome in outcomes:
                if not isinstance(outcome, RawRecord):
                    if not outcome.reason:
                        yield f"{done}: no reason"
                    continue
                mapped = map_outcome(tool, outcome)
                if mapped is None or (mapped.reason is None and mapped.variant is None):
                    yield f"{done}: no mapping and no reason"
                elif mapped.reason is None and outcome.kind not in PRODUCT_FORMS:
                    yield from (f"{done}: {problem}" for problem in find_unfit(mapped))

    assert_no_offenders(CONNECTORS, find_problems)


@cache
def list_bent_records() -> tuple[list[RawRecord], list[Quarantined]]:
    outcomes = [each for tool in CONNECTORS for _, listed in list_outcomes(tool, 1) for each in listed]
    records = [outcome for outcome in outcomes if isinstance(outcome, RawRecord)]
    return records, [outcome for outcome in outcomes if isinstance(outcome, Quarantined)]


def test_bent_records_of_all_types_never_stop_a_run_and_none_is_lost(
    database: Database, installation: Installation, workspace_id: UUID
) -> None:
    records, _ = list_bent_records()
    land_records(database, workspace_id, *records)
    normalize(database, normalizer(installation.pipeline_url), workspace_id)
    with database.workspace(workspace_id) as session:
        balances = check_conservation(session, workspace_id)
    assert sum(balance.records for balance in balances) > len(CONNECTORS)
    lost = [f"{balance.source}: {balance.lost} of {balance.records}" for balance in balances if balance.lost]
    assert not lost, lost
    assert all(balance.pending == 0 and balance.balanced for balance in balances)
