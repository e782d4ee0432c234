"""One frame of a stack trace and one error of its chain, free of all that differs from run to run.

Line numbers, addresses, build hashes, lambda counters and proxies change with every build or process; what is
left (module and function) is the same wherever and whenever the same code fails.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

PREAMBLE_LINES = 40
FRAME_LIMIT = 1_000

_HASH = re.compile(r"[.\-_~](?=[0-9a-fA-F]{6,40}(?:[.\-_]|$))(?=[a-fA-F]*[0-9])[0-9a-fA-F]+")
_TOKEN = re.compile(r"[\w$.]+")


@dataclass(frozen=True, slots=True)
class Frame:
    """A call in progress: where it lives, what it is called, and whether the team itself wrote it."""

    module: str
    function: str
    in_app: bool

    @property
    def name(self) -> str:
        """The frame as one word, as it enters signatures."""
        return f"{self.module}.{self.function}"


@dataclass(frozen=True, slots=True)
class Link:
    """One error of a chain of causes; its frames start with the one that raised."""

    exception_type: str
    frames: tuple[Frame, ...]


@dataclass(slots=True)
class Block:
    """A run of frames and the lines that stand before it."""

    preamble: list[str]
    frames: list[Frame]
    is_open: bool = True


def split_blocks(lines: Sequence[str], read_frame: Callable[[str], Frame | bool | None]) -> list[Block]:
    """Lines as blocks; `read_frame` answers a frame, True for one to leave out, None for other text."""
    blocks: list[Block] = []
    preamble: list[str] = []
    for line in lines:
        found = read_frame(line)
        if found is None:
            preamble.append(line)
            continue
        if preamble or not blocks:
            blocks.append(Block(preamble[-PREAMBLE_LINES:], []))
            preamble = []
        if isinstance(found, Frame) and len(blocks[-1].frames) < FRAME_LIMIT:
            blocks[-1].frames.append(found)
    if preamble and blocks:
        blocks.append(Block(preamble[:PREAMBLE_LINES], [], is_open=False))
    return blocks


def last_error_name(line: str, endings: tuple[str, ...] = ("Exception", "Error", "Throwable")) -> str | None:
    """The last word of a line that is named like an error, or None."""
    words = [word.strip(".") for word in _TOKEN.findall(line)]
    return next((word for word in reversed(words) if word.endswith(endings)), None)


def path_module(path: str, separator: str, *, depth: int = 2) -> str:
    """A source path as a module: its last parts, without extension, build hash or query."""
    parts = [part for part in path.replace("\\", "/").split("?")[0].split("/") if part not in ("", ".", "..")]
    if not parts:
        return path
    stem = _HASH.sub("", parts[-1])
    stem = stem.rsplit(".", 1)[0] if "." in stem[1:] else stem
    return separator.join([*parts[-depth:-1], stem])
