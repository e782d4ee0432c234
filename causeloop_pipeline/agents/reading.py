"""The tools that read: each asks the API as the caller and tells the answer in few words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from causeloop_pipeline.agents.product_api import ProductApi
from causeloop_pipeline.agents.wording import drop_empty, fit, quote

MAX_FIXES, MAX_ENDINGS, MAX_REASONS, MAX_ITEMS = 3, 2, 3, 3
MAX_LEAD = timedelta(days=7)
FAILURE_FIELDS = ("text", "issue_id", "service", "environment")

Arguments = Mapping[str, Any]


def select_failure(arguments: Arguments) -> dict[str, Any]:
    """What the arguments say of a failure."""
    return {name: arguments.get(name) for name in FAILURE_FIELDS}


async def match_failure(api: ProductApi, arguments: Arguments) -> dict[str, Any]:
    """The likeliest patterns of a failure, and what is known of them."""
    failure = {**select_failure(arguments), "version": arguments.get("version")}
    seen = await api.post("/v1/seen-before", **failure, limit=arguments.get("limit", 3))
    matches = [_tell_match(match) for match in seen["matches"]]
    answer = {"new_probability": seen["new_probability"], "is_new": seen["is_new"], "matches": matches}
    return fit(answer, "matches")


def _tell_match(match: Mapping[str, Any]) -> dict[str, Any]:
    pattern, nearest, following = match["pattern"], match["nearest_issue"], match["next"]
    return drop_empty(
        {
            "probability": match["probability"],
            "pattern": pattern and tell_pattern(pattern),
            "nearest_issue": {"id": nearest["id"], "title": quote(nearest["title"])},
            "why": [quote(reason["text"]) for reason in match["reasons"][:MAX_REASONS]],
            "differs": [
                {"field": each["field"], "this": quote(each["this"], 80), "theirs": quote(each["theirs"], 80)}
                for each in match["differences"][:MAX_REASONS]
            ],
            "ended": [_tell_ending(ending) for ending in match["endings"][:MAX_ENDINGS]],
            "notes": [quote(note["note"]) for note in match["notes"][:1]],
            "fixes": [_tell_fix(fix) for fix in match["fixes"][:MAX_FIXES]],
            "next": following
            and drop_empty(
                {
                    name: following[name]
                    for name in ("probability", "window_days", "date_low", "date_median", "date_high")
                }
            ),
            "tickets": [_tell_ticket(ticket) for ticket in match["tickets"][:2]],
            "assignee": match["assignee"] and quote(match["assignee"]["name"]),
        }
    )


def tell_pattern(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """A pattern in few words."""
    names = (
        "id",
        "status",
        "confidence",
        "risk_score",
        "issue_count",
        "occurrence_count",
        "last_seen_at",
        "url",
    )
    return drop_empty({**{name: pattern.get(name) for name in names}, "name": quote(pattern["name"])})


def _tell_ending(ending: Mapping[str, Any]) -> dict[str, Any]:
    return drop_empty(
        {
            "issue": quote(ending["external_id"], 60),
            "status": ending["status"],
            "resolution": quote(ending["resolution"], 80),
            "resolved_at": ending["resolved_at"],
            "by": quote(ending["resolved_by"], 60),
        }
    )


def _tell_fix(fix: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "recommendation_id",
        "fixed_at",
        "verdict",
        "rate_ratio",
        "rate_ratio_low",
        "rate_ratio_high",
        "earliest_proof_date",
        "withdrawn_at",
    )
    return drop_empty({**{name: fix[name] for name in names}, "title": quote(fix["title"], 120)})


def _tell_ticket(ticket: Mapping[str, Any]) -> dict[str, Any]:
    return drop_empty(
        {
            "status": ticket["status"],
            "id": quote(ticket["external_id"], 60),
            "url": quote(ticket["external_url"]),
        }
    )


async def identify(api: ProductApi, arguments: Arguments) -> dict[str, Any]:
    """The identity of a failure, and who works on it."""
    return tell_identity(await api.post("/v1/identify", **select_failure(arguments)))


def tell_identity(identity: Mapping[str, Any]) -> dict[str, Any]:
    """An identity in few words."""
    claim, pattern = identity["claim"], identity["pattern"]
    return drop_empty(
        {
            "identity": identity["identity"],
            "is_known": identity["is_known"],
            "is_new_claim": identity.get("is_new_claim"),
            "pattern": pattern and {**tell_pattern(pattern), "probability": pattern["probability"]},
            "claim": claim
            and drop_empty(
                {
                    "id": claim["id"],
                    "by": quote(claim["claimed_by_name"] or claim["claimed_by"]),
                    "at": claim["claimed_at"],
                    "released_at": claim["released_at"],
                    "recurrences": claim["recurrence_count"],
                    "note": quote(claim["note"]),
                    "ticket": quote(claim["ticket_url"]),
                }
            ),
            "assignee": identity["assignee"] and quote(identity["assignee"]["name"]),
            "tickets": [_tell_ticket(ticket) for ticket in identity["tickets"][:3]],
        }
    )


async def explain_pattern(api: ProductApi, arguments: Arguments) -> dict[str, Any]:
    """What holds a pattern together, and what was closest."""
    path = f"/v1/patterns/{arguments['pattern_id']}"
    pattern = await api.get(path)
    members = await api.get(f"{path}/members", sort="-similarity", limit=5)
    cited = await api.get("/v1/postmortems/items", pattern_id=pattern["id"])
    shared = {
        name: quote(str(fact["value"]), 80)
        for name, fact in pattern["fingerprint"].items()
        if isinstance(fact, dict) and fact.get("value") is not None
    }
    answer = {
        "pattern": tell_pattern(pattern),
        "shared": shared,
        "closure_notes": [
            quote(note["note"]) for note in pattern["closure_notes"] if not note["withdrawn_at"]
        ][:2],
        "action_items": [_tell_item(item) for item in cited["data"] if not item["is_dropped"]][:MAX_ITEMS],
        "members": [
            drop_empty(
                {
                    "issue_id": member["id"],
                    "title": quote(member["title"], 120),
                    "similarity": member["similarity"],
                    "why": quote((member["reason"] or {}).get("text")),
                    "closest_other": member["nearest_pattern_id"],
                    "kept_out_by": quote(member["nearest_missing"], 120),
                }
            )
            for member in members["data"]
        ],
    }
    return fit(answer, "members", has_further=members["page"]["next_cursor"] is not None)


def _tell_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a post-mortem says was to be done about a pattern, and whether it held."""
    names = ("kind", "is_done", "done_at", "verdict")
    return drop_empty(
        {
            **{name: item[name] for name in names},
            "text": quote(item["text"], 120),
            "postmortem": quote(item["postmortem_title"], 80),
            "why": quote(item["verdict_text"]),
        }
    )


