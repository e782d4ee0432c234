"""The conformance kit finds nothing in sound connectors, and finds what is wrong in broken ones."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector, Pull
from causeloop_pipeline.landing.conformance.matrix import render_matrix, write_matrix
from causeloop_pipeline.landing.conformance.verify import Verification, verify_connector
from causeloop_pipeline.landing.conformance.webhook_behaviour import run_webhook_scenarios
from tests.connectors.case_records import CASES

PAGED_DIFFERENTLY = ["datadog", "github", "jira", "okta", "zendesk"]
"""By offset, link, token, link that never ends, and a stored token."""


@pytest.mark.parametrize("tool", PAGED_DIFFERENTLY)
def test_a_sound_connector_passes_every_scenario(tool: str) -> None:
    verification = verify_connector(CONNECTORS[tool], CASES)

    assert [(failure.scenario, failure.note) for failure in verification.failures] == []
    assert len(verification.outcomes) > 20
    assert verification.is_passed


def with_pull(tool: str, **changed: Any) -> Connector:
    """A tool with its first list declared otherwise, and no other list."""
    connector = CONNECTORS[tool]
    first: Pull = connector.pulls[0]
    return replace(connector, pulls=(replace(first, **changed),))


def test_a_list_of_which_no_record_can_be_read_does_not_pass() -> None:
    pull = CONNECTORS["jira"].pulls[0]
    unreadable = with_pull("jira", schema=replace(pull.schema, key="no.such.id"))
    verification = verify_connector(replace(unreadable, webhook=None), CASES)

    assert "no record of a list" in verification.pull_skipped
    assert not verification.is_passed


def test_a_webhook_case_that_is_not_read_is_found() -> None:
    outcomes = list(run_webhook_scenarios(CONNECTORS["github"], [{"unknown": True}], {}))

    assert [outcome.scenario for outcome in outcomes if not outcome.is_passed] == ["webhooks are read"]


DESCRIPTION: dict[str, Any] = {
    "operations": [
        {
            "method": "GET",
            "path": "/api/v2/incidents",
            "parameters": [{"name": "page[size]", "in": "query"}, {"name": "page[offset]", "in": "query"}],
            "responses": {"200": {"schema": {"$ref": "#/schemas/Page"}}},
        }
    ],
    "schemas": {
        "Page": {
            "type": "object",
            "properties": {
                "data": {"type": "array", "items": {"$ref": "#/schemas/Incident"}},
                "meta": {"type": "object"},
            },
        },
        "Incident": {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "attributes": {
                    "type": "object",
                    "properties": {
                        "title": {"type": "string"},
                        "severity": {"type": "string", "enum": ["SEV-1", "PURPLE"]},
                        "created": {"type": "string"},
                        "modified": {"type": "string"},
                    },
                },
            },
        },
    },
}


@pytest.fixture
def described(tmp_path: Path) -> Path:
    (tmp_path / "datadog.json").write_text(json.dumps(DESCRIPTION))
    return tmp_path


def test_a_declaration_is_held_against_the_vendors_description(described: Path) -> None:
    verification = verify_connector(CONNECTORS["datadog"], CASES, described)
    details = {(finding.what, finding.detail) for finding in verification.findings}

    assert ("field", "a record has no attributes.state") in details
    assert ("word", "the severity 'PURPLE' of attributes.severity has no meaning") in details
    assert ("field", "a record has no attributes.title") not in details
    assert {what for what, _ in details} == {"field", "word"}


def test_an_address_and_a_parameter_that_the_vendor_does_not_have_are_found(described: Path) -> None:
    elsewhere = verify_connector(with_pull("datadog", path="/api/v9/incident"), CASES, described)
    assert [finding.what for finding in elsewhere.findings] == ["address"]

    asking = verify_connector(with_pull("datadog", params=(("sort", "created"),)), CASES, described)
    assert ("parameter", "sort is not a parameter of /api/v2/incidents") in {
        (finding.what, finding.detail) for finding in asking.findings
    }


def test_where_there_is_no_description_it_says_so(tmp_path: Path) -> None:
    assert verify_connector(CONNECTORS["okta"], CASES, tmp_path).declaration_skipped
    assert verify_connector(CONNECTORS["okta"], CASES).declaration_skipped


def test_the_matrix_claims_only_what_was_run(tmp_path: Path) -> None:
    page = tmp_path / "connectors.md"
    page.write_text(
        "# Connectors\n\nBefore.\n\n<!-- conformance: begin -->old<!-- conformance: end -->\n\nAfter.\n"
    )
    write_matrix(page, [Verification(CONNECTORS["okta"])])

    text = page.read_text()
    assert text.startswith("# Connectors\n\nBefore.")
    assert text.endswith("After.\n")
    assert "old" not in text
    row = next(
        line for line in render_matrix([Verification(CONNECTORS["okta"])]).splitlines() if "okta" in line
    )
    assert "✓" not in row
    assert "✗" not in row
