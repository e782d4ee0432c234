"""Reads tables of action items: which column says what, by its title or by what stands in it."""

import re
from collections.abc import Mapping, Sequence

from causeloop_pipeline.landing.postmortems.blocks import Block, Passage

COLUMNS: Mapping[str, str] = {
    "done": r"^(?:done|completed?|finished|erledigt)\??$|(?:completed|closed|done|resolved|shipped|delivered"
    r"|erledigt|abgeschlossen)\s*(?:on|at|am|date|datum)"
    r"|(?:completion|closing) date|date (?:completed|closed|done)",
    "due": r"due|deadline|target|eta\b|\bby when|fällig|frist|termin|bis wann|^when$|sla",
    "status": r"status|state|progress|stand\b|zustand|^done|erledigt",
    "owner": r"owner|assigne|responsib|who\b|dri\b|lead\b|person|team|verantwort|zuständig|^wer$|inhaber",
    "kind": r"type|kind|category|class|^art$|kategorie|typ\b",
    "ticket": r"ticket|bug|issue(?! description)|jira|link|tracking|\bpr\b|github|reference|vorgang|url",
    "priority": r"prio|severity|urgency|importance|size|effort|dringlich",
    "label": r"^(?:#|no\.?|nr\.?|id|number|item #|ai|ref)$",
    "text": r"action|item|task|description|what\b|to[- ]?do|follow|measure|ma(?:ß|ss)nahme|aufgabe"
    r"|beschreibung|summary|title|remediation|improvement|was$|name",
}
"""Column → words in its title; the first that matches counts."""

COMPILED = {name: re.compile(words, re.IGNORECASE) for name, words in COLUMNS.items()}
MIN_WORDS = 2


def name_columns(table: Block) -> dict[str, int]:
    """The columns of a table by what they say; empty where it is not a table of action items."""
    head = [cell.text for cell in table.rows[0]]
    named: dict[str, int] = {}
    for place, title in enumerate(head):
        if len(title) > 60:
            return {}
        name = next((name for name, words in COMPILED.items() if words.search(title.strip())), None)
        if name is not None and name not in named:
            named[name] = place
    if (
        "text" not in named
        and "ticket" in named
        and re.search(r"issue", head[named["ticket"]], re.IGNORECASE)
    ):
        named["text"] = named.pop("ticket")
    return named if "text" in named else {}


def is_action_table(table: Block) -> bool:
    """Whether a table has what only one of action items has, wherever it stands."""
    if len(table.rows) < 2:
        return False
    columns = name_columns(table)
    head = " ".join(cell.text for cell in table.rows[0])
    says_so = re.search(
        r"action|task|to[- ]?do|follow|ma(?:ß|ss)nahme|aufgabe|remediation", head, re.IGNORECASE
    )
    return bool(columns and says_so and {"owner", "status", "due", "done", "ticket"} & columns.keys())


def find_widest_column(rows: Sequence[Sequence[Passage]]) -> int:
    """The column with the longest texts: what is to be done, in a table whose columns have no titles."""
    width = max(len(row) for row in rows)
    lengths = [sum(len(row[place].text) for row in rows if place < len(row)) for place in range(width)]
    return lengths.index(max(lengths))


def cell_of(row: Sequence[Passage], columns: Mapping[str, int], name: str) -> Passage:
    """The cell of a column; an empty one where the table has none."""
    place = columns.get(name)
    return row[place] if place is not None and place < len(row) else Passage()
