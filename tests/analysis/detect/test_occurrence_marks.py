"""A pattern's name holds what recurs, not the thread, the clock or the address of one occurrence."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.occurrence_marks import drop_occurrence_marks


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("[ T5643] kernel BUG at lib/string.c:1149!", "kernel BUG at lib/string.c:1149!"),
        ("[   55.288565][    C1] INFO: stall on CPU", "INFO: stall on CPU"),
        ("<6>[   85.501187] WARNING: foo", "WARNING: foo"),
        ("build7 login: [   16.305150] INFO: no key", "INFO: no key"),
        ("05208.08054> panic: not implemented", "panic: not implemented"),
        ("2018/01/09 14:28:48 BUG: memory leak", "BUG: memory leak"),
        ("2026-03-01T09:10:11.123Z ERROR disk is full", "ERROR disk is full"),
        ("[2026-03-01 09:10:11,123] ERROR disk is full", "ERROR disk is full"),
        ("Mar  1 09:10:11 disk is full", "disk is full"),
        ("I0127 15:45:04.675474  435072 compat.go:135] Uncaught signal", "Uncaught signal"),
        ("panic(cpu 1 caller 0xffffff8002928989): trap", "panic(cpu 1 caller …): trap"),
        ("no page for address: ffffde202758ca0b", "no page for address: …"),
        ("AWS - US East: INC0105099", "AWS - US East: …"),
        ("WARNING: CPU: 1 PID: 5643 at urb.c:477", "WARNING: CPU: … PID: … at urb.c:477"),
    ],
)
def test_marks_of_one_occurrence_are_dropped(title: str, read: str) -> None:
    assert drop_occurrence_marks(title) == read


@pytest.mark.parametrize(
    "title",
    [
        "[payments] Card is refused",
        "[ BUG: bad unlock balance detected! ]",
        "3 of 4 nodes are down",
        "500 on /checkout",
        "10.5 upgrade fails",
        "2026 budget report is wrong",
        "Report of 2026-03-01 is empty",
        "memcpy+0xac/0xc3 reads out of bounds",
        "Order 20260301 is lost",
        "Users cannot login: captcha fails",
        "12:30 train is late",
        "0xffffff8002928989",
    ],
)
def test_what_people_wrote_stays(title: str) -> None:
    assert drop_occurrence_marks(title) == title


@settings(deadline=None)
@example(" ¹")
@given(st.text(min_size=1, max_size=200))
def test_something_readable_is_always_left(title: str) -> None:
    read = drop_occurrence_marks(title)

    assert read == title or any(letter.isalpha() for letter in read)
    assert drop_occurrence_marks(read) == read
