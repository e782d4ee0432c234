"""The conformance kit finds nothing in sound connectors, and finds what is wrong in broken ones."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from causeloop_pipeline.connectors.cases import read_case
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector, Pull
from causeloop_pipeline.connectors.verification_labels import VerificationLabels
from causeloop_pipeline.landing.conformance.labels import label
from causeloop_pipeline.landing.conformance.matrix import render_matrix, write_matrix
from causeloop_pipeline.landing.conformance.scenarios.pushing import Pushes, run_webhook_scenarios
from causeloop_pipeline.landing.conformance.verify import Inputs, Verification, verify_connector

INPUTS = Inputs()
PAGED_DIFFERENTLY = [
    "datadog",
    "okta",
    *(pytest.param(tool, marks=pytest.mark.slow) for tool in ("github", "jira", "zendesk")),
]
"""By offset, link that never ends, link, token, and a stored token."""


@cache
def verify_sound(tool: str) -> Verification:
    """Everything that can be run for a connector as it is, run once."""
    return verify_connector(CONNECTORS[tool], INPUTS)


def compare(connector: Connector, descriptions: Path, payloads: Path | None = None) -> Verification:
    """A connector's declaration beside what the vendor says; nothing is run."""
    return verify_connector(connector, Inputs(descriptions, payloads, with_behaviour=False))


@pytest.mark.parametrize("tool", PAGED_DIFFERENTLY)
def test_a_sound_connector_passes_every_scenario(tool: str) -> None:
    verification = verify_sound(tool)

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
    verification = verify_connector(replace(unreadable, webhook=None), INPUTS)

    assert "no record of a list" in verification.pull_skipped
    assert not verification.is_passed


def test_a_webhook_case_that_is_not_read_is_found() -> None:
    outcomes = list(run_webhook_scenarios(Pushes(CONNECTORS["github"], [{"unknown": True}], {})))

    assert [outcome.scenario for outcome in outcomes if outcome.is_passed is False] == ["webhooks are read"]


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


def keep_described(name: str) -> Connector:
    """The connector with its first list only, which is all that the description here holds."""
    return replace(CONNECTORS[name], pulls=CONNECTORS[name].pulls[:1])


def test_a_declaration_is_held_against_the_vendors_description(described: Path) -> None:
    verification = compare(keep_described("datadog"), described)
    details = {(finding.what, finding.detail) for finding in verification.findings}

    assert ("field", "a record has no attributes.state") in details
    assert ("word", "the severity 'PURPLE' of attributes.severity has no meaning") in details
    assert ("field", "a record has no attributes.title") not in details
    assert {what for what, _ in details} == {"field", "word"}


def test_an_address_and_a_parameter_that_the_vendor_does_not_have_are_found(described: Path) -> None:
    elsewhere = compare(with_pull("datadog", path="/api/v9/incident"), described)
    assert [finding.what for finding in elsewhere.findings] == ["address"]

    asking = compare(with_pull("datadog", params=(("sort", "created"),)), described)
    assert ("parameter", "sort is not a parameter of /api/v2/incidents") in {
        (finding.what, finding.detail) for finding in asking.findings
    }


def test_where_there_is_no_description_it_says_so(tmp_path: Path) -> None:
    assert compare(CONNECTORS["okta"], tmp_path).declaration_skipped
    assert verify_sound("okta").declaration_skipped


def list_failed(verification: Verification) -> set[str]:
    return {failure.scenario for failure in verification.failures}


def test_ids_that_two_records_share_are_found() -> None:
    shared = with_pull("okta", schema=replace(CONNECTORS["okta"].pulls[0].schema, key_pattern=r"^(.)"))

    assert "keys are unique" in list_failed(verify_connector(replace(shared, webhook=None), INPUTS))


def test_a_refresh_that_reads_no_record_again_is_found() -> None:
    pull = CONNECTORS["pagerduty"].pulls[0]
    assert pull.refresh is not None
    lost = with_pull("pagerduty", refresh=replace(pull.refresh, ids=r"(?P<id>[0-9]{99})"))

    assert "resolved between polls" in list_failed(verify_connector(replace(lost, webhook=None), INPUTS))


def test_a_refresh_fills_its_address_from_the_configuration_too() -> None:
    """Sentry's holds the organization: without it every sync with an open issue would end in an error."""
    verification = verify_sound("sentry")

    assert verification.has_passed("resolved between polls", "deleted between polls")


def test_a_description_of_another_version_or_of_doubtful_age_fails_nothing(tmp_path: Path) -> None:
    for name, changed in {
        "older": {
            "servers": ["https://api.example/api/v1"],
            "operations": [{**DESCRIPTION["operations"][0], "path": "/incidents"}],
        },
        "unsure": {"_header": {"confidence": "medium"}},
    }.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "datadog.json").write_text(json.dumps(DESCRIPTION | changed))
        compared = compare(CONNECTORS["datadog"], tmp_path / name)
        verification = replace(compared, outcomes=verify_sound("datadog").outcomes)

        assert verification.is_passed
        assert label(CONNECTORS["datadog"], verification).described_by == "knowledge"


def test_a_field_that_a_real_payload_holds_is_not_a_difference(described: Path, tmp_path: Path) -> None:
    payloads = tmp_path / "payloads"
    (payloads / "datadog").mkdir(parents=True)
    answer = read_case("datadog").pull["incidents"]
    (payloads / "datadog" / "list.json").write_text(json.dumps(answer))
    verification = compare(keep_described("datadog"), described, payloads)

    assert {finding.what for finding in verification.findings} == {"word"}
    assert label(CONNECTORS["datadog"], verification).described_by == "real payload"


def test_the_labels_claim_only_what_was_run_and_passed() -> None:
    connector = CONNECTORS["okta"]
    assert label(connector, Verification("okta")) == VerificationLabels(type="okta")

    verification = verify_sound(connector.name)
    labels = label(connector, verification)

    assert (labels.pull, labels.push, labels.kill, labels.tickets) == ("yes", "yes", "yes", "")
    assert label(connector, replace(verification, outcomes=verification.outcomes[:3])).kill == ""


def test_the_matrix_is_written_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "connectors.md"
    page.write_text("# Connectors\n\nBefore.\n\n<!-- connectors -->old<!-- /connectors -->\n\nAfter.\n")
    labels = {"okta": VerificationLabels(type="okta", pull="yes", drift="failed")}
    write_matrix(page, {"okta": CONNECTORS["okta"]}, labels)

    text = page.read_text()
    assert text.startswith("# Connectors\n\nBefore.")
    assert text.endswith("After.\n")
    assert "old" not in text
    assert "| `okta` | Okta | Security | starter | event | field | ✓ | | | | | | ✗ | | knowledge |" in text
    assert "✓" not in render_matrix({"okta": CONNECTORS["okta"]}, {})
