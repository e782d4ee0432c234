"""How far an attack is: a line now and then."""

from collections.abc import Collection, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def show_progress(items: Collection[Item], what: str, every: int) -> Iterator[Item]:
    """The items one after another; a line after so many of them."""
    for number, item in enumerate(items, 1):
        yield item
        if number % every == 0:
            print(f"{number:,} of {len(items):,} {what}", flush=True)
