"""The slash command: what it asks the API as the person who typed it, and how it is answered."""

from collections.abc import Mapping
from typing import Any

from causeloop_pipeline.agents.product_api import ProductApi
from causeloop_pipeline.model.links import build_pattern_url, build_seen_before_url
from causeloop_pipeline.model.prediction import NEAREST_WINDOW, WINDOWS, write_probability
from causeloop_pipeline.model.proof import Verdict
from causeloop_pipeline.outbound.slack.manifest import COMMAND
from causeloop_pipeline.outbound.slack.texts import escape, flatten
from causeloop_pipeline.settings import settings

LISTED = ", ".join(map(str, WINDOWS))
HELP = (
    f"`{COMMAND} seen-before TEXT`: has this failure occurred before, and what fixed it\n"
    f"`{COMMAND} due [DAYS]`: what is likely to recur within {LISTED} days\n"
    f"`{COMMAND} help`: this\n"
    "Only you see the answers."
)
MAX_MATCHES, MAX_FIXES, MAX_DUE = 3, 2, 8
WINDOW_OF_WORD = {"": NEAREST_WINDOW} | {str(window): window for window in WINDOWS}


async def answer_command(api: ProductApi, text: str) -> str:
    """The answer for one person, who typed this after the command."""
    verb, _, rest = text.strip().partition(" ")
    match verb.lower():
        case "seen-before" if rest.strip():
            return _write_matches(await api.post("/v1/seen-before", text=rest.strip(), limit=MAX_MATCHES))
        case "due" if rest.strip() in WINDOW_OF_WORD:
            window = WINDOW_OF_WORD[rest.strip()]
            query = {"window_days": window, "sort": "-probability", "dismissed": "false"}
            listed = await api.get("/v1/predictions", **query, limit=MAX_DUE)
            return _write_due(listed["data"], window)
    return HELP


def _write_matches(seen: Mapping[str, Any]) -> str:
    lines = [_write_match(match) for match in seen["matches"] if match["pattern"]]
    is_new = seen["is_new"] or not lines
    head = "Not seen before, as far as anything here tells." if is_new else "Seen before."
    new = f"It is new with {write_probability(seen['new_probability'])}."
    page = build_seen_before_url(settings().public_url)
    return "\n".join([f"{head} {new}", *lines, f"<{page}|Ask in Causeloop>"])


def _write_match(match: Mapping[str, Any]) -> str:
    pattern = match["pattern"]
    fixes = [_write_fix(fix) for fix in match["fixes"][:MAX_FIXES]]
    parts = [
        f"• {write_probability(match['probability'])} {_write_link(pattern['id'], pattern['name'])}",
        f"{pattern['occurrence_count']} times, last {pattern['last_seen_at'][:10]}",
        f"fixes: {', '.join(fixes)}" if fixes else "",
        f"with {escape(flatten(match['assignee']['name'], 60))}" if match["assignee"] else "",
    ]
    return "; ".join(filter(None, parts))


def _write_fix(fix: Mapping[str, Any]) -> str:
    verdict = Verdict(fix["verdict"]).label if fix["verdict"] else "no verdict yet"
    return f"{fix['fixed_at'][:10]} {verdict}"


def _write_link(pattern_id: str, name: str) -> str:
    """A link whose text others wrote: it cannot end the link or begin another one."""
    url = build_pattern_url(settings().public_url, pattern_id)
    return f"<{url}|{escape(flatten(name, 120)).replace('|', '/')}>"


def _write_due(rows: list[Mapping[str, Any]], window: int) -> str:
    lines = [
        f"• {write_probability(row['probability'])} {_write_link(row['pattern_id'], row['pattern_name'])}"
        for row in rows
        if row["probability"] is not None
    ]
    if not lines:
        return f"Nothing is predicted for the next {window} days."
    return "\n".join([f"Likely in the next {window} days:", *lines])