async def what_changed(api: ProductApi, arguments: Arguments) -> dict[str, Any]:
    """Changes before a failure, and the likely trigger."""
    service, before, trigger = arguments.get("service"), arguments.get("before"), None
    if arguments.get("pattern_id"):
        pattern = await api.get(f"/v1/patterns/{arguments['pattern_id']}")
        predictions = await api.get("/v1/predictions", pattern_id=pattern["id"], limit=1)
        trigger = next((row["likely_trigger"] for row in predictions["data"]), None)
        before = before or pattern["last_seen_at"]
        shared = pattern["fingerprint"].get("service")
        service = service or (shared.get("value") if isinstance(shared, dict) else None)
    until = datetime.fromisoformat(before) if before else datetime.now(UTC)
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    page = await api.get(
        "/v1/changes",
        service=service,
        changed_from=(until - MAX_LEAD).isoformat(),
        changed_before=until.isoformat(),
        sort="-changed_at",
        limit=arguments.get("limit", 8),
    )
    changes = [
        drop_empty(
            {
                "changed_at": change["changed_at"],
                "kind": change["kind"],
                "title": quote(change["title"]),
                "service": quote(change["service"], 80),
                "hours_before": round(
                    (until - datetime.fromisoformat(change["changed_at"])).total_seconds() / 3600, 1
                ),
            }
        )
        for change in page["data"]
    ]
    answer = drop_empty({"likely_trigger": quote(trigger), "before": until.isoformat()})
    return fit({**answer, "changes": changes}, "changes", has_further=page["page"]["next_cursor"] is not None)


async def prove_fix(api: ProductApi, arguments: Arguments) -> dict[str, Any]:
    """Whether a claimed fix held, pattern by pattern."""
    return tell_proofs(await api.get(f"/v1/recommendations/{arguments['recommendation_id']}"))


def tell_proofs(recommendation: Mapping[str, Any]) -> dict[str, Any]:
    """The claims and proofs of a recommendation."""
    names = (
        "pattern_id",
        "verdict",
        "rate_ratio",
        "rate_ratio_low",
        "rate_ratio_high",
        "events_before",
        "days_before",
        "events_after",
        "days_after",
        "earliest_proof_date",
    )
    answer = {
        "recommendation_id": recommendation["id"],
        "title": quote(recommendation["title"]),
        "status": recommendation["status"],
        "claimed": [
            {
                "pattern_id": fix["pattern_id"],
                "fixed_at": fix["fixed_at"],
                "withdrawn_at": fix["withdrawn_at"],
            }
            for fix in recommendation["fixes"][:MAX_FIXES]
        ],
        "proofs": [
            drop_empty({**{name: proof[name] for name in names}, "text": quote(proof["text"])})
            for proof in recommendation["proofs"]
        ],
    }
    return fit(answer, "proofs")
