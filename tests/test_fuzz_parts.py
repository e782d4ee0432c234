"""Attacks of hours, in parts."""

from itertools import chain
from pathlib import Path

from tests.fuzz.parts import Parts

NAMES = ("first", "second", "third", "fourth")


def do_all(parts: Parts) -> list[str]:
    """The parts that are done now, each of which meets its own name."""
    done: list[str] = []

    def attack(name: str) -> list[str]:
        done.append(name)
        return [f"met in {name}"]

    for name in NAMES:
        met = parts.do(name, lambda name=name: attack(name))  # type: ignore[misc]
        assert met in ([], [f"met in {name}"])
    return done


def test_what_a_file_holds_is_not_done_again_and_counts_as_met(tmp_path: Path) -> None:
    path = tmp_path / "parts"
    assert do_all(Parts(path)) == [*NAMES]

    again = Parts(path)

    assert do_all(again) == []
    assert [again.do(name, list) for name in NAMES] == [[f"met in {name}"] for name in NAMES]
    assert again.left == 0


def test_after_its_time_no_part_is_begun_and_a_later_run_does_them(tmp_path: Path) -> None:
    path = tmp_path / "parts"
    Parts(path).do("second", lambda: ["met in second"])
    late = Parts(path, seconds=-1)

    assert do_all(late) == []

    assert late.left == 3
    assert do_all(Parts(path)) == ["first", "third", "fourth"]


def test_shards_do_every_part_once_between_them(tmp_path: Path) -> None:
    path = tmp_path / "parts"

    done = [do_all(Parts(path, shard=f"{number}/3")) for number in (1, 2, 3)]

    assert sorted(chain(*done)) == sorted(NAMES)
    assert max(map(len, done)) < len(NAMES)
