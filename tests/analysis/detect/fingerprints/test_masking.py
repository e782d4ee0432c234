"""What varies from run to run is taken out of a machine's message; what the statement says stays."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causeloop_pipeline.analysis.detect.fingerprints.masking import DISPLAYED_WILDCARD, WILDCARD, mask


def mask_texts(*texts: str) -> list[str]:
    return [
        text.replace(WILDCARD, DISPLAYED_WILDCARD) for text in mask(pl.Series(list(texts), dtype=pl.String))
    ]


@pytest.mark.parametrize(
    ("message", "constant"),
    [
        (
            "Received block blk_-160899 of size 91178 from /10.250.10.6",
            "Received block <*> of size <*> from <*>",
        ),
        ("user bob@example.org logged in", "user <*> logged in"),
        ("GET https://example.org/a?b=c failed", "GET <*> failed"),
        ("at Sun Jul 17 15:09:15 2005 it stopped", "at <*> it stopped"),
        ("core.9997 written to C:\\dumps\\app", "<*> written to <*>"),
        ("java.io.IOException: broken pipe", "IOException: broken pipe"),
        ("took 12.5 ms, limit 10 ms", "took <*>, limit <*>"),
        ("1234 bytes (1.2 KB) sent", "<*> sent"),
        ('lock=0x1f, tag="View Lock", ws=null', "lock=<*>, tag=<*>, ws=<*>"),
        ("token deadbeefcafe rejected", "token <*> rejected"),
        ("host db-7.eu.example.net is down", "host <*> is down"),
    ],
)
def test_numbers_addresses_paths_and_names_of_hosts_are_masked(message: str, constant: str) -> None:
    assert mask_texts(message) == [constant]


def test_words_and_short_names_stay() -> None:
    text = "read/write of the cache and its index failed"
    assert mask_texts(text) == [text]


def test_a_message_without_letters_loses_only_its_digits() -> None:
    assert mask_texts("12:34 -> 56") == ["<*>:<*> -> <*>"]


@settings(deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_is_masked_without_failing(texts: list[str]) -> None:
    masked = mask(pl.Series(texts, dtype=pl.String))
    assert len(masked) == len(texts)
    assert masked.null_count() == 0


@settings(deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_two_numbers_give_one_masked_message(first: int, second: int) -> None:
    first_masked, second_masked = mask_texts(f"took {first} tries", f"took {second} tries")
    assert first_masked == second_masked
