"""Checks declared connectors, and tries them on a document of the tool."""

from typing import Any

from fastapi import Request

from api.connectors.setup import describe_sample
from api.http.computing.processes import Computing
from api.http.errors import Problem
from api.http.json_body import guard_json
from causeloop_pipeline.connectors.declared.declaration import read_declaration
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.spec import Connector
from causeloop_pipeline.egress.allow_list import read_allowed
from causeloop_pipeline.egress.policy import EgressPolicy
from causeloop_pipeline.landing.declaration_address import check_addresses
from causeloop_pipeline.landing.map_payload import map_payload
from causeloop_pipeline.settings import settings

MAX_SAMPLES = 3


async def read_declaration_body(request: Request) -> Request:
    """The request with its YAML read: `request.state.declared` holds its document; 422 with every problem."""
    guarded = await guard_json(request)
    body = await guarded.json() if await guarded.body() else None
    written = body.get("written") if isinstance(body, dict) else None
    if isinstance(written, str):
        computing: Computing = request.app.state.computing
        request.state.declared = await computing.run(
            request.state.caller.workspace_id, read_written, written, read_allowed(settings())
        )
    return guarded


def read_written(written: str, allowed: str) -> dict[str, Any]:
    """The document of the connector that a YAML text declares; 422 with every problem otherwise."""
    try:
        return _read(written, allowed)[1]
    except DeclarationError as error:
        errors = [
            {"in": "body", "pointer": "/written", "detail": str(problem)} for problem in error.problems[:100]
        ]
        detail = str(error)[:1_000]
        raise Problem(422, "validation_failed", detail, errors=errors) from None


def try_declaration(written: str, sample: Any, allowed: str) -> dict[str, Any]:
    """Every problem of a declaration or, without any, what it makes of the sample. Nothing is stored."""
    try:
        connector, document = _read(written, allowed)
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


def _read(written: str, allowed: str) -> tuple[Connector, dict[str, Any]]:
    connector, document = read_declaration(written)
    check_addresses(connector, EgressPolicy.parse(allowed))
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
