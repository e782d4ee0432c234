"""A vendor's own description of its API: operations, the shape of their answers, and lists of values."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from causeloop_pipeline.connectors.json_paths import split_path

MAX_STEPS = 40
SUCCESSES = ("200", "201", "202", "206", "default", "2XX")


@dataclass(frozen=True)
class Description:
    """The description of one vendor, as a JSON document with `operations` and `schemas`."""

    document: dict[str, Any]

    @property
    def is_rest(self) -> bool:
        """Whether it describes paths and methods, and not only a program's commands or a query language."""
        return any(operation.get("path") and operation.get("method") for operation in self.operations)

    @property
    def operations(self) -> list[dict[str, Any]]:
        """Every operation that the description holds."""
        return [entry for entry in self.document.get("operations") or [] if isinstance(entry, dict)]

    @property
    def is_sure(self) -> bool:
        """Whether it is known to be the vendor's own and of our time."""
        return str(self.document.get("_header", {}).get("confidence", "high")) == "high"

    def find_operations(self, method: str, path: str) -> list[dict[str, Any]]:
        """The operations at a path template; base paths before it and names of placeholders do not matter."""
        wanted = _normalize_path(path)
        return [
            operation
            for operation in self.operations
            if str(operation.get("method", "")).upper() == method
            and _is_same_path(wanted, _normalize_path(str(operation.get("path", ""))))
            and not self._is_of_another_version(path, str(operation.get("path", "")))
        ]

    def find_record_schemas(self, path: str) -> list[Any]:
        """The answers to a request for one record of the list at a path: they describe it in full."""
        operations = self.find_operations("GET", f"{path.partition('?')[0].rstrip('/')}/{{id}}")
        return [schema for schema in map(self.answer_schema, operations) if schema is not None]

    def _is_of_another_version(self, path: str, theirs: str) -> bool:
        """Whether our path names a version of the API, and the description's addresses name another."""
        addresses = [str(server) for server in self.document.get("servers") or ()] or [""]
        described = {version for address in addresses for version in _list_versions(f"{address}/{theirs}")}
        ours = _list_versions(path)
        return bool(ours and described) and not set(ours) & described

    def answer_schema(self, operation: dict[str, Any]) -> Any:
        """The schema of an operation's answer, None where it is not described."""
        if "output" in operation:
            return operation["output"]
        responses = operation.get("responses") or {}
        answers = (responses.get(status) for status in SUCCESSES)
        return next(
            (answer["schema"] for answer in answers if isinstance(answer, dict) and "schema" in answer), None
        )

    def parameter_names(self, operation: dict[str, Any]) -> set[str]:
        """Every parameter that an operation takes, in lower case; empty where none is described."""
        listed = [entry for entry in operation.get("parameters") or [] if isinstance(entry, dict)]
        names = {str(entry.get("name")) for entry in listed if entry.get("in") != "path"}
        bodies = [entry.get("schema") for entry in listed if entry.get("in") == "body"]
        if None in bodies:
            return set()  # what may be in the body is not described
        for holder in (*bodies, *(operation.get(name) for name in ("requestBody", "request_body", "input"))):
            names |= set(self._property_names(holder))
        if names:
            names |= set(map(str, self.document.get("pagination_params") or ()))
            names |= set(map(str, self.document.get("incremental_params") or ()))
        return {name.lower() for name in names}

    def resolve(self, schema: Any, path: str) -> list[Any] | None:
        """The schemas at a path below a schema; empty where it is left open, None where it does not exist."""
        nodes = list(self._expand(schema))
        for step in split_path(path):
            if any(_is_open(node) for node in nodes):
                return []
            nodes = [
                inner
                for node in nodes
                for child in _list_children(node, step)
                for inner in self._expand(child)
            ]
            if not nodes:
                return None
        return nodes

    def has_below(self, schema: Any, path: str) -> bool:
        """Whether a path exists in an answer, or in the value of one of its own fields."""
        names = set(self._property_names(schema))
        return any(
            self.resolve(schema, place) is not None for place in (path, *(f"{n}.{path}" for n in names))
        )

    def values_at(self, schema: Any, path: str) -> set[str]:
        """The listed values at a path."""
        nodes = self.resolve(schema, path) or []
        listed = [str(value) for node in nodes for value in node.get("enum") or () if value not in (None, "")]
        # Some generators write the whole list as one value: `[active suppressed]`.
        return {word for value in listed for word in (value[1:-1].split() if value[:1] == "[" else [value])}

    def _expand(self, schema: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
        """A schema with its references followed and its alternatives side by side."""
        if not isinstance(schema, dict) or depth > MAX_STEPS:
            return
        if isinstance(schema.get("schema"), dict):
            yield from self._expand(schema["schema"], depth + 1)
        if "$ref_omitted" in schema or "discriminator" in schema:
            yield {"open": True}
        reference = schema.get("$ref")
        if isinstance(reference, str):
            name = reference.rpartition("/")[2]
            referenced = (self.document.get("schemas") or {}).get(name)
            yield from (
                self._expand(referenced, depth + 1) if referenced is not None else iter([{"open": True}])
            )
        for combined in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(combined) or ():
                yield from self._expand(part, depth + 1)
        if not {"$ref", "allOf", "anyOf", "oneOf"} & schema.keys() or "properties" in schema:
            yield schema

    def _property_names(self, holder: Any) -> Iterator[str]:
        for node in self._expand(holder):
            properties = node.get("properties") or node.get("members") or {}
            yield from properties.keys()
            yield from (
                str(child["locationName"])
                for child in properties.values()
                if isinstance(child, dict) and "locationName" in child
            )


def read_description(folder: Path, connector_type: str) -> Description | None:
    """The description of a connector's vendor; None where there is none."""
    path = folder / f"{connector_type}.json"
    return Description(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def _list_children(node: dict[str, Any], step: str) -> Iterator[Any]:
    properties = node.get("properties") or node.get("members") or {}
    if step in properties:
        yield properties[step]
    for child in properties.values():
        if isinstance(child, dict) and child.get("locationName") == step:
            yield child
    if re.fullmatch(r"-?\d+|\*", step):
        yield from (node[name] for name in ("items", "member") if isinstance(node.get(name), dict))
    if isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"]


def _is_open(node: dict[str, Any]) -> bool:
    """Whether a schema says nothing of what is inside."""
    shapes = ("properties", "members", "items", "member", "additionalProperties")
    described = any(isinstance(node.get(name), dict) and node.get(name) for name in shapes)
    return not described and node.get("type") in (None, "object", "structure", "map", "array", "list")


def _list_versions(path: str) -> list[str]:
    return re.findall(r"/(v\d+)(?=/|$)", path.partition("?")[0])


def _normalize_path(path: str) -> tuple[str, ...]:
    steps = path.partition("?")[0].strip("/").split("/")
    return tuple("{}" if "{" in step else step.lower().removesuffix(".json") for step in steps)


def _is_same_path(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether one path ends like the other: a base path may belong to the address."""
    shorter = min(len(ours), len(theirs))
    if shorter == 0 or theirs == ("",):
        return False
    if ours[-1] != theirs[-1]:
        return False
    pairs = zip(ours[-shorter:], theirs[-shorter:], strict=True)
    return all(left == right or "{}" in (left, right) for left, right in pairs)
