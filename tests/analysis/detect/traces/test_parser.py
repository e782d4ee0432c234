"""Stack traces in the documented formats of six languages, and whatever garbage a body may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.traces.parser import Frame, Trace, parse_trace, trace_similarity

PYTHON = """Traceback (most recent call last):
  File "/srv/app/db/pool.py", line 31, in connect
    raise OSError("no route")
    ^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/socket.py", line 851, in create_connection
    raise exceptions[0]
ConnectionRefusedError: [Errno 111] Connection refused

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/orders/service.py", line 9, in place
    connect()
  File "/srv/app/orders/service.py", line 12, in retry
    retry()
  [Previous line repeated 996 more times]
orders.errors.PlaceError: cannot place
"""

JAVA = """2026-01-01 ERROR [main] c.a.Foo - failed
javax.servlet.ServletException: Something bad happened
    at com.example.myproject.OpenSessionInViewFilter.doFilter(OpenSessionInViewFilter.java:60)
    at org.mortbay.jetty.servlet.ServletHandler$CachedChain.doFilter(ServletHandler.java:1157)
    at java.base/java.lang.Thread.run(Thread.java:834)
	Suppressed: java.lang.Exception: close
		at com.example.Resource.close(Resource.java:26)
		... 2 more
Caused by: com.example.myproject.MyProjectServletException
    at com.example.myproject.MyServlet.lambda$doPost$0(MyServlet.java:169)
    at com.example.myproject.Service$$EnhancerBySpringCGLIB$$ab12.run(<generated>)
    at com.sun.proxy.$Proxy12.save(Unknown Source)
    ... 2 more
Caused by: java.sql.SQLException: violation: "x"
    at org.postgresql.Driver.go(Driver.java:1) ~[pg.jar:42]
    ... 4 more
