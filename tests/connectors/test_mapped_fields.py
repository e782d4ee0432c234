"""What the fields of issues say, over all types: severities, services and links that a reader can use."""

import copy
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from causeloop_pipeline.connectors.configuration import fill_defaults
from causeloop_pipeline.connectors.json_paths import find_value
from causeloop_pipeline.connectors.mapping.fields import IssueMapping
from causeloop_pipeline.connectors.mapping.map_record import Record, map_record
from causeloop_pipeline.connectors.record_mappings import map_by
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import BASE_URL, Connector
from causeloop_pipeline.landing.record_meaning import RecordMeaning, UnknownVariantError, read_meaning
from causeloop_pipeline.model.issue import Identifies
from causeloop_pipeline.model.raw_record import RawRecord
from tests.connectors.case_records import case_records, load_connector
from tests.offenders import assert_no_offenders

SCALE = (*range(1, 11), 25, 50, 75, 90, 100)
NO_SERVICE = re.compile(r"\{?[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\}?|\S+@\S+\.\S+", re.IGNORECASE)
KIND_OF_RECORD = re.compile(
    r"(bug|case|defect|event|feature|incident|issue|problem|question|request|story|task|ticket|work item)s?"
    r"|report a .+",
    re.IGNORECASE,
)
"""What a tool calls its records, which says nothing of the cause."""
OWN_KINDS = {
    "azure_monitor": "a service health event is an incident, maintenance or advice",
    "salesforce": "a reason",
}
WITHOUT_PAGE = {
    "bmc_remedy": "the address is that of the API; where people open incidents is another one",
    "kubernetes": "a cluster has no pages",
}
WITHOUT_ALERT = ("prometheus_alertmanager", "alert without times")
"""A body with a summary alone, which names no alert that a page could be filtered by."""


def read_issues(tool: str) -> Iterator[tuple[Connector, RawRecord, RecordMeaning]]:
    """The records of a tool's case that are issues, with what they mean."""
    connector, config = load_connector(tool)
    for record in case_records(tool):
        try:
            meaning = read_meaning(connector, record, config)
        except UnknownVariantError:
            continue
        if meaning.kind == "issue":
            yield connector, record, meaning


def is_number(value: Any) -> bool:
    """Whether a value of a payload is a number, or a text that is one."""
    return not isinstance(value, bool) and bool(re.fullmatch(r"\d+(\.\d+)?", str(value)))


def change_value(document: Any, path: str, value: Any) -> Any:
    """The document with another value at a path."""
    changed = copy.deepcopy(document)
    *steps, last = (step.replace("\0", ".") for step in path.replace(r"\.", "\0").split("."))
    holder = changed
    for step in steps:
        holder = holder[int(step)] if isinstance(holder, list) else holder[step]
    holder[int(last) if isinstance(holder, list) else last] = value
    return changed


def test_every_number_that_may_be_a_severity_has_a_meaning() -> None:
    def find_problems(connector: Connector) -> Iterator[str]:
        for shaped, record, meaning in read_issues(connector.name):
            places = meaning.paths.get("severity", ())
            word = meaning.fields.get("severity_value")
            if len(places) != 1 or not is_number(word):  # words made of a number are listed one by one
                continue
            for number in SCALE:
                other = replace(record, payload=change_value(record.payload, places[0], number))
                read = read_meaning(shaped, other, load_connector(connector.name)[1])
                if "unmapped_severity" in read.fields["attributes"]:
                    yield f"{meaning.variant}: {places[0]} = {number} is {read.fields['severity']} by default"

    assert_no_offenders(CONNECTORS, find_problems)


def test_a_number_is_as_bad_in_any_spelling() -> None:
    def find_problems(connector: Connector) -> Iterator[str]:
        for shaped, record, meaning in read_issues(connector.name):
            places = meaning.paths.get("severity", ())
            if len(places) != 1 or not is_number(find_value(record.payload, places[0])):
                continue

            def read(
                value: Any, shaped: Connector = shaped, record: RawRecord = record, place: str = places[0]
            ) -> str:
                other = replace(record, payload=change_value(record.payload, place, value))
                return str(read_meaning(shaped, other, load_connector(shaped.name)[1]).fields["severity"])

            for number in SCALE:
                severities = {read(spelled) for spelled in (number, str(number), f"{number}.0", f"0{number}")}
                if len(severities) > 1:
                    yield f"{meaning.variant}: {places[0]} = {number} is {sorted(severities)} by its spelling"
            scores = [read(score) for score in ("9.8", 9.8, "7.5", "5.5", "5,5")]
            if scores[0] != scores[1] or scores[3] != scores[4]:
                yield f"{meaning.variant}: {places[0]} = scores are {scores}"

    assert_no_offenders(CONNECTORS, find_problems)


