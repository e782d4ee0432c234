"""Checks every response against the OpenAPI document: status, media type, schema, and problem details."""

import json
import re
from functools import cache
from typing import Any

import httpx2
from jsonschema import Draft202012Validator


class Contract:
    """The document of a running API."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.operations = [
            (method.upper(), _compile_path(path), path, operation)
            for path, operations in document["paths"].items()
            for method, operation in operations.items()
        ]
        self.validator = cache(self._make_validator)
        self.operation = cache(self._find_operation)
        self._problem = self._make_validator_of({"$ref": "#/components/schemas/ProblemDetails"})

    def check(self, response: httpx2.Response) -> None:
        """Fail when a response does not match the document."""
        request = response.request
        operation = self.operation(request.method, request.url.path)
        if operation is None or response.headers.get("content-type", "").startswith("text/event-stream"):
            return
        status = str(response.status_code)
        assert status in operation["responses"] or status in {"304", "405"}, f"{status} is not documented"
        if response.status_code >= 400:
            self._check_problem(response)
        elif response.status_code not in {204, 303, 304} and response.headers.get("content-length") != "0":
            content = operation["responses"][status].get("content", {})
            media_type = response.headers["content-type"].partition(";")[0]
            assert media_type in content, f"{media_type} is not documented"
            if media_type == "application/json":
                response.read()
                self.validator(operation["operationId"], status).validate(json.loads(response.content))

    def _find_operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The operation of a path; a literal path takes precedence over one with parameters."""
        matches = [
            (template, operation)
            for operation_method, pattern, template, operation in self.operations
            if operation_method == method and pattern.fullmatch(path)
        ]
        return min(matches, key=lambda item: item[0].count("{"))[1] if matches else None

    def _check_problem(self, response: httpx2.Response) -> None:
        response.read()
        assert response.headers["content-type"] == "application/problem+json"
        problem = json.loads(response.content)
        self._problem.validate(problem)
        assert problem["status"] == response.status_code
        assert problem["trace_id"] == response.headers["x-request-id"]

    def _make_validator(self, operation_id: str, status: str) -> Draft202012Validator:
        operation = next(item for *_, item in self.operations if item["operationId"] == operation_id)
        schema = operation["responses"][status]["content"]["application/json"]["schema"]
        return self._make_validator_of(schema)

    def _make_validator_of(self, schema: dict[str, Any]) -> Draft202012Validator:
        return Draft202012Validator({**schema, "components": self.document["components"]})


def _compile_path(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[^}]+\}", "[^/]+", template))
