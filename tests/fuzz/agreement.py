"""Checks for schemathesis: the API takes what the OpenAPI document allows, and nothing else.

Its own check of the first refuses every 422. This product also answers so to a rule that is broken, which no
document can express: a name that does not exist, the last owner, a day that is past. Such an answer has a
code of its own.
"""

from typing import Any

import schemathesis
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.checks import negative_data_rejection

FORM_CODES = {"malformed_json", "malformed_request", "not_json", "unknown_sort", "validation_failed"}

TOOL, DECLARATION = "GET /v1/connectors/catalog names each tool's fields", "docs/own_connectors.md"
DESCRIBED_ELSEWHERE = {
    "POST /v1/connectors": TOOL,
    "PATCH /v1/connectors/{connector_id}": TOOL,
    "POST /v1/connector-declarations": DECLARATION,
    "POST /v1/ingest/cloudevents": "CloudEvents 1.0: headers, or another media type",
    "POST /v1/ingest/otlp/v1/logs": "OpenTelemetry's protobuf",
    "POST /v1/ingest/otlp/v1/metrics": "OpenTelemetry's protobuf",
    "POST /v1/ingest/otlp/v1/traces": "OpenTelemetry's protobuf",
}
"""Operations that take a form of somebody else's, and who describes it."""


@schemathesis.check
def check_declared_form(
    _context: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """Fail where a request as the document wants it is refused as malformed."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if response.status_code < 400 or case.operation.label in DESCRIBED_ELSEWHERE:
        return
    if any(value in {None, "null"} for value in (case.path_parameters or {}).values()):
        return  # it takes an id from an earlier answer, also where that has none
    code = response.json().get("code")
    if code in FORM_CODES:
        raise AssertionError(f"the document allows it, and it is refused: {code}")


@schemathesis.check
def check_other_form(
    context: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case[Any]
) -> None:
    """Fail where a request that the document does not want is taken; in a query any value is a text."""
    try:
        negative_data_rejection(context, response, case)
    except AssertionError:
        if not (_is_text_after_all(case) or _is_right_when_trimmed(case) or _is_refused(response)):
            raise


def _is_refused(response: schemathesis.Response) -> bool:
    """Whether it was too large, or one of several, each of which is taken or rejected by itself."""
    if response.status_code == 413:
        return True
    return response.status_code == 202 and response.json().get("rejected", 0) > 0


def _is_right_when_trimmed(case: schemathesis.Case[Any]) -> bool:
    """Whether all that is wrong is white space around texts: they are trimmed before they are measured."""
    content = case.operation.definition.raw.get("requestBody", {}).get("content", {})
    trimmed = trim_texts(case.body)
    if trimmed == case.body or "application/json" not in content:
        return False
    body = content["application/json"]["schema"]
    components = case.operation.schema.raw_schema["components"]
    return bool(Draft202012Validator({"allOf": [body], "components": components}).is_valid(trimmed))


def trim_texts(value: Any) -> Any:
    """A body with all texts in it trimmed."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [trim_texts(item) for item in value]
    if isinstance(value, dict):
        return {name: trim_texts(item) for name, item in value.items()}
    return value


def _is_text_after_all(case: schemathesis.Case[Any]) -> bool:
    """Whether all that is wrong is the type of what is sent for a text, which a query does not show."""
    texts = {
        each["name"] for each in case.operation.definition.raw.get("parameters", []) if _takes_texts(each)
    }
    data = None if case.meta is None else case.meta.phase.data
    changed = {mutation.parameter for mutation in getattr(data, "mutations", ())}
    return bool(changed) and changed <= texts


def _takes_texts(parameter: dict[str, Any]) -> bool:
    schema = parameter["schema"]
    kinds = [kind["items"] if kind.get("type") == "array" else kind for kind in schema.get("anyOf", [schema])]
    return parameter["in"] == "query" and any(
        kind.get("type") == "string" and not kind.keys() & {"pattern", "format", "enum", "const"}
        for kind in kinds
    )
