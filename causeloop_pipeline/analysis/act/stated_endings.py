"""How a failure ended, read from what its tool stored: resolution, closing notes, comments, links, person.

Tools name these fields much alike, so they are found by their names anywhere in a record. What people wrote
is quoted, never acted on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from causeloop_pipeline.analysis.act.ending_actions import find_action
from causeloop_pipeline.model.field_names import CAUSES, normalize_field_name

MAX_QUOTE = 300
MAX_NAME = 200
_LINK = re.compile(r"https?://\S{1,2000}")
_MAX_VALUES = 5_000
_NOTES = (
    "close_notes", "closure_notes", "closing_notes", "close_comment", "closing_comment", "resolution_notes",
    "resolution_note", "resolution_comment", "resolution_message", "resolution_description",
    "resolution_summary", "resolution_details", "resolve_reason", "resolved_note", "mitigation_message",
    "mitigation", "fix_description", "fix_applied", "solution", "remediation", "corrective_action",
    "corrective_actions", "action_taken", "actions_taken", "work_performed", "closing_remarks", "workaround",
    "how_resolved", "how_it_was_fixed", "resolution", "losung", "losungsbeschreibung", "solucion",
    "resolucion", "solucao", "resolucao", "soluzione", "risoluzione", "oplossing", "massnahme", "massnahmen",
    "behebung", "abhilfe", "countermeasure", "countermeasures",
)  # fmt: skip
"""Names that tools and their exports use, without accents, in the languages of export files."""
_CODES = (
    "close_code", "resolution_code", "resolution_category", "resolution_type", "close_reason",
    "closed_reason",
    "closure_code", "state_reason", "status_reason", "disposition", "dismissed_reason",
)  # fmt: skip
_PEOPLE = (
    "resolved_by", "closed_by", "resolver", "resolved_by_user", "closed_by_user", "completed_by",
    "last_status_change_by", "dismissed_by", "assigned_to", "assignee",
)  # fmt: skip
_LINKS = (
    "pull_request", "pull_requests", "linked_pull_requests", "fix_commit", "fixed_by", "commit_url",
    "fix_url",
    "pr_url", "resolution_url", "postmortem_url", "post_mortem_url", "retrospective_url",
)  # fmt: skip
_COMMENTS = ("comments", "notes", "comment", "timeline", "journals", "updates", "work_notes", "log_entries")
_TEXTS = ("body", "content", "text", "message", "note", "summary", "comment", "value", "name", "html_body")
_NAMES = (
    "display_name",
    "displayName",
    "name",
    "summary",
    "login",
    "full_name",
    "email",
    "value",
    "html_url",
    "url",
)
_TIMES = ("created_at", "created", "date", "timestamp", "updated_at", "at")
_ALL_NAMES = frozenset((*_NOTES, *CAUSES, *_CODES, *_PEOPLE, *_LINKS, *_COMMENTS))
_WEAK_CODES = {"completed", "fixed", "resolved", "done", "closed", "solved", "none", "null", ""}
_SECTION = re.compile(
    r"(?:^|\n|(?<=[.!?] ))(?:resolution|solution|how it was (?:fixed|resolved)|fix|mitigation|workaround"
    r"|corrective action|action taken)s?(?: and \w+)?\s*[:\-–]\s*(?P<text>[^\n]{8,600})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StatedEnding:
    """What a record says of how its failure ended.

    `action` is a kind of ACTIONS, `phrase` its words; `quote` is what somebody wrote, `field` where it is.
    """

    action: str | None
    phrase: str | None
    quote: str | None
    field: str | None
    made_by: str | None
    link: str | None


def read_stated_ending(payload: Mapping[str, Any], body: str | None) -> StatedEnding:
    """Read how a failure ended.

    In: the newest stored version of its record, as its tool sent it, and the issue's text. Out: what it says;
    fields are None where nothing is stated.
    """
    values = list(_walk(payload))
    field, quote = (
        _find_note(values)
        or _find_comment(payload)
        or _find_section(body)
        or _find_cause(values)
        or _find_code(values)
        or (None, None)
    )
    action = find_action(quote) if quote else None
    return StatedEnding(
        action=action.kind if action else None,
        phrase=action.phrase if action else None,
        quote=_cut(quote) if quote else None,
        field=field,
        made_by=_find_person(values),
        link=_find_link(values),
    )


def tells_of_endings(column: str) -> bool:
    """Tell whether how failures ended is read from a field. In: its name, as its tool or file has it."""
    return normalize_field_name(column) in _ALL_NAMES


def read_stated_endings(
    issues: pl.DataFrame, records: Mapping[str, Mapping[str, Any]]
) -> dict[str, StatedEnding]:
    """Read how the issues that have ended did.

    In: ISSUES; the record of each by issue id, as its tool or file has it. Out: by issue id what
    `read_stated_ending` says of those with a time of resolution.
    """
    ended = issues.filter(pl.col("resolved_at").is_not_null()).select("issue_id", "body").iter_rows()
    return {issue_id: read_stated_ending(records.get(issue_id, {}), body) for issue_id, body in ended}


def _find_person(values: list[tuple[str, str, Any]]) -> str | None:
    return next((name for _, _, name in _pick(values, _PEOPLE) if len(name) <= MAX_NAME), None)


def _find_link(values: list[tuple[str, str, Any]]) -> str | None:
    links = (text for _, _, text in _pick(values, _LINKS))
    return next((link for link in links if _LINK.fullmatch(link)), None)


def _walk(value: Any, path: str = "", name: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every value with its path and its name, outer ones first."""
    stack = [(path, name, value)]
    for _ in range(_MAX_VALUES):
        if not stack:
            return
        path, name, value = stack.pop(0)
        yield path, name, value
        if isinstance(value, Mapping):
            stack += [
                (f"{path}.{key}".lstrip("."), normalize_field_name(str(key)), item)
                for key, item in value.items()
            ]
        elif isinstance(value, list):
            stack += [(path, name, item) for item in value]


