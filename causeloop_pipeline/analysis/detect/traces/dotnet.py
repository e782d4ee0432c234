"""C# and .NET traces: `Exception.ToString` with inner exceptions, async state machines, local functions."""

import re
from collections.abc import Sequence

from causeloop_pipeline.analysis.detect.traces.stack_frames import (
    Block,
    ChainedError,
    Frame,
    find_error_name,
    split_blocks,
)

MARKERS = ("at ",)

_NAME = re.compile(r"[\w.<>`+$|\[\],&*\-=]+$")
_JAVA_LOCATION = re.compile(
    r"[\w$\- ]+\.(?:java|kt|scala|groovy)(?::-?\d+)?$|Native Method$|Unknown Source$|<generated>$"
)
_STATE_MACHINE = re.compile(r"\.<([^<>]+)>d(?:__\d+)?\.MoveNext$")
_LAMBDA = re.compile(r"\.<>c(?:__DisplayClass[\w]*)?(?=\.|$)")
_CLOSURE = re.compile(r"<([^<>]+)>[bg]__(?:(\w+)\|)?[\d_]*")
_GENERIC = re.compile(r"`\d+|\[[^\[\]]*\]")
_HEADER = re.compile(
    r"(?:Unhandled exception\. )?((?:\w+\.)*\w+)(?:`\d+\S*)?(?: \(0x[0-9A-Fa-f]+\))?(?=:|\s*$)"
)
_LIBRARY = (
    "System.", "Microsoft.", "MS.", "mscorlib.", "Interop.", "Newtonsoft.", "Npgsql.", "MySql.",
    "Dapper.", "AutoMapper.", "MediatR.", "Polly.", "Serilog.", "NLog.", "Castle.", "Autofac.", "Grpc.",
    "StackExchange.", "RabbitMQ.", "MassTransit.", "Hangfire.", "Quartz.", "Xunit.", "NUnit.", "Moq.",
    "FluentValidation.", "FluentAssertions.", "Swashbuckle.", "UnityEngine.", "Amazon.", "Azure.",
    "Elasticsearch.", "MongoDB.", "IdentityServer4.", "Refit.", "Orleans.", "Akka.",
)  # fmt: skip
_PLUMBING = (
    "System.Runtime.CompilerServices.",
    "System.Runtime.ExceptionServices.",
    "System.Threading.Tasks.Task.",
)


def parse(lines: Sequence[str]) -> tuple[ChainedError, ...]:
    """The chain of errors, innermost cause first: .NET names all at the top, then prints inner frames."""
    blocks = [block for block in split_blocks(_without_await_markers(lines), _read_frame) if block.is_open]
    if not blocks:
        return ()
    types = _read_error_types(blocks[0])
    count = max(len(types), len(blocks))
    types += [""] * (count - len(types))
    frames = [tuple(block.frames) for block in blocks] + [()] * (count - len(blocks))
    return tuple(ChainedError(name, part) for name, part in zip(types, frames, strict=True))


def _without_await_markers(lines: Sequence[str]) -> list[str]:
    """The lines without those that mark where an awaited task continued: they end no list of frames."""
    return [line for line in lines if "--- End of stack trace from previous location" not in line]


def _read_frame(line: str) -> Frame | bool | None:
    text = line.strip()
    if not text.startswith("at "):
        return None
    qualified, opening, rest = text[3:].partition("(")
    if not opening or not _NAME.match(qualified) or "." not in qualified.strip("."):
        return None
    if _JAVA_LOCATION.match(rest.partition(")")[0]):
        return None
    return True if qualified.startswith(_PLUMBING) else _make_frame(qualified)


def _make_frame(qualified: str) -> Frame:
    name = _STATE_MACHINE.sub(r".\1", qualified)
    name = _LAMBDA.sub("", name)
    name = _CLOSURE.sub(lambda match: match.group(2) or match.group(1), name)
    name = _GENERIC.sub("", name).replace("+", ".").replace("..ctor", ".ctor").replace("..cctor", ".cctor")
    owner, _, function = name.rpartition(".")
    return Frame(owner, function, not qualified.startswith(_LIBRARY))


def _read_error_types(block: Block) -> list[str]:
    """The errors above the first frame, innermost first."""
    text = [part for line in block.preamble for part in _split_arrows(line)]
    types = [name for part in text if (name := _read_error_type(part))]
    nested = [name for part in text if part.startswith("> ") and (name := _read_error_type(part))]
    if not types:
        named = [name for line in reversed(block.preamble) if (name := find_error_name(line))]
        return named[:1]
    outer = [name for name in types if name not in nested]
    return [*reversed(nested), *outer[-1:]]


def _split_arrows(line: str) -> list[str]:
    """`A: x ---> B: y` on one line (.NET Framework) or one per line (.NET): each error on its own."""
    first, *others = line.strip().split("--->")
    return [first.strip(), *(f"> {other.strip()}" for other in others)]


def _read_error_type(part: str) -> str | None:
    match = _HEADER.match(part.removeprefix("> "))
    if match is None:
        return None
    name = match.group(1)
    is_class = name.endswith(("Exception", "Error")) or (part.startswith("> ") and "." in name)
    return name if is_class else None
