"""Java and Kotlin traces: `Throwable.printStackTrace` with causes, suppressed errors and elided frames."""

import re
from collections.abc import Sequence

from causeloop_pipeline.analysis.detect.traces.stack_frames import (
    Block,
    Frame,
    Link,
    last_error_name,
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


def parse(lines: Sequence[str]) -> tuple[Link, ...]:
    """The chain of errors, innermost cause first."""
    links: list[Link] = []
    root_first = False
    suppressed_depth: int | None = None
    blocks = split_blocks(lines, _frame)
    for index, block in enumerate(blocks):
        marker = _marker_line(block)
        if marker and "Suppressed:" in marker:
            suppressed_depth = _indent(marker)
        elif marker and suppressed_depth is not None and _indent(marker) <= suppressed_depth:
            suppressed_depth = None
        if not block.is_open or suppressed_depth is not None:
            continue
        root_first = root_first or bool(marker and "Wrapped by:" in marker)
        frames = block.frames + _elided(links, _elided_count(blocks, index))
        links.append(Link(_error_type(block), tuple(frames)))
    return tuple(links if root_first else reversed(links))


def _marker_line(block: Block) -> str | None:
    marks = ("Caused by:", "Wrapped by:", "Suppressed:")
    return next((line for line in reversed(block.preamble) if line.lstrip().startswith(marks)), None)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _elided_count(blocks: Sequence[Block], index: int) -> int:
    following = blocks[index + 1].preamble[:1] if index + 1 < len(blocks) else []
    found = _MORE.match(following[0]) if following else None
    return min(int(found.group(1)[:4]), 1_000) if found else 0


def _elided(links: Sequence[Link], count: int) -> list[Frame]:
    """The frames behind `... n more`: the last n of the error that this one caused."""
    return list(links[-1].frames[-count:]) if links and count else []


def _frame(line: str) -> Frame | bool | None:
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
    return _named(owner, function)


def _without_loader(qualified: str) -> str:
    """Without `loader/module@version/`; the slash of a hidden class comes after its name's `$$Lambda`."""
    return qualified if "$$Lambda" in qualified else qualified.rpartition("/")[2]


def _named(owner: str, function: str) -> Frame:
    in_app = not owner.startswith(_LIBRARY)
    owner = owner.partition("$$")[0]
    if (found := _LAMBDA.match(function)) is not None:
        function = found.group(1)
    elif function in ("invoke", "invokeSuspend") and (inner := _KOTLIN.search(owner)):
        owner, function = owner[: inner.start()], inner.group(1)
    return Frame(_COUNTER.sub("", owner), function.split("$")[0] or function, in_app)


def _error_type(block: Block) -> str:
    """The class named in the line that opens the block; else the last word that is named like an error."""
    for line in reversed(block.preamble):
        found = _HEADER.match(line.lstrip())
        if found and _is_class(found.group(1)):
            return found.group(1)
    named = (last_error_name(line) for line in reversed(block.preamble))
    return next((name for name in named if name), "")


def _is_class(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.endswith(("Exception", "Error", "Throwable")) or ("." in name and last[:1].isupper())
