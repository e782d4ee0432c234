"""Call stacks without a language: which lines of a text look like frames, and what function each names.

A line earns points for what printed frames have in common (a number, an address, `at`, arguments, a file and
a line); two points make it a frame, and two frames near each other make it a call stack. Nothing here tells
the team's own code from a library: how common a frame is in the workspace does (`similarity.frame_rarity`).
"""

import re
from collections.abc import Iterator, Sequence

MAX_CHARACTERS = 20_000
MAX_FRAMES = 200
MIN_FRAMES = 2
_LONG_STACK = 5  # the first stack of so many frames is taken, else the longest
_MAX_GAP_LINES = 3
_MIN_POINTS = 2
_MAX_LINE = 400
_MAX_PREFIXES = 6

SIGN = (
    r"\+ ?0x[0-9a-f]|\.(?:go|s):\d+|File \"[^\"\n]+\", line \d+|:in ['`]|@(?:https?|file|webpack)|::\w+|"
    r"\bat \S+ ?\(|#\d+:? +\S|\d: +(?:0x)?\S+ ?\(|\d +\S+ +0x[0-9a-f]"
)
"""A pattern (Rust `regex` syntax too) that every text with a call stack holds."""

_LOG_PREFIX = re.compile(
    r"^(?:\S{3} +\d+ [\d:]{8} \S+ )?(?:kernel: )?(?:<\d>)?(?:\[ *\d+\.\d+\]\s*)?(?:\[ *[TC]\d+\]\s*)?(?:> ?)*"
)
_PREFIXES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern), points)
    for pattern, points in (
        (r"#\d+:?\s+", 1),
        (r"\d+:\s+", 1),
        (r"\[<[0-9a-f]+>\]\s*", 1),
        (r"0x[0-9a-fA-F]+:?\s+(?!\()", 1),
        (r"at\s+", 1),
        (r"in\s+", 0),
        (r"-\s+", 0),
        (r"\?\s+", 0),
        (r"created by\s+", 1),
        (r"(?:RIP|EIP|PC is at|pc : |lr : |LR is at):?\s*(?:[0-9a-f]{4}:)?", 1),
    )
)
_NAME = re.compile(r"(?:\(\*\w+\)|[^\s()+,;=\"'`|])(?:\(\*?[\w.\[\]]+\)(?=\.)|[^\s()+,;\"'`|])*")
_FILE_LINE = re.compile(r"[\w$~+-]\.[A-Za-z]\w{0,5}:(?:line )?\d+")
_PATH_LINE = re.compile(r"(?:\S*[/\\])?[\w.$~+-]+\.[A-Za-z]\w{0,5}(?::\d+|\(\d+\))")
_GO_LINE = re.compile(r"(?:\s+|(?=/))\S+\.(?:go|s):\d+")
_GO_NAME = re.compile(r"[\w./*()-]+\.[\w.*()-]+")
_PYTHON = re.compile(r"\s*File \"([^\"]+)\", line \d+, in (\S+)")
_RUBY = re.compile(r"\S+:\d+:in ['`](?:(?:block|rescue|ensure)[^'`]* in )?([^'`]+)")
_FIREFOX = re.compile(r"\s*([\w$./<*-]*)@(?:https?|file|webpack)\S*:\d+")
_APPLE = re.compile(r"\s*(?:\d+\s+\S.*?\s+|0x[0-9a-f]+ : )0x[0-9a-f]+\s+(?:\S+ : )?(.+?) \+ (?:0x)?\d+")
_PHP = re.compile(r"\s*#\d+ \S+\(\d+\): ([^\s(]+)\(")
_SHARED_OBJECT = re.compile(r"\S+\.(?:so|dylib|dll)[\w.]*\(([\w:~.@]+)\+0x")
_DIRECT = (_RUBY, _FIREFOX, _APPLE, _PHP, _SHARED_OBJECT)

_NOISE = re.compile(
    r"::h[0-9a-f]{8,}|\.(?:constprop|isra|part|cold|llvm)(?:\.\d+)*|@plt|@+GLIBC\S*|\$+\d+|\.func\d+(?:\.\d+)*"
    r"|\{\{.*?\}\}|\d{2,}"
)
_GENERICS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]")
_POINTER_RECEIVER = re.compile(r"\(\*?([\w.]+)\)")
_WORDS = re.compile(r"[A-Za-z_]{2}")


