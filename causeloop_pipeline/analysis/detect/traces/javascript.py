"""JavaScript traces: V8 (`at f (file:1:2)`: Node, Chrome) and Firefox or Safari (`f@file:1:2`)."""

import re
from collections.abc import Sequence

from causeloop_pipeline.analysis.detect.traces.stack_frames import (
    Block,
    ChainedError,
    Frame,
    name_module,
    split_blocks,
)

MARKERS = ("at ", "@")

_POSITION = re.compile(r":\d+(?::\d+)?$")
_ALIAS = re.compile(r" \[as [^\]]*\]$")
_ERROR = re.compile(r"(?:Uncaught )?(?:\(in promise\) )?([A-Z][\w$.]*)(?: \[\w+\])?(?=:|\s*$| \{)")
_NAMED_ERROR = re.compile(r"([A-Za-z_$][\w$.]*(?:Error|Exception))(?: \[\w+\])?(?=:|\s*$)")
_PREFIXES = ("async ", "new ", "async*", "Object.", "global code")
_LIBRARY = ("node:", "internal/", "native", "webpack/", "chrome-extension:", "moz-extension:", "resource:")
_LIBRARY_PARTS = ("/node_modules/", "node_modules/", "(webpack)", "/webpack/bootstrap")
_CORE_MODULES = frozenset(
    ("events.js", "net.js", "fs.js", "http.js", "https.js", "stream.js", "timers.js", "module.js", "vm.js")
)
_SCRIPT = re.compile(r"://|\.(?:[cm]?[jt]sx?|html?|vue|bundle)$")


def parse(lines: Sequence[str]) -> tuple[ChainedError, ...]:
    """The chain of errors, innermost cause first: `[cause]` blocks follow the error that they caused."""
    blocks = split_blocks(lines, _read_frame)
    errors = [ChainedError(_read_error_type(block), tuple(block.frames)) for block in blocks if block.is_open]
    first = next((index for index, error in enumerate(errors) if error.exception_type), 0)
    return tuple(reversed(errors[first:]))


def _read_frame(line: str) -> Frame | bool | None:
    text = line.strip()
    if text.startswith("at "):
        return _read_v8_frame(text[3:])
    return _read_gecko_frame(text) if "@" in text else None


def _read_v8_frame(text: str) -> Frame | bool | None:
    name, opening, rest = text.partition(" (")
    location = rest.rpartition(")")[0] if opening else name
    if location in ("<anonymous>", "native") or location.startswith("index "):
        return True
    if location.startswith("eval at "):
        location = _eval_location(location)
    if not _POSITION.search(location):
        return None
    return _make_frame(name if opening else "", _POSITION.sub("", location))


def _eval_location(location: str) -> str:
    """The code that called eval: the innermost bracket of its location."""
    return location.rpartition("(")[2].partition(")")[0]


def _read_gecko_frame(text: str) -> Frame | None:
    name, _, location = text.rpartition("@")
    if not _POSITION.search(location) or " " in location:
        return None
    path = _POSITION.sub("", location)
    return _make_frame(name, path) if _SCRIPT.search(path.partition("?")[0]) else None


def _make_frame(name: str, location: str) -> Frame:
    function = _ALIAS.sub("", name.strip())
    for prefix in _PREFIXES:
        function = function.removeprefix(prefix)
    function = function.rstrip("/<").rpartition("/<")[2] if "/<" in function else function
    function = function.replace("<anonymous>", "").replace("<computed>", "").strip(".") or "anonymous"
    path = location.partition("?")[0].partition("#")[0]
    return Frame(name_module(path, "/"), function, _is_in_app(path))


def _is_in_app(path: str) -> bool:
    library = path.startswith(_LIBRARY) or path in _CORE_MODULES
    return not (library or any(part in path for part in _LIBRARY_PARTS))


def _read_error_type(block: Block) -> str:
    for line in reversed(block.preamble):
        text = line.strip().removeprefix("[cause]: ").removeprefix("Caused by: ")
        if (match := _NAMED_ERROR.match(text) or _ERROR.match(text)) is not None:
            return match.group(1)
    return ""
