"""The catalog of connector types, and which of them a plan includes."""

from dataclasses import asdict
from typing import Any

from api.access.plans import is_included
from causeloop_pipeline.connectors.proofs import Proofs, read_proofs
from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.connectors.spec import Connector, Field


def build_catalog(plan: str) -> list[dict[str, Any]]:
    """All connector types, by category and title."""
    tools = sorted(CONNECTORS.values(), key=lambda tool: (tool.category.value, tool.title))
    return [_build_entry(tool, plan) for tool in tools]


def _build_entry(tool: Connector, plan: str) -> dict[str, Any]:
    return {
        "type": tool.name,
        "title": tool.title,
        "category": tool.category.value,
        "docs_url": tool.docs_url,
        "plan": tool.plan,
        "available": is_included(plan, tool.name),
        "polls": bool(tool.pulls or tool.query or tool.configure),
        "webhooks": tool.webhook is not None,
        "webhook_setup": tool.webhook.setup if tool.webhook else None,
        "tickets": tool.tickets,
        "proofs": _build_proofs(tool),
        "config": [_build_field(field) for field in tool.fields],
        "credentials": [_build_field(field) for field in tool.credentials],
    }


def _build_proofs(tool: Connector) -> dict[str, Any]:
    """What was run of the type, as in docs/connectors.md."""
    proofs = read_proofs().get(tool.name, Proofs(type=tool.name))
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