def test_a_score_with_a_fraction_is_read_whole() -> None:
    mapping = IssueMapping(name="finding", identifies=Identifies.EVENT, title="title", severity="cvss")
    connector = replace(CONNECTORS["wiz"], issues=(mapping,))
    for score, severity in (("9.8", "p1"), (7.5, "p2"), ("7.50", "p2"), ("4.3", "p3"), (2.1, "p4")):
        stored = Record("wiz", "record", {"title": "CVE-2026-1", "cvss": score})
        mapped = map_by(connector, stored, {}, datetime.now(UTC))
        assert mapped is not None
        assert mapped.fields["own_severity"] == severity


def test_a_score_out_of_a_hundred_is_as_bad_as_it_says() -> None:
    event = {"DetectName": "Malware", "DetectId": "ldt:1", "Severity": 90, "ComputerName": "web-1"}
    record = RawRecord(
        "crowdstrike", "ldt:1", {"event": event, "metadata": {"eventCreationTime": 1772438400000}}, "", None
    )
    read = [
        read_meaning(
            CONNECTORS["crowdstrike"],
            replace(record, payload=change_value(record.payload, "event.Severity", score)),
            {},
        ).fields["severity"]
        for score in (90, 70, 50, 30)
    ]
    assert read == ["p1", "p2", "p3", "p4"]


def test_a_service_is_not_a_uuid_and_no_person() -> None:
    def find_problems(connector: Connector) -> Iterator[str]:
        for _, record, meaning in read_issues(connector.name):
            service = meaning.fields.get("service", "")
            if NO_SERVICE.fullmatch(service):
                yield f"{meaning.variant} {record.external_id}: {service} of {meaning.paths['service']}"

    assert_no_offenders(CONNECTORS, find_problems)


def test_an_error_type_is_not_what_the_tool_calls_its_records() -> None:
    def find_problems(connector: Connector) -> Iterator[str]:
        for _, record, meaning in read_issues(connector.name):
            error_type = meaning.fields.get("error_type", "")
            if KIND_OF_RECORD.fullmatch(error_type):
                yield f"{meaning.variant} {record.external_id}: {error_type} of {meaning.paths['error_type']}"

    assert_no_offenders(
        {name: tool for name, tool in CONNECTORS.items() if name not in OWN_KINDS}, find_problems
    )


def test_what_names_no_service_leaves_the_place_to_the_next_that_may() -> None:
    mapping = IssueMapping(
        name="alert", identifies=Identifies.EVENT, title="title", service=("app_id", "owner", "app")
    )
    payload = {
        "title": "Down",
        "app_id": "3f0f4b1e-7a0c-4a3e-9a10-1d2f0c9d8e7f",
        "owner": "ada@acme.example",
        "app": "checkout",
    }
    assert map_record((mapping,), Record("own", "record", payload), {}).fields["service"] == "checkout"
    del payload["app"]
    assert "service" not in map_record((mapping,), Record("own", "record", payload), {}).fields


def test_an_issue_leads_to_the_tool_where_the_tools_address_is_known() -> None:
    """Of types that know where people open them; elsewhere the payload has the link or nobody has."""

    def find_problems(connector: Connector) -> Iterator[str]:
        if BASE_URL in connector.fields or all(each.name != "base_url" for each in connector.fields):
            return
        config = {"base_url": "https://tool.acme.example", **load_connector(connector.name)[1]}
        shaped = connector.resolve(config)
        for record in case_records(connector.name):
            try:
                meaning = read_meaning(shaped, record, fill_defaults(shaped, config))
            except UnknownVariantError:
                continue
            is_nameless = (
                connector.name,
                meaning.variant,
            ) == WITHOUT_ALERT and "labels.alertname" not in meaning.paths["title"]
            if meaning.kind == "issue" and not is_nameless and not meaning.fields.get("external_url"):
                yield f"{meaning.variant} {record.external_id} has no link"

    tools = {name: tool for name, tool in CONNECTORS.items() if name not in WITHOUT_PAGE}
    assert_no_offenders(tools, find_problems)
