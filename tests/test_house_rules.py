"""Sizes, names and places: what keeps functions short and narrow, and names telling."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from causeloop_pipeline.settings import ROOT

MAX_PARAMETERS, MAX_STATEMENTS = 7, 40
PACKAGES = ("causeloop_pipeline", "api", "bench", "manual", "packages")
CODE_SUFFIXES = {".py", ".sql", ".js", ".css"}
VAGUE_NAMES = {"base", "common", "misc"}
VAGUE_WORDS = {"helper", "helpers", "manager", "service", "services", "util", "utils"}
TOOLS = ROOT / "causeloop_pipeline" / "connectors" / "tools"
SCHEMA = ROOT / "causeloop_pipeline" / "storage" / "database" / "schema"
COMMANDS = ROOT / "causeloop_pipeline" / "cli" / "commands"
"""A command's parameters are its options: typer reads them from the signature."""

BROWSER = Path("browser")
"""Tests of the product as a whole, in a browser: no package has this name."""


@cache
def code_files() -> tuple[Path, ...]:
    """Every code file of the repository that people write."""
    folders = (*PACKAGES, "tests", "dbt_project")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return tuple(
        sorted(path for path in files if path.suffix in CODE_SUFFIXES and "target" not in path.parts)
    )


class Function(NamedTuple):
    """A function's size; its tree is not kept, as that of the whole repository would fill the memory."""

    path: Path
    line: int
    name: str
    parameters: int
    statements: int


@cache
def functions() -> tuple[Function, ...]:
    """Every function of every Python file."""
    files = [path for path in code_files() if path.suffix == ".py"]
    return tuple(function for path in files for function in list_functions(path))


def list_functions(path: Path) -> Iterator[Function]:
    """The functions of a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            statements = sum(isinstance(inner, ast.stmt) for inner in ast.walk(node)) - 1
            yield Function(path, node.lineno, node.name, count_parameters(node.args), statements)


def place(path: Path, line: int = 1) -> str:
    """file:line, as editors open it."""
    return f"{path.relative_to(ROOT).as_posix()}:{line}"


def count_parameters(arguments: ast.arguments) -> int:
    """How many parameters a caller has to know; `self` and `cls` are not among them."""
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    variadic = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    return len([argument for argument in plain if argument.arg not in {"self", "cls"}]) + len(variadic)


def is_command(function: Function) -> bool:
    return function.path.parent == COMMANDS and not function.name.startswith("_")


def is_named_after_product(path: Path) -> bool:
    """Connectors bear names of products, as Jira Service Management; a service is a field of issues."""
    return path.is_relative_to(TOOLS) or path.is_relative_to(SCHEMA)


def test_a_function_has_at_most_seven_parameters() -> None:
    too_wide = [
        f"{place(function.path, function.line)} {function.name} has {function.parameters}"
        for function in functions()
        if function.parameters > MAX_PARAMETERS and not is_command(function)
    ]

    assert not too_wide, f"more than {MAX_PARAMETERS} parameters, pass a frozen dataclass: {too_wide}"


def test_a_function_has_at_most_forty_statements() -> None:
    too_long = {
        f"{place(function.path, function.line)} {function.name}": function.statements
        for function in functions()
        if function.statements > MAX_STATEMENTS
    }

    assert not too_long, f"more than {MAX_STATEMENTS} statements, name the steps: {too_long}"


def test_no_file_has_a_name_that_says_nothing() -> None:
    vague = [
        place(path)
        for path in code_files()
        if not is_named_after_product(path)
        and (path.stem in VAGUE_NAMES or VAGUE_WORDS & set(path.stem.split("_")))
    ]

    assert not vague, f"name the subject instead: {vague}"


def test_every_package_says_what_is_in_it() -> None:
    packages = [path for path in code_files() if path.name == "__init__.py" and "tests" not in path.parts]
    silent = [place(path) for path in packages if not ast.get_docstring(ast.parse(path.read_text()))]

    assert not silent, f"without a docstring: {silent}"


def test_the_folders_of_the_tests_mirror_the_packages() -> None:
    tests = ROOT / "tests"
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    strays = [
        place(tests / folder)
        for folder in sorted(folders - {BROWSER})
        if not any((ROOT / top / folder).is_dir() for top in ("causeloop_pipeline", "."))
    ]

    assert not strays, f"no package of this name: {strays}"
