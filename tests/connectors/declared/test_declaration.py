"""Declarations of people's own connectors: what they may say, and what is refused with which sentence."""

import re
from datetime import UTC, datetime
from typing import get_args

import pytest

from causeloop_pipeline.connectors.auth import Bearer, FirstOf, SingleAuth
from causeloop_pipeline.connectors.cases import Case
from causeloop_pipeline.connectors.configuration import find_problems
from causeloop_pipeline.connectors.declared.declaration import read_declaration
from causeloop_pipeline.connectors.declared.patterns import (
    MAX_EXPANDED,
    MAX_TEXT,
    find_first,
    find_pattern_problem,
    measure_expanded,
)
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.declared.vocabulary import NOT_DECLARED_CLASSES, find_word
from causeloop_pipeline.connectors.declared.yaml_text import MAX_TEXT_BYTES
from causeloop_pipeline.connectors.mapping.expressions import Condition, Expression
from causeloop_pipeline.connectors.pages import OffsetPages, OnePage, Pages
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.signatures import Signature
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.egress.receivers import NOBODY, find_receivers
from causeloop_pipeline.landing.conformance.verify import Inputs, verify_case
from causeloop_pipeline.landing.declaration_address import check_addresses
from causeloop_pipeline.landing.inbound.signature import SignatureError
from causeloop_pipeline.landing.inbound.webhook import receive
from causeloop_pipeline.landing.map_payload import map_payload
from causeloop_pipeline.settings import ROOT
from tests.connectors.declared.written import ANSWER, DEPLOY, DESK, TICKET

BOMB = (
    "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b]\n"
)
REFUSED = {
    "a bomb of aliases": (BOMB, "anchors and aliases are not read"),
    "a tag that builds objects": ("a: !!python/object/apply:os.system [id]", "is not read: leave it out"),
    "a list in a list without end": ("[" * 100_000, "nested deeper than 30 levels"),
    "5 MB": ("a: " + "x" * 5_000_000, f"larger than {MAX_TEXT_BYTES:,} bytes"),
    "many values": ("a: [" + "1," * 20_000 + "]", "more than 5,000 values"),
    "no YAML": ("name: [", "not YAML"),
    "a key twice": ("name: a\nname: b", "line 2, name: is there twice"),
    "no object": ("- 1", "expected an object"),
    "a page of no records": (
        DESK.replace("size: 50", "size: 0"),
        "offset_pages.size: expected",
    ),
    "a span that reads forever": (
        DESK.replace("10 minutes", "4000 days"),
        "since.overlap: expected",
    ),
    "a window of no time": (
        DESK.replace("overlap: 10 minutes", "window: 0 seconds"),
        "pulls[0].since.window: expected",
    ),
    "a word that is none": (
        DESK.replace("offset_pages", "endless"),
        "expected one of one_page",
    ),
    "a field that is none": (DESK.replace("records:", "rows:"), "pulls[0].rows: no such field"),
    "a pattern with look-ahead": (DESK.replace("(\\\\w+Error)", "(?=x)"), "invalid perl operator"),
    "an address in a path": (DESK.replace("path: /", "path: https://x.example/"), "only the path"),
    "a place that nothing fills": (DESK.replace("{project}", "{other}"), "nothing fills {other}"),
    "a word of no meaning": (
        DESK.replace("minor: p4", "minor: p9"),
        "severity.minor: expected one of p1",
    ),
    "a kind that is the product's own": (
        DESK.replace("kind: change", "kind: normalized"),
        "kind: expected small letters",
    ),
    "a name that is none": (DESK.replace("acme_desk", "../etc"), "line 2, name: 2 to 40 small letters"),
    "a filter in code": (DESK.replace("key: id,", "key: id, normalize: true,"), "normalize: no such field"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_hostile_or_wrong_declaration_is_refused_with_field_and_cure(case: str) -> None:
    text, sentence = REFUSED[case]

    with pytest.raises(DeclarationError) as refused:
        read_declaration(text)

    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1",
        "https://169.254.169.254/latest",
        "https://[::1]",
        "https://10.0.0.8",
        "https://localhost",
        "https://db.internal",
        "https://0x7f000001",
        "https://2130706433",
        "http://api.acme.example",
        "https://api.acme.example:8443",
    ],
)
def test_a_declaration_with_an_internal_address_is_refused(address: str) -> None:
    connector, _ = read_declaration(DESK.replace("https://api.acme.example", address))

    with pytest.raises(DeclarationError, match="CAUSELOOP_EGRESS_ALLOW"):
        check_addresses(connector, EgressPolicy())


