"""Ruby backtraces: `Exception#full_message` format in both orders, causes after the error, and Rails logs."""

import re
from collections.abc import Sequence

from causeloop_pipeline.analysis.detect.traces.stack_frames import FRAME_LIMIT, Frame, Link, path_module

MARKERS = (":in `", ":in '")

_FRAME = re.compile(
    r"\s*(?:\d+: )?(?:from )?(<internal:[^>]*>|[A-Za-z]:[^:'`]*|[^\s:'`(][^:'`]*)"
    r":\d+:in [`']([^'`]*)'(?:: (.*))?"
)
_CLASS_AT_END = re.compile(r"\(((?:[A-Z]\w*::)*[A-Z]\w*)\)\s*$")
_RAILS = re.compile(r"\s*((?:[A-Z]\w*::)+[A-Z]\w*|[A-Z]\w*(?:Error|Exception))(?: \(|:)")
_SCOPE = re.compile(r"(?:block|rescue|ensure|else)(?: \(\d+ levels\))? in ")
_LIBRARY = ("/gems/", "/lib/ruby/", "<internal:", "/vendor/bundle/", "/rubygems/", "/bundler/")


def parse(lines: Sequence[str]) -> tuple[Link, ...]:
    """The chain of errors, innermost cause first: Ruby prints the cause after the error."""
    links: list[Link] = []
    is_reversed = any("Traceback (most recent call last)" in line for line in lines)
    header = ""
    waiting: list[Frame] = []
    for line in lines:
        found = _FRAME.match(line)
        if found is None:
            rails = _RAILS.match(line)
            header = rails.group(1) if rails else header
            continue
        frame = _named(found.group(1), found.group(2))
        message = found.group(3)
        if message is not None:
            before = tuple(reversed(waiting)) if is_reversed else ()
            links.append(Link(_error_type(message), (frame, *before)))
            waiting = []
        elif is_reversed:
            waiting.append(frame)
        else:
            _extend(links, header, frame)
    return tuple(reversed(links))


def _extend(links: list[Link], header: str, frame: Frame) -> None:
    if not links:
        links.append(Link(header, ()))
    if len(links[-1].frames) < FRAME_LIMIT:
        links[-1] = Link(links[-1].exception_type, (*links[-1].frames, frame))


def _error_type(message: str) -> str:
    found = _CLASS_AT_END.search(message)
    return found.group(1) if found else "RuntimeError" if message == "unhandled exception" else ""


def _named(path: str, label: str) -> Frame:
    function = _SCOPE.sub("", label)
    function = function.rpartition("#")[2] if "#" in function else function.rpartition(".")[2] or function
    return Frame(path_module(path, "/"), function, not any(part in path for part in _LIBRARY))
