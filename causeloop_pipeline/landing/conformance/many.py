"""Verifies many connectors, some of them at once, each in a process of its own."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from causeloop_pipeline.connectors.registry import CONNECTORS
from causeloop_pipeline.landing.conformance.verify import Inputs, Verification, verify_connector


def verify_many(names: Sequence[str], inputs: Inputs, jobs: int = 1) -> Iterator[Verification]:
    """Each verification as it is done, not in the order of the names."""
    if jobs <= 1 or len(names) <= 1:
        for name in names:
            yield _verify(name, inputs)
        return
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(_verify, name, inputs) for name in names]
        for future in as_completed(running):
            yield future.result()


def _verify(name: str, inputs: Inputs) -> Verification:
    return verify_connector(CONNECTORS[name], inputs)
