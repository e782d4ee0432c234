"""The event loop only passes things on: what computes runs in a process or thread, or is small.

Read from the code: every function that runs on the loop, and what it calls. A function that is handed to
`run_in_threadpool` or `Computing.run` is not called on the loop, so only calls count, not names.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import api
from causeloop_pipeline.settings import ROOT

COSTLY = {
    "causeloop_pipeline.landing.json_guard": {"parse_json", "parse_loosely", "validate_json", "check_values"},
    "causeloop_pipeline.landing.inbound.webhook": {"receive", "verify_delivery", "read_delivery"},
    "causeloop_pipeline.landing.inbound.ingest_event": {"read_event"},
    "causeloop_pipeline.landing.inbound.ingest_change": {"read_change"},
    "causeloop_pipeline.landing.inbound.cloud_events": {"read_cloud_events", "to_event"},
    "causeloop_pipeline.landing.inbound.otlp_logs": {"read_export", "read_failures"},
    "causeloop_pipeline.landing.map_payload": {"map_payload", "read_records"},
    "causeloop_pipeline.landing.extract": {"extract"},
    "causeloop_pipeline.connectors.mapping.map_record": {"map_record"},
    "causeloop_pipeline.connectors.declared.declaration": {"read_declaration", "build_connector"},
    "causeloop_pipeline.connectors.declared.patterns": {"find_first", "has_match", "find_pattern_problem"},
    "api.owners.code_owners": {"parse_rules", "find_owned_services", "read_code_owners"},
    "json": {"loads", "load"},
    "csv": {"writer"},
    "gzip": {"compress", "decompress"},
    "zlib": {"compress", "decompress", "decompressobj"},
    "yaml": {"safe_load", "load"},
}
"""Module → its functions that take the longer, the more somebody sent. `orjson.loads` reads our own rows."""

COSTLY_METHODS = {"verify", "hash", "patch", "match"}
"""Of `_hasher`, of SCIM's operations and filters."""

OWNERS = {"_hasher", "operations", "filter"}

BOUNDED = {
    "api.http.json_body.guard_json": "a body of at most 65,536 bytes; larger ones go to a thread",
    "api.http.json_body._read_body": "the first 262,144 bytes of a large body",
    "api.ingest.webhooks.reading.read_sent": "a delivery of at most 8,192 bytes, read by our own patterns",
    "api.ingest.routes.ingest_event": "one event of at most 10,000 values",
    "api.changes.routes.ingest_change": "one change of at most 10,000 values",
    "api.issues.routes.create_issue": "one issue of at most 10,000 values",
    "api.exports.routes._write_csv": "the line of headings",
}
"""Functions on the loop that compute nevertheless, and what bounds it."""


@dataclass
class Function:
    """A function: whether it is a coroutine, and what it calls, by dotted names."""

    is_async: bool
    calls: set[str] = field(default_factory=set)


def test_nothing_on_the_event_loop_computes_what_somebody_sent() -> None:
    functions = read_functions(Path(api.__file__).parent, ROOT)

    computing = find_computing(functions)

    unexplained = {name: calls for name, calls in computing.items() if name not in BOUNDED}
    assert not unexplained, f"run it by run_in_threadpool or Computing.run: {unexplained}"
    assert computing.keys() == BOUNDED.keys(), "what computes no longer needs no explanation"


def test_a_computation_on_the_loop_is_noticed_directly_and_behind_a_function(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "planted.py").write_text(
        "import json\n"
        "from causeloop_pipeline.connectors.mapping.map_record import map_record as read\n"
        "async def direct(body): return json.loads(body)\n"
        "def behind(body): return read(body)\n"
        "async def indirect(body): return behind(body)\n"
        "async def beside(body): return await run_in_threadpool(behind, body)\n"
        "async def signs_in(password): return _hasher.verify('', password)\n"
    )

    computing = find_computing(read_functions(tmp_path / "api", tmp_path))

    assert set(computing) == {f"api.planted.{name}" for name in ("direct", "indirect", "signs_in")}


def find_computing(functions: dict[str, Function]) -> dict[str, list[str]]:
    """Coroutines that reach a costly function by calls alone, and which."""
    computing = {name: sorted(_reach(name, functions)) for name, each in functions.items() if each.is_async}
    return {name: calls for name, calls in computing.items() if calls}


def _reach(name: str, functions: dict[str, Function]) -> set[str]:
    """The costly functions that a function calls, itself or by functions that are not coroutines."""
    seen, costly, pending = set[str](), set[str](), [name]
    while pending:
        for call in functions[pending.pop()].calls - seen:
            seen.add(call)
            module, _, function = call.rpartition(".")
            if function in COSTLY.get(module, ()) or call in COSTLY_CALLS:
                costly.add(call)
            elif call in functions and not functions[call].is_async:
                pending.append(call)
    return costly


COSTLY_CALLS = {f"{owner}.{method}" for owner in OWNERS for method in COSTLY_METHODS}


def read_functions(folder: Path, root: Path) -> dict[str, Function]:
    """Every function of a package, by its dotted name."""
    functions: dict[str, Function] = {}
    for path in folder.rglob("*.py"):
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        tree = ast.parse(path.read_text())
        names = dict(_read_imports(tree)) | {
            node.name: f"{module}.{node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for name, node in _walk(tree, module):
            calls = {call for each in _own_nodes(node) if (call := _name_call(each, names, name))}
            functions[name] = Function(isinstance(node, ast.AsyncFunctionDef), calls)
    return functions


def _walk(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}.{child.name}", child
            yield from _walk(child, f"{prefix}.{child.name}")
        else:
            yield from _walk(child, f"{prefix}.{child.name}" if isinstance(child, ast.ClassDef) else prefix)


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it, which somebody else calls."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _own_nodes(child)


def _read_imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((each.asname or each.name, f"{node.module}.{each.name}") for each in node.names)
        elif isinstance(node, ast.Import):
            yield from ((each.asname or each.name, each.name) for each in node.names)


def _name_call(node: ast.AST, names: dict[str, str], caller: str) -> str | None:
    """The dotted name of what a node calls."""
    if not isinstance(node, ast.Call):
        return None
    called = node.func
    if isinstance(called, ast.Name):
        return names.get(called.id, called.id)
    if not isinstance(called, ast.Attribute):
        return None
    owner = called.value
    if isinstance(owner, ast.Name):
        if owner.id == "self":
            return f"{caller.rpartition('.')[0]}.{called.attr}"
        return f"{names.get(owner.id, owner.id)}.{called.attr}"
    return f"{owner.attr}.{called.attr}" if isinstance(owner, ast.Attribute) else None
