"""The catalog of connector types, and which of them a plan includes."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from causeloop_pipeline.connectors.declared.declaration import DECLARATION_FIELD, build_connector
from causeloop_pipeline.connectors.declared.problems import DeclarationError
from causeloop_pipeline.connectors.registry import CONNECTORS, is_included
from causeloop_pipeline.connectors.spec import Connector, Field
from causeloop_pipeline.connectors.verification_labels import VerificationLabels, read_labels


def build_catalog(plan: str, declared: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All connector types and the workspace's own declarations, by category and title."""
    own = [_build_entry(tool, plan, declaration) for tool, declaration in _read_declared(declared)]
    entries = [*_build_known_entries(plan), *own]
    return sorted(
        entries, key=lambda each: (each["category"], each["title"].casefold(), each["declaration"] or "")
    )


@cache
def _build_known_entries(plan: str) -> list[dict[str, Any]]:
    return [_build_entry(tool, plan, None) for tool in CONNECTORS.values()]


def _read_declared(declared: Mapping[str, Any]) -> Iterator[tuple[Connector, str | None]]:
    """The declarations that this version can still read."""
    for name, document in declared.items():
        with contextlib.suppress(DeclarationError):
            yield build_connector(document), name


def _build_entry(tool: Connector, plan: str, declaration: str | None) -> dict[str, Any]:
    return {
        "type": tool.name,
        "declaration": declaration,
        "is_custom": declaration is not None,
        "title": tool.title,
        "category": tool.category.value,
        "docs_url": tool.docs_url,
        "plan": tool.plan,
        "available": is_included(plan, tool.name),
        "polls": tool.is_polled,
        "webhooks": tool.webhook is not None,
        "webhook_setup": tool.webhook.setup if tool.webhook else None,
        "tickets": tool.tickets,
        "proofs": _build_proofs(None if declaration else tool.name),
        "config": [_build_field(field) for field in tool.fields if field is not DECLARATION_FIELD],
        "credentials": [_build_field(field) for field in tool.credentials],
    }


def _build_proofs(name: str | None) -> dict[str, Any]:
    """The type's verification labels, as in docs/connectors.md; a workspace's own declaration has none."""
    proofs = read_labels().get(name or "", VerificationLabels(type=name or ""))
    return {name: value or "not run" for name, value in asdict(proofs).items() if name != "type"}


def _build_field(field: Field) -> dict[str, Any]:
    return {
        "name": field.name,
        "title": field.title,
        "help": field.help,
        "required": field.required,
        "default": field.default,
        "choices": list(field.choices),
        "type": field.type,
    }
