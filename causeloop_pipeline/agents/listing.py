"""The tools that list: each goes on where the answer before ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from causeloop_pipeline.agents.product_api import ProductApi
from causeloop_pipeline.agents.reading import tell_pattern
from causeloop_pipeline.agents.wording import drop_empty, fit, quote

Arguments = Mapping[str, Any]


async def find_patterns(api: ProductApi, arguments: Arguments) -> dict[str, Any]:
    """Patterns by their names or their risk."""
    query = {"q": arguments.get("query"), "status": arguments.get("status")}
    rows, offset, has_further = await _read_rows(api, "/v1/patterns", arguments, 8, **query)
    return fit({"patterns": [tell_pattern(row) for row in rows]}, "patterns", offset, has_further=has_further)


async def _read_rows(
    api: ProductApi, path: str, arguments: Arguments, default: int, **query: Any
) -> tuple[Sequence[Any], int, bool]:
    """Rows of a list from an offset on, that offset, and whether there are more."""
    offset, limit = int(arguments.get("offset", 0)), int(arguments.get("limit", default))
    rows: list[Any] = []
    cursor = None
    while len(rows) < offset + limit:
        page = await api.get(path, **query, cursor=cursor, limit=min(100, offset + limit - len(rows)))
        rows += page["data"]
        cursor = page["page"]["next_cursor"]
        if cursor is None:
            break
    return rows[offset : offset + limit], offset, cursor is not None


async def list_due(api: ProductApi, arguments: Arguments) -> dict[str, Any]:
    """What is likely to recur soon."""
    window = arguments.get("window_days", 7)
    query = {"window_days": window, "sort": "-probability", "dismissed": "false"}
    rows, offset, has_further = await _read_rows(api, "/v1/predictions", arguments, 8, **query)
    due = [
        drop_empty(
            {
                "pattern_id": row["pattern_id"],
                "pattern": quote(row["pattern_name"]),
                "probability": row["probability"],
                "no_probability_because": quote(row["reason"], 80),
                "impact": row["impact"],
                "next": [row["next_date_low"], row["next_date_median"], row["next_date_high"]]
                if row["next_date_median"]
                else None,
                "likely_trigger": quote(row["likely_trigger"], 120),
            }
        )
        for row in rows
    ]
    return fit({"window_days": window, "due": due}, "due", offset, has_further=has_further)


async def list_fixes(api: ProductApi, arguments: Arguments) -> dict[str, Any]:
    """Recommendations by rank."""
    query = {"pattern_id": arguments.get("pattern_id"), "sort": "rank"}
    rows, offset, has_further = await _read_rows(api, "/v1/recommendations", arguments, 5, **query)
    fixes = [
        drop_empty(
            {
                "recommendation_id": row["id"],
                "rank": row["rank"],
                "title": quote(row["title"]),
                "type": row["type"],
                "status": row["status"],
                "effort": row["effort"],
                "impact": row["impact"],
                "prevents": round(row["expected_loops_prevented"], 1),
                "prevents_low_high": [round(row["expected_low"], 1), round(row["expected_high"], 1)],
                "pattern_ids": row["pattern_ids"][:3],
                "why": quote(row["rationale"]),
            }
        )
        for row in rows
    ]
    return fit({"fixes": fixes}, "fixes", offset, has_further=has_further)
