"""Stack traces: the same failure gets the same signature in every run, build and machine."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from causeloop_pipeline.analysis.detect.traces import dotnet, go, javascript, jvm, python, ruby
from causeloop_pipeline.analysis.detect.traces.stack_frames import ChainedError, Frame

__all__ = ["Frame", "Trace", "parse_trace"]

MAX_SIGNATURE_FRAMES = 5
MAX_LINE_CHARACTERS = 1_000

_LANGUAGES: tuple[tuple[str, tuple[str, ...], Callable[[Sequence[str]], tuple[ChainedError, ...]]], ...] = (
    ("python", python.MARKERS, python.parse),
    ("java", jvm.MARKERS, jvm.parse),
    ("javascript", javascript.MARKERS, javascript.parse),
    ("go", go.MARKERS, go.parse),
    ("dotnet", dotnet.MARKERS, dotnet.parse),
    ("ruby", ruby.MARKERS, ruby.parse),
)


@dataclass(frozen=True, slots=True)
class Trace:
    """A stack trace; error types start with the root cause, frames with the call that raised."""

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

    In: any text, with real or escaped line ends. Out: language, error types (innermost cause first) and the
    frames of the innermost cause, or, if the team wrote none of those, of the errors that it caused as well.
    Time is linear in the text; garbage gives None, never an error.

    Formats: the documentation of `traceback` (Python), `Throwable` (Java), V8's stack trace API and MDN's
    `Error.stack`, `runtime` (Go), `Exception.ToString` (.NET) and `Exception#full_message` (Ruby). Grouping
    by the first in-app frames follows Sentry's.
    """
    longest: Trace | None = None
    lines: list[str] = []
    for language, markers, parse in _LANGUAGES:
        if not any(marker in text for marker in markers):
            continue
        lines = lines or _split_lines(text)
        trace = _join_chain(language, parse(lines))
        if trace and (longest is None or len(trace.frames) > len(longest.frames)):
            longest = trace
    return longest


def _split_lines(text: str) -> list[str]:
    if text.count("\n") < 2 and "\\n" in text:
        text = text.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t")
    return [line[:MAX_LINE_CHARACTERS].rstrip() for line in text.split("\n")]


def _join_chain(language: str, errors: Sequence[ChainedError]) -> Trace | None:
    """One trace of a chain of errors, None if it is too short to be one."""
    frames: list[Frame] = []
    for error in errors:
        frames += error.frames
        if any(frame.in_app for frame in frames):
            break
    types = tuple(dict.fromkeys(error.exception_type for error in errors if error.exception_type))
    if not frames or (len(frames) == 1 and not types):
        return None
    return Trace(language, types, _without_recursion(frames))


def _without_recursion(frames: Iterable[Frame]) -> tuple[Frame, ...]:
    """Each call once, where it is nearest to the failure: how deep a recursion went varies."""
    return tuple(dict.fromkeys(frames))


def _signature(trace: Trace) -> str:
    names = [frame.name for frame in trace.in_app_frames[:MAX_SIGNATURE_FRAMES]]
    text = "\n".join([trace.language, *trace.exception_types[:1], *names])
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
