"""A record's canonical JSON: one spelling, and no more memory than its length."""

import tracemalloc

from causeloop_pipeline.model.raw_record import canonical_json


def test_thousands_of_canonical_texts_take_hardly_more_memory_than_their_lengths() -> None:
    payloads = [{"id": number, "title": "x" * 100} for number in range(2_000)]

    tracemalloc.start()
    try:
        texts = [canonical_json(payload) for payload in payloads]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert taken < 2 * sum(map(len, texts))
