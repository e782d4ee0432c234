"""Java and Kotlin traces: `Throwable.printStackTrace` with causes, suppressed errors and elided frames."""

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

_LOCATION = re.compile(
    r"(?:[\w$\- ]+\.(?:java|kt|kts|scala|groovy|clj)(?::-?\d+)?"
    r"|Native Method|Unknown Source|<generated>|SourceFile(?::\d+)?)$"
)
_HEADER = re.compile(
    r'(?:Exception in thread "[^"]*" )?(?:Caused by: |Wrapped by: )?((?:[\w$]+\.)*[\w$]+)(?=:|\s*$)'
)
_MORE = re.compile(r"\s*\.\.\. (\d+) (?:more|common frames omitted)")
_LAMBDA = re.compile(r"lambda\$(\w+?)(?:\$\d+)+$")
_KOTLIN = re.compile(r"\$(\w+)\$\d+")
_COUNTER = re.compile(r"\$+\d+(?=\$|$)")
_PROXIES = (
    ".$Proxy",
    "GeneratedMethodAcc",
    "GeneratedConstructorAcc",
    "$$FastClassBy",
    "$$Lambda",
    "LambdaForm$",
)
_LIBRARY = (
    "java.", "javax.", "jakarta.", "jdk.", "sun.", "com.sun.", "kotlin.", "kotlinx.", "scala.",
    "groovy.", "clojure.", "android.", "androidx.", "dalvik.", "com.android.", "org.springframework.",
    "org.hibernate.", "org.apache.tomcat.", "org.apache.catalina.", "org.apache.coyote.",
    "org.apache.commons.", "org.apache.http.", "org.apache.hc.", "org.apache.logging.",
    "org.apache.log4j.", "org.apache.maven.", "com.amazonaws.", "software.amazon.", "org.eclipse.jetty.",
    "org.jboss.", "org.mortbay.", "io.netty.", "io.undertow.", "io.grpc.", "io.reactivex.", "io.vertx.",
    "reactor.", "rx.", "akka.", "okhttp3.", "okio.", "retrofit2.", "com.google.common.",
    "com.google.inject.", "com.fasterxml.", "com.zaxxer.", "com.mysql.", "org.postgresql.", "oracle.",
    "org.junit.", "junit.", "org.testng.", "org.mockito.", "org.gradle.", "org.slf4j.", "ch.qos.",
    "org.codehaus.", "net.bytebuddy.", "feign.", "redis.clients.", "io.lettuce.", "com.netflix.",
    "org.aspectj.", "org.quartz.", "io.micronaut.", "io.quarkus.",
)  # fmt: skip


def parse(lines: Sequence[str]) -> tuple[ChainedError, ...]:
    """The chain of errors, innermost cause first."""
    errors: list[ChainedError] = []
    root_first = False
    suppressed_depth: int | None = None
    blocks = split_blocks(lines, _read_frame)
    for index, block in enumerate(blocks):
        marker = _marker_line(block)
        if marker and "Suppressed:" in marker:
            suppressed_depth = _indentation(marker)
        elif marker and suppressed_depth is not None and _indentation(marker) <= suppressed_depth:
            suppressed_depth = None
        if not block.is_open or suppressed_depth is not None:
            continue
        root_first = root_first or bool(marker and "Wrapped by:" in marker)
        frames = block.frames + _restore_elided(errors, _count_elided(blocks, index))
        errors.append(ChainedError(_read_error_type(block), tuple(frames)))
    return tuple(errors if root_first else reversed(errors))


def _marker_line(block: Block) -> str | None:
    marks = ("Caused by:", "Wrapped by:", "Suppressed:")
    return next((line for line in reversed(block.preamble) if line.lstrip().startswith(marks)), None)


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def _count_elided(blocks: Sequence[Block], index: int) -> int:
    following = blocks[index + 1].preamble[:1] if index + 1 < len(blocks) else []
    match = _MORE.match(following[0]) if following else None
    return min(int(match.group(1)[:4]), 1_000) if match else 0


def _restore_elided(errors: Sequence[ChainedError], count: int) -> list[Frame]:
    """The frames behind `... n more`: the last n of the error that this one caused."""
    return list(errors[-1].frames[-count:]) if errors and count else []


def _read_frame(line: str) -> Frame | bool | None:
    text = line.lstrip()
    if not text.startswith("at "):
        return None
    qualified, opening, rest = text[3:].partition("(")
    location = rest.partition(")")[0]
    if not opening or "." not in qualified or not _LOCATION.match(location):
        return None
    name = _without_loader(qualified)
    if any(proxy in name for proxy in _PROXIES) or name.startswith("$Proxy"):
        return True
    owner, _, function = name.rpartition(".")
    if function.startswith("access$"):
        return True
    return _make_frame(owner, function)


def _without_loader(qualified: str) -> str:
    """Without `loader/module@version/`; the slash of a hidden class comes after its name's `$$Lambda`."""
    return qualified if "$$Lambda" in qualified else qualified.rpartition("/")[2]


def _make_frame(owner: str, function: str) -> Frame:
    in_app = not owner.startswith(_LIBRARY)
    owner = owner.partition("$$")[0]
    if (match := _LAMBDA.match(function)) is not None:
        function = match.group(1)
    elif function in ("invoke", "invokeSuspend") and (inner := _KOTLIN.search(owner)):
        owner, function = owner[: inner.start()], inner.group(1)
    return Frame(_COUNTER.sub("", owner), function.split("$")[0] or function, in_app)


def _read_error_type(block: Block) -> str:
    """The class named in the line that opens the block; else the last word that is named like an error."""
    for line in reversed(block.preamble):
        match = _HEADER.match(line.lstrip())
        if match and _is_class(match.group(1)):
            return match.group(1)
    named = (find_error_name(line) for line in reversed(block.preamble))
    return next((name for name in named if name), "")


def _is_class(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.endswith(("Exception", "Error", "Throwable")) or ("." in name and last[:1].isupper())
