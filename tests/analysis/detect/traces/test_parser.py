"""Stack traces in the documented formats of six languages, and whatever garbage a body may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.traces.parser import Frame, Trace, parse_trace
from tests.support.stack_traces import DOTNET, FIREFOX, GO, JAVA, NODE, NODE_WITH_CAUSE, PYTHON, RUBY


def parse(text: str) -> Trace:
    trace = parse_trace(text)
    assert trace is not None
    return trace


def own(trace: Trace) -> list[str]:
    return [frame.name for frame in trace.frames if frame.in_app]


def test_the_root_of_chained_python_errors_is_the_one_that_was_raised_first() -> None:
    trace = parse(PYTHON)
    assert trace.language == "python"
    assert trace.exception_types == ("ConnectionRefusedError", "orders.errors.PlaceError")
    assert trace.frames[0] == Frame("socket", "create_connection", in_app=False)
    assert own(trace) == ["db.pool.connect"]


def test_an_implicit_python_chain_has_the_same_root_as_an_explicit_one() -> None:
    implicit = PYTHON.replace(
        "The above exception was the direct cause of the following exception:",
        "During handling of the above exception, another exception occurred:",
    )
    assert parse(implicit).signature == parse(PYTHON).signature


def test_python_recursion_depth_does_not_change_the_signature() -> None:
    frame = '  File "/a/tree.py", line 4, in walk\n    walk(child)\n'
    text = "Traceback (most recent call last):\n{}RecursionError: maximum depth\n"
    assert parse(text.format(frame * 3)).signature == parse(text.format(frame * 700)).signature


def test_the_exception_group_format_is_read_through_its_bars() -> None:
    group = """  + Exception Group Traceback (most recent call last):
  |   File "/app/job.py", line 4, in run
  |     raise ExceptionGroup("many", errors)
  | ExceptionGroup: many (1 sub-exception)
  +-+---------------- 1 ----------------
    | Traceback (most recent call last):
    |   File "/app/task.py", line 9, in step
    |     int("x")
    | ValueError: invalid literal
    +------------------------------------