def test_a_declaration_is_read_in_the_vocabulary_of_the_built_in_ones() -> None:
    connector, document = read_declaration(DESK)

    assert document["name"] == "acme_desk"
    assert connector.pulls[0].pages == OffsetPages(size=50)
    assert connector.pulls[0].params == (("order", "asc"),)
    assert connector.webhook is not None
    check_addresses(connector, EgressPolicy())


def test_a_word_that_holds_nothing_may_stand_alone() -> None:
    text = DESK.replace("{offset_pages: {size: 50}}", "one_page").replace('{bearer: "{token}"}', "bearer")

    connector, _ = read_declaration(text)

    assert (connector.pulls[0].pages, connector.auth) == (OnePage(), Bearer("{token}"))


def test_a_declared_mapping_gives_the_same_fields_as_a_built_in_one() -> None:
    mapped = map_payload(read_declaration(DESK)[0], ANSWER)
    issue = mapped.issues[0].fields

    assert {
        name: issue[name] for name in ("external_id", "title", "body", "severity", "status", "service")
    } == {
        "external_id": "acme_desk/7",
        "title": "TimeoutError in checkout",
        "body": "It hangs",
        "severity": "p1",
        "status": "resolved",
        "service": "pay",
    }
    assert issue["error_type"] == "TimeoutError"
    assert mapped.issues[0].paths["service"] == ("labels",)


def test_a_declared_pattern_takes_no_time_where_another_engine_takes_years() -> None:
    assert find_pattern_problem("(a+)+$") is None
    assert find_first("(a+)+$", "a" * (MAX_TEXT - 1) + "b") is None  # ends at all


def test_the_kit_proves_a_declared_connector_as_it_proves_a_built_in_one() -> None:
    case = Case(pull={"tickets": ANSWER}, webhook=[{"ticket": TICKET}, {"deploy": DEPLOY}])
    connector, _ = read_declaration(DESK.replace("size: 50", "size: 20"))

    verification = verify_case(connector, case, Inputs())

    assert [f"{failed.scenario}: {failed.note}" for failed in verification.failures] == []
    assert verification.passed_count > 30
    assert verification.lands_changes


def test_the_document_has_a_declaration_that_can_be_used_and_every_word() -> None:
    text = (ROOT / "docs/own_connectors.md").read_text(encoding="utf-8")
    example = text.partition("```yaml\n")[2].partition("```")[0]
    unions = (Pages, SingleAuth, FirstOf, Signature, Expression, Condition)
    classes = {chosen for union in unions for chosen in (get_args(union) or (union,))}

    read_declaration(example)
    words = {find_word(chosen) for chosen in classes - NOT_DECLARED_CLASSES}
    assert words - set(re.findall(r"`(\w+)`", text)) == set()


def test_a_stored_declaration_that_is_not_understood_any_more_gets_no_credentials_and_no_records() -> None:
    tool, config = CONNECTORS["custom_api"], {"declaration": {"name": "old_desk", "pagination": "endless"}}

    assert find_receivers(tool, config) == NOBODY
    assert [problem.field for problem in find_problems(tool, config, {})] == ["config.declaration"]
    with pytest.raises(SignatureError, match="no longer understood"):
        receive(tool, headers={}, body=b"{}", secrets=["s"], now=datetime.now(UTC), config=config)


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("(.*){1000}", 3_000),
        (r"((a{10}){10}){11}", 1_221),
        (r"(\w+Error)", 8),
        (r"[0-9a-f]{8}-[0-9a-f]{4}", 13),
        (r"\{1000\}[{]1000}", 12),
        ("a{2,}b*", 4),
    ],
)
def test_repetitions_are_measured_as_they_are_written_out(pattern: str, parts: int) -> None:
    assert measure_expanded(pattern) == parts
    assert (find_pattern_problem(pattern) is None) == (parts <= MAX_EXPANDED)


def test_a_declaration_with_a_repetition_of_thousands_is_refused_by_its_line() -> None:
    with pytest.raises(DeclarationError, match="once repetitions are written out") as refused:
        read_declaration(DESK.replace("(\\\\w+Error)", "(.*){1000}"))

    assert refused.value.problems[0].line


def test_a_pattern_looks_at_the_beginning_of_a_text() -> None:
    assert find_first("(End)", "x" * (MAX_TEXT - 3) + "End") == "End"
    assert find_first("(End)", "x" * MAX_TEXT + "End") is None
