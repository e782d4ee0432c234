"""The eleven tools: each reads or writes, never both; what a tool takes, and what it answers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from causeloop_pipeline.agents.listing import find_patterns, list_due, list_fixes
from causeloop_pipeline.agents.product_api import ProductApi
from causeloop_pipeline.agents.reading import (
    explain_pattern,
    identify,
    match_failure,
    prove_fix,
    what_changed,
)
from causeloop_pipeline.agents.writing import claim_fix, correct, file_ticket
from causeloop_pipeline.model.pattern import PatternStatus
from causeloop_pipeline.model.prediction import NEAREST_WINDOW, WINDOWS

Answer = Callable[[ProductApi, Mapping[str, Any]], Awaitable[dict[str, Any]]]
Schema = dict[str, Any]


def _text(description: str, limit: int = 200) -> Schema:
    return {"type": "string", "maxLength": limit, "description": description}


def _number(low: int, high: int, default: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high, "default": default}


def _takes(*required: str, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


ID: Schema = {"type": "string", "format": "uuid"}
OFFSET: Schema = {
    "type": "integer",
    "minimum": 0,
    "maximum": 1000,
    "default": 0,
    "description": "`more` of the answer before",
}
FAILURE: dict[str, Schema] = {
    "text": _text("The failure: words, log line, stack trace or alert JSON", 100_000),
    "issue_id": {**ID, "description": "Or a stored issue"},
    "service": _text("Where it failed"),
    "environment": _text("Such as prod"),
}


@dataclass(frozen=True)
class AgentTool:
    """A tool, as agents see it."""

    name: str
    title: str
    description: str
    takes: Schema
    answer: Answer
    writes: bool = False


TOOLS: tuple[AgentTool, ...] = (
    AgentTool(
        "seen_before",
        "Have I seen this before",
        "Start here with any failure. Up to 5 known patterns with the calibrated probability of the same "
        "cause, why, how earlier ones ended, fixes tried and whether they held; or that it is new.",
        _takes(**FAILURE, version=_text("Release that failed"), limit=_number(1, 5, 3)),
        match_failure,
    ),
    AgentTool(
        "identify",
        "Identify a failure",
        "Stable id of a failure and who works on it. Ask before opening a ticket: equal failures have one.",
        _takes(**FAILURE),
        identify,
    ),
    AgentTool(
        "find_patterns",
        "Find patterns",
        "Search recurring failures by the words of their names; without words, the riskiest.",
        _takes(
            query=_text("Words"),
            status={"enum": [status.value for status in PatternStatus]},
            limit=_number(1, 20, 8),
            offset=OFFSET,
        ),
        find_patterns,
    ),
    AgentTool(
        "explain_pattern",
        "Explain a pattern",
        "Why its issues are one pattern, which pattern was closest, how earlier ones were closed, and "
        "whether what post-mortems decided held.",
        _takes("pattern_id", pattern_id=ID),
        explain_pattern,
    ),
    AgentTool(
        "what_changed",
        "What changed before it",
        "Changes (deploys, releases, configuration) before a pattern's last failure or a given time, "
        "latest first, with the likely trigger if there is evidence for one.",
        _takes(
            pattern_id=ID,
            service=_text("Service"),
            before={"type": "string", "format": "date-time"},
            limit=_number(1, 20, 8),
        ),
        what_changed,
    ),
    AgentTool(
        "due",
        "What is due",
        "Patterns likely to recur within the next days, with probability and expected date.",
        _takes(
            window_days={"enum": list(WINDOWS), "default": NEAREST_WINDOW},
            limit=_number(1, 20, 8),
            offset=OFFSET,
        ),
        list_due,
    ),
    AgentTool(
        "what_to_fix",
        "What to fix first",
        "Ranked fixes with effort and the recurrences that each prevents (80 % interval).",
        _takes(pattern_id=ID, limit=_number(1, 20, 5), offset=OFFSET),
        list_fixes,
    ),
    AgentTool(
        "proof_of_fix",
        "Did the fix hold",
        "Verdict on a claimed fix: rate ratio after/before with interval, or the earliest date of a proof.",
        _takes("recommendation_id", recommendation_id=ID),
        prove_fix,
    ),
    AgentTool(
        "claim_fix",
        "Claim a fix",
        "Record that a recommended fix is in place; its proof starts.",
        _takes(
            "recommendation_id",
            recommendation_id=ID,
            fixed_at={"type": "string", "format": "date-time"},
            note=_text("What was done", 2_000),
        ),
        claim_fix,
        writes=True,
    ),
    AgentTool(
        "correct",
        "Correct the grouping",
        "Record that an issue belongs to a pattern (same) or does not; every later grouping obeys.",
        _takes(
            "issue_id",
            "pattern_id",
            "same",
            issue_id=ID,
            pattern_id=ID,
            same={"type": "boolean"},
            reason=_text("Why", 500),
        ),
        correct,
        writes=True,
    ),
    AgentTool(
        "file_ticket",
        "File one ticket",
        "Claim a failure, once however often it is filed, and open its one ticket if `connector_id` is "
        "given; or the ticket of a recommendation. Answers with the ticket that exists already.",
        _takes(
            **FAILURE,
            recommendation_id=ID,
            connector_id={**ID, "description": "Tracker that opens it"},
            ticket_url=_text("Ticket you opened", 2_000),
            note=_text("What you know", 2_000),
        ),
        file_ticket,
        writes=True,
    ),
)
