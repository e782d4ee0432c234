"""The structure of the API: routes are served, SQL stands in queries, and queries know nothing above them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import api
from api.main import ROUTERS

ROOT = Path(api.__file__).parent
SQL = re.compile(r"^\s*(with \w+ as|select|insert into|update|delete from)\s")
MAY_CONTAIN_SQL = {
    "http/confinement.py",
    "http/database.py",
    "http/replica.py",
}
"""They call `app.read`, set the workspace of a connection and compare the logs of two servers."""

BELOW_ALL = {"access", "field_types", "http"}


def find_strings(path: Path) -> Iterator[str]:
    """The string constants of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def find_imports(path: Path) -> Iterator[str]:
    """The dotted names that a file imports from the API."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "api":
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names if each.name.split(".")[0] == "api")


def list_files(kind: str) -> list[Path]:
    """The files of a kind, such as `queries.py` and those in a folder `queries`."""
    return [path for path in ROOT.rglob("*.py") if kind in path.relative_to(ROOT).with_suffix("").parts]


def find_strays(kind: str) -> list[str]:
    """What files of a kind import that is neither of this kind nor below all subjects."""
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in list_files(kind)
        for name in find_imports(path)
        if kind not in name.split(".") and name.split(".")[1] not in BELOW_ALL
    ]


def test_every_file_of_routes_is_served() -> None:
    files = {path.parent.relative_to(ROOT).as_posix().replace("/", ".") for path in ROOT.rglob("routes.py")}

    assert len(ROUTERS) == len(set(ROUTERS))
    assert files == set(ROUTERS)


def test_queries_know_only_queries_and_what_is_below_all_subjects() -> None:
    assert len(list_files("queries")) > 30
    assert not find_strays("queries")


def test_schemas_know_only_schemas_and_what_is_below_all_subjects() -> None:
    assert len(list_files("schemas")) > 30
    assert not find_strays("schemas")


def test_sql_is_written_only_in_queries() -> None:
    queries = set(list_files("queries"))

    with_sql = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if path not in queries and any(SQL.search(text) for text in find_strings(path))
    }

    assert with_sql == MAY_CONTAIN_SQL
