"""Go panics and fatal errors: the goroutine that failed, each frame a call line and a file line."""

import re
from collections.abc import Sequence

from causeloop_pipeline.analysis.detect.traces.stack_frames import FRAME_LIMIT, Frame, Link

MARKERS = ("goroutine ",)

_GOROUTINE = re.compile(r"goroutine \d+(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[[^\]]*\]:")
_FILE = re.compile(r"\s+(\S.*\.(?:go|s|c)):\d+(?: \+0x[0-9a-f]+)?")
_CLOSURE = re.compile(r"(?:\.func\d+|\.gowrap\d+|\.deferwrap\d+|\.\d+|-range\d+|-fm)+$")
_CUSTOM = re.compile(r"(?:&?([\w./]+\.[A-Z]\w*)\{|(?:\()?(\*?[\w/]+(?:\.[\w/]+)*\.[A-Za-z]\w*)\()")
_DETAIL = re.compile(r" \[[^\]]*\].*$| with (?:length|capacity) .*$| \(types? .*$|:.*$")
_PANIC_PLUMBING = ("runtime.", "panic", "testing.", "runtime/debug.")
_LIBRARY_PATHS = ("/pkg/mod/", "/vendor/", "/go/src/", "/libexec/src/", "/usr/lib/go")


def parse(lines: Sequence[str]) -> tuple[Link, ...]:
    """The panics, first one first: a panic while panicking is printed after the one that started it."""
    types = _panic_types(lines)
    start = next((index for index, line in enumerate(lines) if _GOROUTINE.match(line.lstrip())), None)
    if start is None:
        return ()
    frames = _frames(lines[start + 1 :])
    if not frames:
        return ()
    first, *others = types or ["panic"]
    return (Link(first, tuple(frames)), *(Link(other, ()) for other in others))


def _frames(lines: Sequence[str]) -> list[Frame]:
    frames: list[Frame] = []
    call: str | None = None
    for line in lines:
        found = _FILE.match(line)
        if found and call:
            frames.append(_named(call, found.group(1)))
            call = None
        elif not line.strip() or line.startswith("goroutine ") or len(frames) >= FRAME_LIMIT:
            break
        else:
            call = line.strip()
    plumbing = next((i for i, frame in enumerate(frames) if not frame.name.startswith(_PANIC_PLUMBING)), 0)
    return frames[plumbing:]


def _named(call: str, path: str) -> Frame:
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


def _panic_types(lines: Sequence[str]) -> list[str]:
    types = []
    for line in lines:
        text = line.strip()
        for prefix in ("panic: ", "fatal error: "):
            at = text.find(prefix)
            if at == 0 or (at > 0 and text[at - 1] == " " and at < 60):
                types.append(_panic_type(prefix, text[at + len(prefix) :]))
                break
        if text.startswith("goroutine "):
            break
    return list(dict.fromkeys(types))


def _panic_type(prefix: str, message: str) -> str:
    """Errors of the runtime by their text, values by their Go type, free text as a plain panic."""
    message = message.replace(" [recovered]", "")
    if prefix == "fatal error: ":
        return f"fatal error: {_DETAIL.sub('', message).rstrip('!')}"
    if message.startswith("runtime error: "):
        return f"runtime error: {_DETAIL.sub('', message.removeprefix('runtime error: '))}"
    if message.startswith("interface conversion: "):
        return "interface conversion"
    found = _CUSTOM.match(message)
    return (found.group(1) or found.group(2)) if found else "panic"