def _pick(values: list[tuple[str, str, Any]], names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Path, name and text of the fields of these names, in the order of the names."""
    for wanted in names:
        for path, name, value in values:
            if name == wanted and (text := _write_text(value, _NAMES)):
                yield path, name, text


def _find_note(values: list[tuple[str, str, Any]]) -> tuple[str, str] | None:
    """A field that says in words how it ended."""
    notes = ((path, text) for path, _, text in _pick(values, _NOTES) if text.lower() not in _WEAK_CODES)
    return next(((path, text) for path, text in notes if " " in text), None)


def _find_cause(values: list[tuple[str, str, Any]]) -> tuple[str, str] | None:
    """A field that says in words what the cause was."""
    causes = ((path, text) for path, _, text in _pick(values, CAUSES) if " " in text)
    return next(causes, None)


def _find_code(values: list[tuple[str, str, Any]]) -> tuple[str, str] | None:
    """A reason of a list that says more than that it is over."""
    picked = _pick(values, (*_CODES, "resolution"))
    return next(((path, text) for path, _, text in picked if text.lower() not in _WEAK_CODES), None)


def _find_comment(payload: Mapping[str, Any]) -> tuple[str, str] | None:
    """The last comment that says what was done."""
    for path, name, value in _walk(payload):
        if name in _COMMENTS and isinstance(value, list):
            ordered = sorted(value, key=_read_time) if _are_dated(value) else value
            for comment in reversed(ordered):
                text = _write_text(comment, _TEXTS)
                if text and find_action(text):
                    return path, text
    return None


def _are_dated(comments: list[Any]) -> bool:
    return all(_read_time(comment) for comment in comments)


def _read_time(comment: Any) -> str:
    if not isinstance(comment, Mapping):
        return ""
    return next((str(comment[name]) for name in _TIMES if comment.get(name)), "")


def _find_section(body: str | None) -> tuple[str, str] | None:
    """The part of the issue's own text under a heading such as “Resolution:”."""
    match = _SECTION.search(body or "")
    return ("body", match["text"].strip()) if match else None


def _write_text(value: Any, names: tuple[str, ...]) -> str:
    """A text, or that of an object's first field of these names; documents of paragraphs are joined."""
    for _ in range(4):
        if isinstance(value, str):
            return " ".join(re.sub(r"<[^>]+>", " ", value).split())
        if isinstance(value, list):
            texts = (_write_text(item, names) for item in value[:20])
            return " ".join(text for text in texts if text)
        if not isinstance(value, Mapping):
            return ""
        value = next((value[name] for name in (*names, "content", "text") if value.get(name)), "")
    return ""


def _cut(text: str) -> str:
    return text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 1].rstrip() + "…"
