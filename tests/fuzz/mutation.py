"""A pytest plugin that imports one module with one thing changed; the file itself stays as it is."""

import ast
import copy
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

VARIABLE = "CAUSELOOP_TEST_MUTATION"
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
    """The number of a change in a module."""

    module: str
    index: int


def mutate(tree: ast.Module) -> Iterator[tuple[ast.Module, str]]:
    """Each change of a module: a condition reversed, an `and` for an `or`, a `raise` left out."""
    for number, node in enumerate(ast.walk(tree)):
        if not _is_mutable(node):
            continue
        changed = copy.deepcopy(tree)
        target = list(ast.walk(changed))[number]
        yield _change(changed, target), f"line {getattr(node, 'lineno', 0)}: {ast.unparse(node)[:80]}"


def _is_mutable(node: ast.AST) -> bool:
    is_comparison = isinstance(node, ast.Compare) and type(node.ops[0]) in OPPOSITE
    return is_comparison or isinstance(node, (ast.BoolOp, ast.Raise, ast.If))


def _change(tree: ast.Module, target: ast.AST) -> ast.Module:
    if isinstance(target, ast.Compare):
        target.ops[0] = OPPOSITE[type(target.ops[0])]()
    elif isinstance(target, ast.BoolOp):
        target.op = ast.Or() if isinstance(target.op, ast.And) else ast.And()
    elif isinstance(target, ast.If):
        target.test = ast.UnaryOp(op=ast.Not(), operand=target.test)
    else:
        _Without(target).visit(tree)
    return ast.fix_missing_locations(tree)


class _Without(ast.NodeTransformer):
    """Leaves a statement out."""

    def __init__(self, statement: ast.AST) -> None:
        self.statement = statement

    def visit_Raise(self, node: ast.Raise) -> ast.stmt:
        """The statement, or nothing in its place."""
        return ast.Pass() if node is self.statement else node


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the changed module."""

    def __init__(self, mutation: Mutation) -> None:
        self.mutation = mutation

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The changed module's place."""
        if name != self.mutation.module:
            return None
        spec = PathFinder.find_spec(name, path, target)
        return spec and importlib.machinery.ModuleSpec(name, self, origin=spec.origin)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module with its change."""
        origin = module.__spec__.origin if module.__spec__ else None
        assert origin is not None
        with open(origin, encoding="utf-8") as file:
            tree = ast.parse(file.read())
        changed = next(each for number, (each, _) in enumerate(mutate(tree)) if number == self.mutation.index)
        module.__file__ = origin
        exec(compile(changed, origin, "exec"), module.__dict__)


if os.environ.get(VARIABLE):
    name, _, index = os.environ[VARIABLE].partition(":")
    sys.meta_path.insert(0, _Finder(Mutation(name, int(index))))
