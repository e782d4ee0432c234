"""Objects that stay are made without looking for garbage among them."""

import gc

import pytest

from causeloop_pipeline.orchestration.instance.garbage_collection import pause_garbage_collection


def test_nothing_is_collected_in_the_block_and_collection_goes_on_after_it() -> None:
    with pause_garbage_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_collection_goes_on_after_a_block_that_fails() -> None:
    with pytest.raises(ZeroDivisionError), pause_garbage_collection():
        _ = 1 / 0
    assert gc.isenabled()


def test_who_had_paused_it_before_finds_it_paused() -> None:
    gc.disable()
    try:
        with pause_garbage_collection():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
