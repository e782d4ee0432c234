"""Changes one thing at a time in the functions of an imported module; its file stays as it is."""

import ast
import contextlib
import copy
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from causeloop_pipeline.settings import ROOT

OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


@dataclass(frozen=True)
class Mutation:
    """The number of a change in a module, and what it changes."""

    module: str
    index: int
    what: str

    def __str__(self) -> str:
        return f"{self.module} {self.what}"


def list_mutations(module: str) -> list[Mutation]:
    """Every change of the functions of a module."""
    tree = ast.parse(_read_source(module))
    return [Mutation(module, index, what) for index, (_, what) in enumerate(_mutate(tree))]


@contextlib.contextmanager
def mutating(mutation: Mutation) -> Iterator[None]:
    """Let the functions of the module run with the change until the block ends, whoever imported them."""
    module = importlib.import_module(mutation.module)
    tree = ast.parse(_read_source(mutation.module))
    changed = next(each for index, (each, _) in enumerate(_mutate(tree)) if index == mutation.index)
    codes = dict(_list_codes(compile(changed, str(module.__file__), "exec")))
    functions = dict(_list_functions(vars(module), mutation.module))
    present = {name: function.__code__ for name, function in functions.items()}
    for name, function in functions.items():
        function.__code__ = codes[name]
    try:
        yield
    finally:
        for name, function in functions.items():
            function.__code__ = present[name]


def _read_source(module: str) -> str:
    return Path(ROOT, f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")


def _mutate(tree: ast.Module) -> Iterator[tuple[ast.Module, str]]:
    """Each change: a condition reversed, an `and` for an `or`, a refusal or a check left out."""
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
        for statement in function.body
        for node in ast.walk(statement)
    }
    for number, node in enumerate(ast.walk(tree)):
        if node in inside and _is_mutable(node):
            changed = copy.deepcopy(tree)
            target = list(ast.walk(changed))[number]
            text = ast.unparse(node).partition("\n")[0]
            yield _change(changed, target), f"line {getattr(node, 'lineno', 0)}: {text[:80]}"


def _is_mutable(node: ast.AST) -> bool:
    is_comparison = isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITE
    is_negation = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    is_flag = isinstance(node, ast.Constant) and isinstance(node.value, bool)
    is_condition = isinstance(node, (ast.If, ast.IfExp)) and not _is_mutable(node.test)
    is_choice = isinstance(node, ast.BoolOp)
    return is_comparison or is_negation or is_flag or is_condition or is_choice or _can_be_left_out(node)


def _can_be_left_out(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Expr) else None
    called = value.value if isinstance(value, ast.Await) else value
    is_start = isinstance(called, ast.Call) and ast.unparse(called).startswith("super()")
    return isinstance(node, ast.Raise) or (isinstance(called, ast.Call) and not is_start)


def _change(tree: ast.Module, target: ast.AST) -> ast.Module:
    if isinstance(target, ast.Compare):
        target.ops[0] = OPPOSITE[type(target.ops[0])]()
    elif isinstance(target, ast.BoolOp):
        target.op = ast.Or() if isinstance(target.op, ast.And) else ast.And()
    elif isinstance(target, (ast.If, ast.IfExp)):
        target.test = ast.UnaryOp(op=ast.Not(), operand=target.test)
    elif isinstance(target, ast.Constant):
        target.value = not target.value
    else:
        _Replacing(target).visit(tree)
    return ast.fix_missing_locations(tree)


class _Replacing(ast.NodeTransformer):
    """Leaves a statement out, or the `not` before an operand."""

    def __init__(self, target: ast.AST) -> None:
        self.target = target

    def visit(self, node: ast.AST) -> Any:
        """The node, or what stands in its place."""
        if node is not self.target:
            return self.generic_visit(node)
        return node.operand if isinstance(node, ast.UnaryOp) else ast.Pass()


def _list_codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """The code of every function and method of a compiled module, by its qualified name."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant.co_qualname, constant
            yield from _list_codes(constant)


def _list_functions(names: Any, module: str) -> Iterator[tuple[str, FunctionType]]:
    """The functions and methods that a module defines, by their qualified names."""
    for value in list(names.values()):
        inner = getattr(value, "__func__", getattr(value, "fget", value))
        function = inspect.unwrap(inner) if callable(inner) else inner
        if isinstance(function, type) and function.__module__ == module:
            yield from _list_functions(vars(function), module)
        elif isinstance(function, FunctionType) and _is_written_in(function, module):
            yield function.__qualname__, function


def _is_written_in(function: FunctionType, module: str) -> bool:
    is_generated = function.__code__.co_filename == "<string>"  # as those of a dataclass are
    return function.__module__ == module and not is_generated