def find_call_stack(text: str) -> tuple[str, ...]:
    """Finds the call stack in a text.

    In: any text, with real or escaped line ends. Out: the names of its functions, the call that failed first,
    each once; nothing without a stack. Only the first 20,000 characters are read; time is linear in them.
    """
    text = text[:MAX_CHARACTERS]
    if text.count("\n") < 2 and "\\n" in text:
        text = text.replace("\\r", "").replace("\\n", "\n").replace("\\t", "\t")
    lines = [line[:_MAX_LINE] for line in text.split("\n")]
    best: list[str] = []
    for frames in _split_stacks(lines):
        if len(frames) > len(best):
            best = frames
        if len(frames) >= _LONG_STACK:
            break
    distinct = tuple(dict.fromkeys(best[:MAX_FRAMES]))
    return distinct if len(distinct) >= MIN_FRAMES else ()


def _split_stacks(lines: Sequence[str]) -> Iterator[list[str]]:
    """The runs of frames with few other lines between them; one written oldest call first is turned round."""
    frames: list[str] = []
    last, is_reversed, next_is_reversed = 0, False, False
    for number, line in enumerate(lines):
        if "most recent call last" in line:
            next_is_reversed = True
        following = lines[number + 1] if number + 1 < len(lines) else ""
        name = _read_frame(line, following)
        if name is None:
            continue
        if frames and number - last > _MAX_GAP_LINES:
            yield frames[::-1] if is_reversed else frames
            frames = []
        if not frames:
            is_reversed, next_is_reversed = next_is_reversed, False
        frames.append(name)
        last = number
    yield frames[::-1] if is_reversed else frames


def _read_frame(line: str, following: str) -> str | None:
    """The normalized function that a line names as a frame, None for any other line."""
    is_go = _GO_LINE.match(following) is not None and not line[:1].isspace()
    if is_go and _GO_NAME.fullmatch(line.rstrip()) and not line.rstrip().endswith(")"):
        return normalize_frame(line.rstrip())
    if not is_go and not any(sign in line for sign in ("(", "+0x", "::", "@", ", line ", ":in ", " + ")):
        return None
    python = _PYTHON.match(line)
    if python:
        return normalize_frame(f"{_module_of(python[1])}.{python[2]}")
    for pattern in _DIRECT:
        direct = pattern.match(line)
        if direct:
            return normalize_frame(direct[1] or "anonymous")
    return _read_by_points(line, is_go=is_go)


def _read_by_points(line: str, *, is_go: bool) -> str | None:
    rest = line[_LOG_PREFIX.match(line).end() :].lstrip()  # type: ignore[union-attr]
    points, is_numbered = int(is_go), False
    for _ in range(_MAX_PREFIXES):
        for pattern, value in _PREFIXES:
            prefix = pattern.match(rest)
            if prefix:
                points += value
                is_numbered |= rest[0] in "#0["
                rest = rest[prefix.end() :]
                break
        else:
            break
    if _PATH_LINE.match(rest):
        return None
    name = _NAME.match(rest)
    if name is None or not _WORDS.search(name[0]):
        return None
    tail = rest[name.end() :]
    points += 2 * tail.startswith("+0x")
    points += tail.startswith("(") or (is_numbered and tail.startswith(" ("))
    points += _FILE_LINE.search(tail) is not None
    points += "::" in name[0]
    return normalize_frame(name[0]) if points >= _MIN_POINTS else None


def normalize_frame(name: str) -> str:
    """Drops from a function's name what differs between builds.

    In: the name as printed. Out: the name without hashes, counters of closures, generic arguments, compiler
    suffixes and symbol versions.
    """
    name = _POINTER_RECEIVER.sub(r"\1", name)
    for _ in range(3):
        shorter = _GENERICS.sub("", name)
        if shorter == name:
            break
        name = shorter
    return _NOISE.sub("", name.partition("<")[0] or name).strip(".:") or "anonymous"


def _module_of(path: str) -> str:
    return path.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".py")
