"""Call stacks are found by what printed frames have in common, in whatever language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.traces.call_stacks import find_call_stack, normalize_frame

STACKS = {
    "gdb": (
        "#0  0x00007f1 in raise () from /lib/libc.so.6\n"
        "#1  0x00007f2 in gtk_widget_show (w=0x0) at gtk.c:12\n"
        "#2  main (argc=1) at app.c:3",
        ("raise", "gtk_widget_show", "main"),
    ),
    "kernel": (
        "[   12.345678] Call Trace:\n[   12.345680]  dump_stack+0x99/0xd0 lib/dump_stack.c:118\n"
        "[   12.345682]  ? ext4_find_extent.isra.4+0x1f/0x30\n"
        "[   12.345684]  [<ffffffff811>] sys_read+0x4/0x9",
        ("dump_stack", "ext4_find_extent", "sys_read"),
    ),
    "go": (
        "goroutine 1 [running]:\nnet/http.(*conn).serve(0xc420, 0x1)\n\t/go/http/server.go:1850 +0x2\n"
        "main.run.func1(0x0)\n\t/app/main.go:12 +0x5\ncreated by main.main\n\t/app/main.go:9 +0x1",
        ("net/http.conn.serve", "main.run", "main.main"),
    ),
    "java": (
        "java.io.IOException: gone\n"
        "\tat org.acme.Store$1.read(Store.java:12)\n\tat org.acme.App.main(App.java:7)",
        ("org.acme.Store.read", "org.acme.App.main"),
    ),
    "python": (
        'Traceback (most recent call last):\n  File "/a/app.py", line 3, in main\n    run()\n'
        '  File "/a/job.py", line 9, in run\n    fail()\nValueError: x',
        ("job.run", "app.main"),
    ),
    "ruby": (
        "app.rb:3:in `pay': no (Error)\n\tfrom app.rb:9:in 'block in charge'\napp.rb:4:in 'refund'",
        ("pay", "refund"),
    ),
    "javascript": (
        "TypeError: x\n    at Cart.total (/srv/cart.js:12:5)\n    at checkout (/srv/shop.js:3:1)",
        ("Cart.total", "checkout"),
    ),
    "rust": (
        "   0: std::panicking::begin_panic::h0123456789abcdef\n   1: shop::pay::charge::h1123456789abcdef\n"
        "             at ./src/pay.rs:12:5",
        ("std::panicking::begin_panic", "shop::pay::charge"),
    ),
}


@pytest.mark.parametrize("language", STACKS)
def test_a_stack_is_found_whatever_the_language(language: str) -> None:
    text, frames = STACKS[language]
    assert find_call_stack(f"It crashed:\n\n{text}\n\nPlease help.") == frames


@pytest.mark.parametrize(
    "text",
    [
        "",
        "At the moment (since Monday) nothing works.\nAt least (I think) not here.",
        "1: open the page (as admin)\n2: press the button (twice)",
        "Upgrade from 1.2.3 to 1.2.4\n- fix (a)\n- fix (b)",
    ],
)
def test_prose_and_lists_are_not_a_stack(text: str) -> None:
    assert find_call_stack(text) == ()


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("foo.constprop.0", "foo"),
        ("std::vector<std::pair<int,int>>::at", "std::vector::at"),
        ("main.(*Server).Run.func2", "main.Server.Run"),
        ("com.acme.Job$12.call", "com.acme.Job.call"),
        ("memcpy@@GLIBC_2.14", "memcpy"),
    ],
)
def test_what_differs_between_builds_is_not_part_of_a_name(printed: str, name: str) -> None:
    assert normalize_frame(printed) == name


def test_a_recursion_counts_once() -> None:
    lines = "\n".join(f"#{at}  0x00007f{at:02x} in walk (n={at}) at tree.c:5" for at in range(9))
    assert find_call_stack(f"{lines}\n#9  0x00007fff in main ()") == ("walk", "main")


@given(st.text(max_size=300) | st.sampled_from([text for text, _ in STACKS.values()]), st.integers(0, 300))
def test_any_text_gives_distinct_names_and_never_an_error(text: str, cut: int) -> None:
    frames = find_call_stack(text[:cut] + text)
    assert len(set(frames)) == len(frames) != 1
    assert all(frames)
