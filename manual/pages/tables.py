"""The page of the tables that results are in, from the files of the schema."""

import re
from dataclasses import dataclass, field

import sqlglot
from sqlglot import exp

from causeloop_pipeline.storage.database.migrate import SCHEMA
from manual.pages.markdown import format_table

HEAD = """# Tables

What the results are in. BI tools read the [views for BI](views.md) instead: those keep their names and
columns, and a login for one workspace reads nothing else. Columns without a meaning here are what their names
say.
"""
STATEMENT = re.compile(r"^create table .*?^\);|^comment on (?:table|column) .*?';$", re.MULTILINE | re.DOTALL)


RESULTS = ("core", "detect", "predict", "act")
"""Schemas; the others hold what the product works with."""


@dataclass
class Table:
    """A table, its columns with their types, and what is to be known of them."""

    columns: dict[str, str]
    comment: str = ""
    meanings: dict[str, str] = field(default_factory=dict)


def write_tables() -> str:
    """The page."""
    parts = [HEAD]
    for name, table in read_tables().items():
        rows = [
            (f"`{column}`", kind, table.meanings.get(column, "")) for column, kind in table.columns.items()
        ]
        parts.append(f"\n## {name}\n\n{table.comment}\n\n{format_table(('column', 'type', 'meaning'), rows)}")
    return "".join(parts)


def read_tables() -> dict[str, Table]:
    """schema.table → what its schema's file says of it."""
    tables: dict[str, Table] = {}
    for schema in RESULTS:
        text = (SCHEMA / f"{schema}.sql").read_text(encoding="utf-8")
        for statement in STATEMENT.findall(text):
            _read_statement(sqlglot.parse_one(statement, dialect="postgres"), tables)
    return tables


def _read_statement(statement: exp.Expr, tables: dict[str, Table]) -> None:
    if isinstance(statement, exp.Create):
        columns = statement.find_all(exp.ColumnDef)
        if (name := statement.find(exp.Table)) is None:
            return
        tables[f"{name.db}.{name.name}"] = Table(
            {column.name: column.args["kind"].sql("postgres").lower() for column in columns}
        )
    elif isinstance(statement.this, exp.Column):
        column = statement.this
        tables[f"{column.args['db'].name}.{column.table}"].meanings[column.name] = statement.expression.name
    else:
        tables[f"{statement.this.db}.{statement.this.name}"].comment = statement.expression.name
