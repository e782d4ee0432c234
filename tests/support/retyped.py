"""Finds lists that repeat the values of a vocabulary, in Python, in SQL and in JavaScript."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

MIN_MEMBERS = 3
LIST = re.compile(r"[\[({][^\[\](){}]*[\])}]")
CASE = re.compile(r"\bcase\b.*?\bend\b", re.DOTALL)
ITEM = re.compile(r"""["'`]([\w-]+)["'`]|(?<![\w.%$])(\d+)(?![\w.])""")
KEY = re.compile(r"""(?<=[{,])\s*["']?([a-z_]\w*)["']?\s*:""")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
WHEN = re.compile(r"\bwhen '(\w+)'")


class Retyped(NamedTuple):
    """A list that holds a vocabulary's values."""

    line: int
    vocabulary: str
    items: tuple[str, ...]


def find_retyped(path: Path, vocabularies: Mapping[str, frozenset[str]]) -> Iterator[Retyped]:
    """The lists of a file that repeat three values of a vocabulary, or all of a smaller one."""
    text = path.read_text()
    if path.suffix == ".js":
        text = COMMENT.sub(lambda match: "\n" * match[0].count("\n"), text)
    lists = _read_python(ast.parse(text)) if path.suffix == ".py" else _read_text(text, path.suffix)
    for line, items in lists:
        for name, values in vocabularies.items():
            held = values & set(items)
            if len(held) >= min(MIN_MEMBERS, len(values)) and 2 * len(held) > len(set(items)):
                yield Retyped(line, name, tuple(items))


def _read_python(tree: ast.AST) -> Iterator[tuple[int, Sequence[str]]]:
    described = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            yield node.lineno, _constants(node.elts)
        elif isinstance(node, ast.Dict):
            yield node.lineno, _constants(key for key in node.keys if key is not None)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in described:
            for line, items in _read_text(node.value, ".sql"):
                yield node.lineno + line - 1, items


def _constants(nodes: Iterable[ast.expr]) -> list[str]:
    return [str(node.value) for node in nodes if isinstance(node, ast.Constant)]


def _read_text(text: str, suffix: str) -> Iterator[tuple[int, Sequence[str]]]:
    for match in CASE.finditer(text):
        yield text.count("\n", 0, match.start()) + 1, WHEN.findall(match[0])
    while matches := list(
        LIST.finditer(text)
    ):  # the innermost first, which are then no part of the outer ones
        for match in matches:
            if not (suffix == ".js" and match[0][0] == "("):  # a call, or an expression
                yield text.count("\n", 0, match.start()) + 1, _list_items(match[0])
        text = LIST.sub(lambda match: " " + "\n" * match[0].count("\n"), text)


def _list_items(written: str) -> Sequence[str]:
    return KEY.findall(written) if written[0] == "{" else ["".join(item) for item in ITEM.findall(written)]
