"""Ruby backtraces: `Exception#full_message` format in both orders, causes after the error, and Rails logs."""

import re
from collections.abc import Sequence

from causeloop_pipeline.analysis.detect.traces.stack_frames import (
    MAX_FRAMES,
    ChainedError,
    Frame,
    name_module,
)

MARKERS = (":in `", ":in '")

_FRAME = re.compile(
    r"\s*(?:\d+: )?(?:from )?(<internal:[^>]*>|[A-Za-z]:[^:'`]*|[^\s:'`(][^:'`]*)"
    r":\d+:in [`']([^'`]*)'(?:: (.*))?"
)
_CLASS_AT_END = re.compile(r"\(((?:[A-Z]\w*::)*[A-Z]\w*)\)\s*$")
_RAILS = re.compile(r"\s*((?:[A-Z]\w*::)+[A-Z]\w*|[A-Z]\w*(?:Error|Exception))(?: \(|:)")
_SCOPE = re.compile(r"(?:block|rescue|ensure|else)(?: \(\d+ levels\))? in ")
_LIBRARY = ("/gems/", "/lib/ruby/", "<internal:", "/vendor/bundle/", "/rubygems/", "/bundler/")


def parse(lines: Sequence[str]) -> tuple[ChainedError, ...]:
    """The chain of errors, innermost cause first: Ruby prints the cause after the error."""
    errors: list[ChainedError] = []
    is_reversed = any("Traceback (most recent call last)" in line for line in lines)
    header = ""
    earlier_frames: list[Frame] = []
    for line in lines:
        match = _FRAME.match(line)
        if match is None:
            rails = _RAILS.match(line)
            header = rails.group(1) if rails else header
            continue
        frame = _make_frame(match.group(1), match.group(2))
        message = match.group(3)
        if message is not None:
            before = tuple(reversed(earlier_frames)) if is_reversed else ()
            errors.append(ChainedError(_read_error_type(message), (frame, *before)))
            earlier_frames = []
        elif is_reversed:
            earlier_frames.append(frame)
        else:
            _append_frame(errors, header, frame)
    return tuple(reversed(errors))


def _append_frame(errors: list[ChainedError], header: str, frame: Frame) -> None:
    if not errors:
        errors.append(ChainedError(header, ()))
    if len(errors[-1].frames) < MAX_FRAMES:
        errors[-1] = ChainedError(errors[-1].exception_type, (*errors[-1].frames, frame))


def _read_error_type(message: str) -> str:
    match = _CLASS_AT_END.search(message)
    return match.group(1) if match else "RuntimeError" if message == "unhandled exception" else ""


def _make_frame(path: str, label: str) -> Frame:
    function = _SCOPE.sub("", label)
    function = function.rpartition("#")[2] if "#" in function else function.rpartition(".")[2] or function
    return Frame(name_module(path, "/"), function, not any(part in path for part in _LIBRARY))
