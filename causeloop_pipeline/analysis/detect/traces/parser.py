"""Stack traces: what failed, told so that the same failure reads the same in every run, build and machine."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from causeloop_pipeline.analysis.detect.traces import dotnet, go, javascript, jvm, python, ruby
from causeloop_pipeline.analysis.detect.traces.stack_frames import Frame, Link

__all__ = ["Frame", "Trace", "parse_trace", "trace_similarity"]

SIGNATURE_FRAMES = 5
LINE_LIMIT = 1_000
_DECAY = 0.15
_LIBRARY_WEIGHT = 0.2
_OTHER_TYPE_FACTOR = 0.6

_LANGUAGES: tuple[tuple[str, tuple[str, ...], Callable[[Sequence[str]], tuple[Link, ...]]], ...] = (
    ("python", python.MARKERS, python.parse),
    ("java", jvm.MARKERS, jvm.parse),
    ("javascript", javascript.MARKERS, javascript.parse),
    ("go", go.MARKERS, go.parse),
    ("dotnet", dotnet.MARKERS, dotnet.parse),
    ("ruby", ruby.MARKERS, ruby.parse),
)


@dataclass(frozen=True, slots=True)
class Trace:
    """A failure as its code saw it; error types start with the root cause, frames with the raising call."""

    language: str
    exception_types: tuple[str, ...]
    frames: tuple[Frame, ...]
    signature: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "signature", _signature(self))

    @property
    def in_app_frames(self) -> tuple[Frame, ...]:
        """The frames that the team wrote; all frames when there are none."""
        return tuple(frame for frame in self.frames if frame.in_app) or self.frames


def parse_trace(text: str) -> Trace | None:
    """The stack trace in a text, or None when there is none.

    In: any text, with real or escaped line ends. Out: language, error types (innermost cause first) and
    the frames of the innermost cause, or, if the team wrote none of those, of the errors that it caused
    as well. Time is linear in the text; garbage gives None, never an error. Formats: the documentation of
    `traceback` (Python), `Throwable` (Java), V8's stack trace API and MDN's `Error.stack`, `runtime`
    (Go), `Exception.ToString` (.NET) and `Exception#full_message` (Ruby). Grouping by the first in-app
    frames follows Sentry's.
    """
    best: Trace | None = None
    lines: list[str] = []
    for language, markers, parse in _LANGUAGES:
        if not any(marker in text for marker in markers):
            continue
        lines = lines or _lines(text)
        trace = _trace(language, parse(lines))
        if trace and (best is None or len(trace.frames) > len(best.frames)):
            best = trace
    return best


def trace_similarity(left: Trace, right: Trace, frame_weights: Mapping[str, float] | None = None) -> float:
    """How alike two traces are, 0 to 1: weighted share of common frames, near the failure counting more.

    In: two traces and, if known, a weight for each frame's name (for example its idf; else 1). Out: the
    sum of weight * exp(-.15 * position) over common frames / over all frames, library frames at a fifth,
    times .6 when the root causes differ in type; 0 between languages. Symmetric, 1 for equal traces.
    Method: overlap that fades with the distance from the failure, after ReBucket (Dang et al., ICSE
    2012).
    """
    if left.language != right.language:
        return 0.0
    if left.signature == right.signature and left.frames == right.frames:
        return 1.0
    ours, theirs = _weights(left, frame_weights), _weights(right, frame_weights)
    shared = sorted(ours.keys() & theirs.keys())
    every = sorted(ours.keys() | theirs.keys())
    common = math.fsum(min(ours[name], theirs[name]) for name in shared)
    total = math.fsum(max(ours.get(name, 0.0), theirs.get(name, 0.0)) for name in every)
    same_type = left.exception_types[:1] == right.exception_types[:1]
    return (common / total if total else 0.0) * (1.0 if same_type else _OTHER_TYPE_FACTOR)


def _weights(trace: Trace, frame_weights: Mapping[str, float] | None) -> dict[str, float]:
    known = frame_weights or {}
    return {
        frame.name: (1.0 if frame.in_app else _LIBRARY_WEIGHT)
        * known.get(frame.name, 1.0)
        * math.exp(-_DECAY * position)
        for position, frame in reversed(list(enumerate(trace.frames)))
    }


def _lines(text: str) -> list[str]:
    if text.count("\n") < 2 and "\\n" in text:
        text = text.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t")
    return [line[:LINE_LIMIT].rstrip() for line in text.split("\n")]


def _trace(language: str, links: Sequence[Link]) -> Trace | None:
    frames: list[Frame] = []
    for link in links:
        frames += link.frames
        if any(frame.in_app for frame in frames):
            break
    types = tuple(dict.fromkeys(link.exception_type for link in links if link.exception_type))
    if not frames or (len(frames) == 1 and not types):
        return None
    return Trace(language, types, _without_recursion(frames))


def _without_recursion(frames: Iterable[Frame]) -> tuple[Frame, ...]:
    """Each call once, where it is nearest to the failure: recursion depth is chance."""
    return tuple(dict.fromkeys(frames))


def _signature(trace: Trace) -> str:
    names = [frame.name for frame in trace.in_app_frames[:SIGNATURE_FRAMES]]
    text = "\n".join([trace.language, *trace.exception_types[:1], *names])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
