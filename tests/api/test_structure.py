"""The structure of the API: files of one resource have one name, and SQL is written only in queries."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import api

ROOT = Path(api.__file__).parent
SQL = re.compile(r"^\s*(with \w+ as|select|insert into|update|delete from)\s")
MAY_CONTAIN_SQL = {
    "http/confinement.py",
    "http/database.py",
    "http/replica.py",
}
"""They call `app.read`, set the workspace of a connection and compare the logs of two servers."""


def list_resources(layer: str) -> set[str]:
    """The resources of a layer, such as `detect/patterns`."""
    files = (ROOT / layer).glob("*/*.py")
    return {f"{path.parent.name}/{path.stem}" for path in files if path.stem != "__init__"}


def find_strings(path: Path) -> Iterator[str]:
    """The string constants of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_router_has_queries_of_its_name() -> None:
    assert list_resources("routers") <= list_resources("queries")


def test_every_schema_has_queries_of_its_name() -> None:
    assert list_resources("schemas") <= list_resources("queries")


def test_sql_is_written_only_in_queries() -> None:
    files = [path for path in ROOT.rglob("*.py") if not path.is_relative_to(ROOT / "queries")]

    with_sql = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if any(SQL.search(text) for text in find_strings(path))
    }

    assert with_sql == MAY_CONTAIN_SQL