"""

NODE = """Uncaught TypeError: Cannot read properties of undefined (reading 'x')
    at Object.total [as sum] (/srv/web/src/cart.js:10:5)
    at async Promise.all (index 0)
    at new Basket (file:///srv/web/static/main.3f2a1b9c.chunk.js:1:2)
    at Layer.handle (/srv/web/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)
"""

NODE_WITH_CAUSE = (
    NODE
    + """  [cause]: RangeError: inner
      at deep (/srv/web/src/deep.js:10:5) {
    code: 'E'
  }
"""
)

FIREFOX = """TypeError: x is undefined
total@https://example.com/js/cart.js?v=12:10:5
render/<@https://example.com/js/page.js:20:7
@https://example.com/js/page.js:30:1
"""

GO = """panic: runtime error: index out of range [5] with length 3 [recovered]
	panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
panic({0x45e320, 0xc0000b4000})
	/usr/local/go/src/runtime/panic.go:884 +0x213
main.(*Shop).total(0xc000012345, {0x1, 0x2})
	/srv/shop/main.go:10 +0x1d
github.com/acme/shop/orders.Map[...](...)
	/srv/shop/orders/map.go:3
main.main.func1()
	/srv/shop/main.go:20 +0x1d
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3086 +0x5cb

goroutine 7 [chan receive]:
main.other()
	/srv/shop/main.go:99
exit status 2
"""

DOTNET = """Unhandled exception. System.InvalidOperationException: outer
 ---> System.ArgumentNullException: Value cannot be null. (Parameter 'x')
   at MyApp.Cart.Total(String s) in C:\\src\\Cart.cs:line 10
   at MyApp.Cart.<LoadAsync>d__3.MoveNext()
--- End of stack trace from previous location ---
   at System.Runtime.CompilerServices.TaskAwaiter.ThrowForNonSuccess(Task task)
   at MyApp.Cart.<>c__DisplayClass1_0.<Run>b__0(Int32 x)
   at MyApp.Cart.<Bar>g__Local|0_0()
   --- End of inner exception stack trace ---
   at MyApp.Outer`1.Run[T](T x)
   at MyApp.Outer..ctor()
"""

RUBY = """app/models/basket.rb:3:in `rescue in total': outer (Basket::OuterError)
	from app/models/basket.rb:1:in `block (2 levels) in baz'
	from /usr/lib/ruby/3.3/gems/rack/handler.rb:1:in `call'
app/models/item.rb:2:in 'Item#price': undefined method 'x' for nil (NoMethodError)
	from app/models/basket.rb:1:in `total'
"""


def parsed(text: str) -> Trace:
    trace = parse_trace(text)
    assert trace is not None
    return trace


def own(trace: Trace) -> list[str]:
    return [frame.name for frame in trace.frames if frame.in_app]


def test_the_root_of_chained_python_errors_is_the_one_that_was_raised_first() -> None:
    trace = parsed(PYTHON)
    assert trace.language == "python"
    assert trace.exception_types == ("ConnectionRefusedError", "orders.errors.PlaceError")
    assert trace.frames[0] == Frame("socket", "create_connection", in_app=False)
    assert own(trace) == ["db.pool.connect"]


def test_an_implicit_python_chain_has_the_same_root_as_an_explicit_one() -> None:
    implicit = PYTHON.replace(
        "The above exception was the direct cause of the following exception:",
        "During handling of the above exception, another exception occurred:",
    )
    assert parsed(implicit).signature == parsed(PYTHON).signature


def test_python_recursion_depth_does_not_change_the_signature() -> None:
    frame = '  File "/a/tree.py", line 4, in walk\n    walk(child)\n'
    text = "Traceback (most recent call last):\n{}RecursionError: maximum depth\n"
    assert parsed(text.format(frame * 3)).signature == parsed(text.format(frame * 700)).signature


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
    trace = parsed(group)
    assert trace.exception_types == ("ValueError", "ExceptionGroup")
    assert own(trace) == ["app.task.step"]


def test_java_elided_frames_come_back_from_the_error_that_was_caused() -> None:
    trace = parsed(JAVA)
    assert trace.language == "java"
    assert trace.exception_types[0] == "java.sql.SQLException"
    assert "java.lang.Exception" not in trace.exception_types, "a suppressed error is no cause"
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
    trace = parsed(f"java.lang.IllegalStateException: x\n\tat {line}\n\tat com.acme.Main.main(Main.java:1)\n")
    names = [frame.name for frame in trace.frames]
    assert names == ([name] if name else []) + ["com.acme.Main.main"]


def test_javascript_frames_know_library_from_own_code_and_forget_build_hashes() -> None:
    trace = parsed(NODE)
    assert trace.exception_types == ("TypeError",)
    assert own(trace) == ["src/cart.total", "static/main.chunk.Basket"]


def test_a_node_cause_is_the_root() -> None:
    assert parsed(NODE_WITH_CAUSE).exception_types == ("RangeError", "TypeError")
    assert own(parsed(NODE_WITH_CAUSE)) == ["src/deep.deep"]


def test_firefox_frames_are_read_and_a_mail_address_is_no_frame() -> None:
    assert own(parsed(FIREFOX)) == ["js/cart.total", "js/page.render", "js/page.anonymous"]
    assert parse_trace("TypeError: ask\nops@example.com:25\ngit@host.example/repo:22\n") is None


def test_a_go_panic_is_its_own_goroutine_without_panic_plumbing() -> None:
    trace = parsed(GO)
    assert trace.exception_types == ("runtime error: index out of range",)
    assert own(trace) == ["main.Shop.total", "github.com/acme/shop/orders.Map", "main.main"]
    assert "main.other" not in [frame.name for frame in trace.frames]


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
    assert parsed(text).exception_types == (kind,)


def test_the_innermost_dotnet_exception_is_the_root_and_async_code_reads_as_written() -> None:
    trace = parsed(DOTNET)
    assert trace.language == "dotnet"
    assert trace.exception_types == ("System.ArgumentNullException", "System.InvalidOperationException")
    assert own(trace) == ["MyApp.Cart.Total", "MyApp.Cart.LoadAsync", "MyApp.Cart.Run", "MyApp.Cart.Local"]


def test_dotnet_framework_arrows_on_one_line_name_the_same_root() -> None:
    text = "System.A.OuterException: x ---> System.IO.IOException: disk\n   at My.Disk.Read(Int32 n)\n"
    assert parsed(text).exception_types == ("System.IO.IOException", "System.A.OuterException")


def test_the_ruby_cause_is_the_root_and_blocks_belong_to_their_method() -> None:
    trace = parsed(RUBY)
    assert trace.exception_types == ("NoMethodError", "Basket::OuterError")
    assert own(trace) == ["models/item.price", "models/basket.total"]


def test_a_rails_log_names_the_error_before_its_frames() -> None:
    text = (
        "NoMethodError (undefined method `x' for nil):\n\napp/models/a.rb:3:in `bar'\nlib/b.rb:5:in `run'\n"
    )
    assert parsed(text).exception_types == ("NoMethodError",)


@pytest.mark.parametrize("text", [PYTHON, JAVA, NODE, FIREFOX, GO, DOTNET, RUBY])
def test_other_line_numbers_and_addresses_give_the_same_signature(text: str) -> None:
    moved = "".join(
        str((int(char) + 3) % 10) if char.isdigit() and text[max(place - 1, 0)] == ":" else char
        for place, char in enumerate(text)
    )
    assert parsed(moved.replace("+0x1d", "+0x2f")).signature == parsed(text).signature


@pytest.mark.parametrize("text", [PYTHON, JAVA, NODE, GO, DOTNET, RUBY])
def test_a_trace_with_escaped_line_ends_reads_like_the_original(text: str) -> None:
    escaped = text.rstrip("\n").replace("\n", "\\n").replace("\t", "\\t")
    assert parsed(escaped).signature == parsed(text).signature


@pytest.mark.parametrize("text", [PYTHON, JAVA, NODE, GO, DOTNET, RUBY])
def test_text_around_a_trace_changes_nothing(text: str) -> None:
    around = f"Customer says it broke.\nSteps: click on save\n\n{text}\nThanks, and see you at a.b.c\n"
    assert parsed(around).signature == parsed(text).signature


def test_another_root_type_is_another_signature() -> None:
    assert parsed(NODE).signature != parsed(NODE.replace("TypeError", "RangeError")).signature


def test_similarity_falls_with_distance_from_the_failure() -> None:
    lines = [f"\tat com.acme.Step{step}.run(Step.java:{step})\n" for step in range(8)]
    head = "java.lang.IllegalStateException: x\n"
    base = parsed(head + "".join(lines))
    other_top = parsed(head + "\tat com.acme.Other.run(O.java:1)\n" + "".join(lines[1:]))
    other_end = parsed(head + "".join(lines[:-1]) + "\tat com.acme.Other.run(O.java:1)\n")
    assert trace_similarity(base, base) == 1.0
    assert 0 < trace_similarity(base, other_top) < trace_similarity(base, other_end) < 1


def test_a_rare_common_frame_counts_for_more_when_weights_are_given() -> None:
    left = parsed("a.b.XError: x\n\tat a.Rare.go(A.java:1)\n\tat a.Common.go(A.java:1)\n")
    right = parsed("a.b.XError: x\n\tat a.Rare.go(A.java:1)\n\tat a.Else.go(A.java:1)\n")
    plain = trace_similarity(left, right)
    assert trace_similarity(left, right, {"a.Rare.go": 5.0, "a.Common.go": 0.5, "a.Else.go": 0.5}) > plain


def test_traces_of_two_languages_have_nothing_in_common() -> None:
    assert trace_similarity(parsed(NODE), parsed(PYTHON)) == 0.0


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
        assert trace_similarity(trace, trace) == 1.0


@given(
    st.sampled_from(FRAGMENTS), st.sampled_from(FRAGMENTS), st.sampled_from([PYTHON, JAVA, NODE, GO, RUBY])
)
def test_similarity_is_symmetric_and_between_zero_and_one(first: str, second: str, text: str) -> None:
    left, right = parsed(first + text), parsed(text + second)
    assert trace_similarity(left, right) == trace_similarity(right, left)
    assert 0 <= trace_similarity(left, right) <= 1


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
