"""Go panics and fatal errors: the goroutine that failed, each frame a call line and a file line."""

import re
from collections.abc import Sequence

from causeloop_pipeline.analysis.detect.traces.stack_frames import MAX_FRAMES, ChainedError, Frame

MARKERS = ("goroutine ",)

_GOROUTINE = re.compile(r"goroutine \d+(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[[^\]]*\]:")
_FILE = re.compile(r"\s+(\S.*\.(?:go|s|c)):\d+(?: \+0x[0-9a-f]+)?")
_CLOSURE = re.compile(r"(?:\.func\d+|\.gowrap\d+|\.deferwrap\d+|\.\d+|-range\d+|-fm)+$")
_CUSTOM = re.compile(r"(?:&?([\w./]+\.[A-Z]\w*)\{|(?:\()?(\*?[\w/]+(?:\.[\w/]+)*\.[A-Za-z]\w*)\()")
_DETAIL = re.compile(r" \[[^\]]*\].*$| with (?:length|capacity) .*$| \(types? .*$|:.*$")
_PANIC_PLUMBING = ("runtime.", "panic", "testing.", "runtime/debug.")
_LIBRARY_PATHS = ("/pkg/mod/", "/vendor/", "/go/src/", "/libexec/src/", "/usr/lib/go")


def parse(lines: Sequence[str]) -> tuple[ChainedError, ...]:
    """The panics, first one first: a panic while panicking is printed after the one that started it."""
    start, frames = _read_first_goroutine(lines)
    if not frames:
        return ()
    first, *others = _read_panic_types(lines[:start]) or ["panic"]
    return (ChainedError(first, tuple(frames)), *(ChainedError(other, ()) for other in others))


def _read_first_goroutine(lines: Sequence[str]) -> tuple[int, list[Frame]]:
    """The line of the first goroutine that has frames, and these: a header alone is not a trace."""
    for start, line in enumerate(lines):
        if _is_header(line) and (frames := _read_frames(lines, start + 1)):
            return start, frames
    return len(lines), []


def _is_header(line: str) -> bool:
    return _GOROUTINE.match(line.lstrip()) is not None


def _read_frames(lines: Sequence[str], start: int) -> list[Frame]:
    """The frames from a line on, up to a blank line or the next goroutine."""
    frames: list[Frame] = []
    call: str | None = None
    for index in range(start, len(lines)):
        line = lines[index]
        file = _FILE.match(line)
        if file and call:
            frames.append(_make_frame(call, file.group(1)))
            call = None
        elif (
            not line.strip() or line.startswith("goroutine ") or _is_header(line) or len(frames) >= MAX_FRAMES
        ):
            break
        else:
            call = line.strip()
    plumbing = next((i for i, frame in enumerate(frames) if not frame.name.startswith(_PANIC_PLUMBING)), 0)
    return frames[plumbing:]


def _make_frame(call: str, path: str) -> Frame:
    """`net/http.(*conn).serve(0xc0, …)` is function `conn.serve` of module `net/http`."""
    name = call.removeprefix("created by ").partition(" in goroutine ")[0].replace("[...]", "")
    name = name[: name.rfind("(")] if name.endswith(")") and "(" in name else name
    folder, slash, rest = name.rpartition("/")
    package, _, function = rest.partition(".")
    function = _CLOSURE.sub("", function.replace("(*", "").replace(")", "")) or "init"
    module = f"{folder}{slash}{package}".replace("%2e", ".")
    return Frame(module, function, _is_in_app(module, path))


def _is_in_app(module: str, path: str) -> bool:
    if any(part in path for part in _LIBRARY_PATHS):
        return "/go/src/" in path and "." in module.partition("/")[0] and "/vendor/" not in path
    return module.partition("/")[0] not in ("runtime", "panic", "testing", "reflect")


def _read_panic_types(lines: Sequence[str]) -> list[str]:
    """The types of the panics above a goroutine, in order."""
    types = []
    for line in lines:
        text = line.strip()
        for prefix in ("panic: ", "fatal error: "):
            at = text.find(prefix)
            if at == 0 or (at > 0 and text[at - 1] == " " and at < 60):
                types.append(_read_panic_type(prefix, text[at + len(prefix) :]))
                break
    return list(dict.fromkeys(types))


def _read_panic_type(prefix: str, message: str) -> str:
    """Errors of the runtime by their text, values by their Go type, free text as a plain panic."""
    message = message.replace(" [recovered]", "")
    if prefix == "fatal error: ":
        return f"fatal error: {_DETAIL.sub('', message).rstrip('!')}"
    if message.startswith("runtime error: "):
        return f"runtime error: {_DETAIL.sub('', message.removeprefix('runtime error: '))}"
    if message.startswith("interface conversion: "):
        return "interface conversion"
    custom = _CUSTOM.match(message)
    return (custom.group(1) or custom.group(2)) if custom else "panic"
