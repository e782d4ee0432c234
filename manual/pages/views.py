"""The page of the views for BI tools, from what the schema's file says of them."""

import re
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from causeloop_pipeline.storage.database.migrate import SCHEMA
from manual.pages.markdown import format_table

HEAD = """# Views for BI

What [BI tools](../reporting.md) read, with the meaning of each column. The database tells it, too: by
`\\d+ issues` in `psql`, in the catalog of Metabase or Superset.
"""
COMMENT = re.compile(r"^comment on (?:view|column) .*?';$", re.MULTILINE | re.DOTALL)


@dataclass
class View:
    """What a view is, and what its columns mean."""

    comment: str
    meanings: dict[str, str] = field(default_factory=dict)


def write_views() -> str:
    """The page."""
    parts = [HEAD]
    for name, view in read_views().items():
        rows = [(f"`{column}`", meaning) for column, meaning in view.meanings.items()]
        parts.append(f"\n## {name}\n\n{view.comment}\n\n{format_table(('column', 'meaning'), rows)}")
    return "".join(parts)


def read_views() -> dict[str, View]:
    """View → what the schema's file says of it, in the order of the file."""
    views: dict[str, View] = {}
    for statement in COMMENT.findall((SCHEMA / "reporting.sql").read_text(encoding="utf-8")):
        parsed = sqlglot.parse_one(statement, dialect="postgres")
        if isinstance(parsed.this, exp.Column):
            views[parsed.this.table].meanings[parsed.this.name] = parsed.expression.name
        else:
            views[parsed.this.name] = View(parsed.expression.name)
    return views
