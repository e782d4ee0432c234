"""Python tracebacks: `traceback` module format, chained causes, exception groups, repeated lines."""

import re
from collections.abc import Sequence

from causeloop_pipeline.analysis.detect.traces.stack_frames import (
    MAX_FRAMES,
    ChainedError,
    Frame,
    name_module,
)

MARKERS = ("Traceback (most recent call last)", 'File "')

_FILE = re.compile(r'File "([^"]*)", line \d+(?:, in (.*))?')
_ERROR = re.compile(r"([A-Za-z_][\w.]*)(?::|$| \()")
_GROUP_PREFIX = re.compile(r"[ |+\-]*")
_LIBRARY = ("/site-packages/", "/dist-packages/")
_STDLIB = re.compile(r"/lib(?:64)?/(?:python|pypy)\d[\d.]*/|/Lib/")


def parse(lines: Sequence[str]) -> tuple[ChainedError, ...]:
    """The chain of errors, innermost cause first: as printed, but group members before their group."""
    errors: list[tuple[int, ChainedError]] = []
    frames: list[Frame] = []
    awaits_error = False
    for line in lines:
        content = line.lstrip(" |+-") if line[:1] in " |+" else line
        if content.startswith('File "'):
            frame = _read_frame(content)
            if frame is not None:
                frames.append(frame)
                awaits_error = True
        elif "Traceback (most recent call last)" in content:
            frames, awaits_error = [], True
        elif awaits_error and (error := _read_error_type(line)):
            errors.append((-_depth(line), ChainedError(error, tuple(reversed(frames[-MAX_FRAMES:])))))
            frames, awaits_error = [], False
    if awaits_error and frames:
        errors.append((0, ChainedError("", tuple(reversed(frames[-MAX_FRAMES:])))))
    return tuple(error for _, error in sorted(errors, key=lambda item: item[0]))


def _depth(line: str) -> int:
    """How deep in exception groups a line stands: the width of the bars before it."""
    return len(line) - len(line.lstrip(" |+-"))


def _read_frame(content: str) -> Frame | None:
    match = _FILE.match(content)
    if match is None:
        return None
    path = match.group(1).replace("\\", "/")
    function = (match.group(2) or "<module>").strip()
    function = function.replace(".<locals>", "").replace("<lambda>", "lambda")
    return Frame(_module(path), function, _is_in_app(path))


def _module(path: str) -> str:
    for marker in _LIBRARY:
        if marker in path:
            return name_module(path.rpartition(marker)[2], ".", depth=4)
    match = _STDLIB.search(path)
    return name_module(path[match.end() :], ".", depth=4) if match else name_module(path, ".")


def _is_in_app(path: str) -> bool:
    library = any(marker in path for marker in _LIBRARY)
    return not (library or path.startswith("<frozen") or _STDLIB.search(path))


def _read_error_type(line: str) -> str | None:
    """The error's class, when a line is the closing line of a traceback."""
    depth = _GROUP_PREFIX.match(line)
    prefix = depth.group(0) if depth else ""
    if prefix and "|" not in prefix:
        return None
    match = _ERROR.match(line[len(prefix) :])
    if match is None or (prefix.endswith("   ") and "|" in prefix):
        return None
    return match.group(1).removeprefix("builtins.").removeprefix("__main__.")