"""
    trace = parse(group)
    assert trace.exception_types == ("ValueError", "ExceptionGroup")
    assert own(trace) == ["app.task.step"]


def test_java_elided_frames_come_back_from_the_error_that_was_caused() -> None:
    trace = parse(JAVA)
    assert trace.language == "java"
    assert trace.exception_types[0] == "java.sql.SQLException"
    assert "java.lang.Exception" not in trace.exception_types, "a suppressed error is not a cause"
    assert [frame.name for frame in trace.frames] == [
        "org.postgresql.Driver.go",
        "com.example.myproject.MyServlet.doPost",
        "com.example.myproject.Service.run",
        "org.mortbay.jetty.servlet.ServletHandler$CachedChain.doFilter",
        "java.lang.Thread.run",
    ]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("com.acme.A.lambda$load$7(A.java:3)", "com.acme.A.load"),
        ("com.acme.A$$Lambda$14/0x0000000800066840.run(Unknown Source)", None),
        ("jdk.internal.reflect.GeneratedMethodAccessor12.invoke(Unknown Source)", None),
        ("com.acme.MainKt$main$1.invokeSuspend(Main.kt:9)", "com.acme.MainKt.main"),
        ("app//com.acme.Inner$Part$1.call(Inner.java:3)", "com.acme.Inner$Part.call"),
        ("com.acme.Thing.access$000(Thing.java:3)", None),
        ("com.acme.Thing.<init>(Thing.java:3)", "com.acme.Thing.<init>"),
    ],
)
def test_java_names_lose_what_the_compiler_and_the_proxies_added(line: str, name: str | None) -> None:
    trace = parse(f"java.lang.IllegalStateException: x\n\tat {line}\n\tat com.acme.Main.main(Main.java:1)\n")
    names = [frame.name for frame in trace.frames]
    assert names == ([name] if name else []) + ["com.acme.Main.main"]


def test_javascript_frames_tell_library_from_own_code_and_drop_build_hashes() -> None:
    trace = parse(NODE)
    assert trace.exception_types == ("TypeError",)
    assert own(trace) == ["src/cart.total", "static/main.chunk.Basket"]


def test_a_node_cause_is_the_root() -> None:
    assert parse(NODE_WITH_CAUSE).exception_types == ("RangeError", "TypeError")
    assert own(parse(NODE_WITH_CAUSE)) == ["src/deep.deep"]


def test_firefox_frames_are_read_and_a_mail_address_is_not_a_frame() -> None:
    assert own(parse(FIREFOX)) == ["js/cart.total", "js/page.render", "js/page.anonymous"]
    assert parse_trace("TypeError: ask\nops@example.com:25\ngit@host.example/repo:22\n") is None


def test_a_go_panic_is_its_own_goroutine_without_panic_plumbing() -> None:
    trace = parse(GO)
    assert trace.exception_types == ("runtime error: index out of range",)
    assert own(trace) == ["main.Shop.total", "github.com/acme/shop/orders.Map", "main.main"]
    assert "main.other" not in [frame.name for frame in trace.frames]


def test_a_go_header_without_frames_before_a_panic_is_skipped() -> None:
    assert parse(f"goroutine 7 [chan receive]:\n{GO}").signature == parse(GO).signature


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (
            "fatal error: all goroutines are asleep - deadlock!",
            "fatal error: all goroutines are asleep - deadlock",
        ),
        ("panic: main.BadInput{Code:3}", "main.BadInput"),
        ("panic: open /tmp/x: no such file", "panic"),
        ("panic: interface conversion: interface {} is string, not int", "interface conversion"),
    ],
)
def test_go_errors_are_named_without_what_varies(first: str, kind: str) -> None:
    text = f"{first}\n\ngoroutine 1 [running]:\nmain.main()\n\t/srv/main.go:10 +0x1d\n"
    assert parse(text).exception_types == (kind,)


def test_the_innermost_dotnet_exception_is_the_root_and_async_code_reads_as_written() -> None:
    trace = parse(DOTNET)
    assert trace.language == "dotnet"
    assert trace.exception_types == ("System.ArgumentNullException", "System.InvalidOperationException")
    assert own(trace) == ["MyApp.Cart.Total", "MyApp.Cart.LoadAsync", "MyApp.Cart.Run", "MyApp.Cart.Local"]


def test_dotnet_framework_arrows_on_one_line_name_the_same_root() -> None:
    text = "System.A.OuterException: x ---> System.IO.IOException: disk\n   at My.Disk.Read(Int32 n)\n"
    assert parse(text).exception_types == ("System.IO.IOException", "System.A.OuterException")


def test_the_ruby_cause_is_the_root_and_blocks_belong_to_their_method() -> None:
    trace = parse(RUBY)
    assert trace.exception_types == ("NoMethodError", "Basket::OuterError")
    assert own(trace) == ["models/item.price", "models/basket.total"]


def test_a_rails_log_names_the_error_before_its_frames() -> None:
    text = (
        "NoMethodError (undefined method `x' for nil):\n\napp/models/a.rb:3:in `bar'\nlib/b.rb:5:in `run'\n"
    )
    assert parse(text).exception_types == ("NoMethodError",)


@pytest.mark.parametrize("text", [PYTHON, JAVA, NODE, FIREFOX, GO, DOTNET, RUBY])
def test_other_line_numbers_and_addresses_give_the_same_signature(text: str) -> None:
    moved = "".join(
        str((int(char) + 3) % 10) if char.isdigit() and text[max(place - 1, 0)] == ":" else char
        for place, char in enumerate(text)
    )
    assert parse(moved.replace("+0x1d", "+0x2f")).signature == parse(text).signature


@pytest.mark.parametrize("text", [PYTHON, JAVA, NODE, GO, DOTNET, RUBY])
def test_a_trace_with_escaped_line_ends_reads_like_the_original(text: str) -> None:
    escaped = text.rstrip("\n").replace("\n", "\\n").replace("\t", "\\t")
    assert parse(escaped).signature == parse(text).signature


@pytest.mark.parametrize("text", [PYTHON, JAVA, NODE, GO, DOTNET, RUBY])
def test_text_around_a_trace_changes_nothing(text: str) -> None:
    around = f"Customer says it broke.\nSteps: click on save\n\n{text}\nThanks, and see you at a.b.c\n"
    assert parse(around).signature == parse(text).signature


def test_another_root_type_is_another_signature() -> None:
    assert parse(NODE).signature != parse(NODE.replace("TypeError", "RangeError")).signature


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "see you at a.b.c",
        "at noon (maybe)",
        "Traceback (most recent call last):",
        "goroutine 1 [running]:",
        "\x00\ud800 at x",
        'File "',
        "panic: ",
    ],
)
def test_text_without_a_trace_gives_none(text: str) -> None:
    assert parse_trace(text) is None


FRAGMENTS = [
    f"{line}\n"
    for text in (PYTHON, JAVA, NODE_WITH_CAUSE, FIREFOX, GO, DOTNET, RUBY)
    for line in text.split("\n")
]


@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=40)), max_size=60))
def test_any_mixture_of_trace_lines_and_garbage_is_read_without_an_error(parts: list[str]) -> None:
    text = "".join(parts)
    trace = parse_trace(text)
    assert trace == parse_trace(text)
    if trace is not None:
        assert trace.frames
        assert len(set(trace.frames)) == len(trace.frames)
        assert len(trace.signature) == 16


@given(st.sampled_from(FRAGMENTS), st.sampled_from([PYTHON, JAVA, NODE, FIREFOX, GO, RUBY]))
def test_a_stray_line_of_another_trace_never_hides_a_trace(line: str, text: str) -> None:
    assert parse_trace(line + text) is not None
    assert parse_trace(text + line) is not None


@pytest.mark.parametrize(
    "unit",
    [
        "at ",
        "a",
        "@",
        "at a.b(" + "(" * 900 + "\n",
        "\tat a.b.C.d(X.java:3)\n",
        'File "x", line 1, in f\n',
        "at <a>" * 300 + "()\n",
        "x:1:in `" + "y'`" * 300 + "\n",
        "at x$$$" + "$1" * 450 + ".f(X.java:1)\n",
        "at [[[[(\n",
        " |+-",
        "goroutine 1 [running]:\n",
        "a@b/c.js:1:1\n",
    ],
)
def test_a_megabyte_of_repetition_is_bounded_in_what_it_keeps(unit: str) -> None:
    trace = parse_trace(unit * (1_000_000 // len(unit)))
    assert trace is None or len(trace.frames) <= 1_000
