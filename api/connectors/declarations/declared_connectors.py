"""Checks declared connectors, and tries them on a document of the tool."""

from typing import Any

from api.connectors.setup import describe_sample
from api.http.errors import Problem
from causeloop_pipeline.connectors.declared.declaration import read_declaration
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.declaration_address import check_addresses
from causeloop_pipeline.landing.map_payload import map_payload
from causeloop_pipeline.settings import settings

MAX_SAMPLES = 3


def read_written(written: str) -> tuple[Connector, dict[str, Any]]:
    """The connector that a YAML text declares, and its document; 422 with every problem otherwise."""
    try:
        return _read(written)
    except DeclarationError as error:
        errors = [
            {"in": "body", "pointer": "/written", "detail": str(problem)} for problem in error.problems[:100]
        ]
        detail = str(error)[:1_000]
        raise Problem(422, "validation_failed", detail, errors=errors) from None


def try_declaration(written: str, sample: Any) -> dict[str, Any]:
    """Every problem of a declaration or, without any, what it makes of the sample. Nothing is stored."""
    try:
        connector, document = _read(written)
    except DeclarationError as error:
        problems = [
            {"field": problem.field, "line": problem.line, "detail": problem.message}
            for problem in error.problems
        ]
        return {**_describe(None, None), "ok": False, "problems": problems}
    described = _describe(document["name"], document["title"])
    if sample is None:
        return described
    mapped = map_payload(connector, sample)
    meanings = mapped.issues + mapped.changes
    return described | {
        "records": len(meanings),
        "refused": [refused.reason for refused in mapped.quarantined[:MAX_SAMPLES]],
        "samples": [describe_sample(meaning) for meaning in meanings[:MAX_SAMPLES]],
    }


def _read(written: str) -> tuple[Connector, dict[str, Any]]:
    connector, document = read_declaration(written)
    check_addresses(connector, EgressPolicy.parse(settings().egress_allow))
    return connector, document


def _describe(name: str | None, title: str | None) -> dict[str, Any]:
    return {
        "ok": True,
        "name": name,
        "title": title,
        "problems": [],
        "records": 0,
        "refused": [],
        "samples": [],
    }
