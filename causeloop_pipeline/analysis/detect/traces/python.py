"""Python tracebacks: `traceback` module format, chained causes, exception groups, repeated lines."""

import re
from collections.abc import Sequence

from causeloop_pipeline.analysis.detect.traces.stack_frames import FRAME_LIMIT, Frame, Link, path_module

MARKERS = ("Traceback (most recent call last)", 'File "')

_FILE = re.compile(r'File "([^"]*)", line \d+(?:, in (.*))?')
_ERROR = re.compile(r"([A-Za-z_][\w.]*)(?::|$| \()")
_GROUP_PREFIX = re.compile(r"[ |+\-]*")
_LIBRARY = ("/site-packages/", "/dist-packages/")
_STDLIB = re.compile(r"/lib(?:64)?/(?:python|pypy)\d[\d.]*/|/Lib/")


def parse(lines: Sequence[str]) -> tuple[Link, ...]:
    """The chain of errors, innermost cause first: as printed, but group members before their group."""
    links: list[tuple[int, Link]] = []
    frames: list[Frame] = []
    waiting = False
    for line in lines:
        content = line.lstrip(" |+-") if line[:1] in " |+" else line
        if content.startswith('File "'):
            found = _frame(content)
            if found is not None:
                frames.append(found)
                waiting = True
        elif "Traceback (most recent call last)" in content:
            frames, waiting = [], True
        elif waiting and (error := _error_type(line)):
            links.append((-_depth(line), Link(error, tuple(reversed(frames[-FRAME_LIMIT:])))))
            frames, waiting = [], False
    if waiting and frames:
        links.append((0, Link("", tuple(reversed(frames[-FRAME_LIMIT:])))))
    return tuple(link for _, link in sorted(links, key=lambda placed: placed[0]))


def _depth(line: str) -> int:
    """How deep in exception groups a line stands: the width of the bars before it."""
    return len(line) - len(line.lstrip(" |+-"))


def _frame(content: str) -> Frame | None:
    found = _FILE.match(content)
    if found is None:
        return None
    path = found.group(1).replace("\\", "/")
    function = (found.group(2) or "<module>").strip()
    function = function.replace(".<locals>", "").replace("<lambda>", "lambda")
    return Frame(_module(path), function, _is_in_app(path))


def _module(path: str) -> str:
    for marker in _LIBRARY:
        if marker in path:
            return path_module(path.rpartition(marker)[2], ".", depth=4)
    found = _STDLIB.search(path)
    return path_module(path[found.end() :], ".", depth=4) if found else path_module(path, ".")


def _is_in_app(path: str) -> bool:
    library = any(marker in path for marker in _LIBRARY)
    return not (library or path.startswith("<frozen") or _STDLIB.search(path))


def _error_type(line: str) -> str | None:
    """The error's class, when a line is the closing line of a traceback."""
    depth = _GROUP_PREFIX.match(line)
    prefix = depth.group(0) if depth else ""
    if prefix and "|" not in prefix:
        return None
    found = _ERROR.match(line[len(prefix) :])
    if found is None or (prefix.endswith("   ") and "|" in prefix):
        return None
    return found.group(1).removeprefix("builtins.").removeprefix("__main__.")
