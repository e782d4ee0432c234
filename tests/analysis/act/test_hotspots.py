"""A place that has more of one failure than of the others is worth a look, whatever the domain."""

from typing import Any

from causeloop_pipeline.analysis.act.hotspots import MAX_SHARE_OF_OTHERS, MIN_ISSUES, MIN_OTHERS
from tests.support.advising import advise_fully, failing

COUNT = 3 * MIN_ISSUES


def at(key: str, title: str, stations: list[str]) -> list[dict[str, Any]]:
    """As many failures as stations, one at each."""
    return [
        dict(each, component=station)
        for each, station in zip(failing(key, title, len(stations), service=None), stations, strict=True)
    ]


def spread(key: str, title: str) -> list[dict[str, Any]]:
    return at(key, title, [f"station {n}" for n in range(COUNT)])


def others(count: int = MIN_OTHERS) -> dict[str, list[dict[str, Any]]]:
    return {f"o{n}": spread(f"o{n}", f"Gate {n} jammed on the train") for n in range(count)}


def crowd(key: str, title: str, station: str = "Vaughan") -> list[dict[str, Any]]:
    """Half of them at one station."""
    return at(key, title, [station if n % 2 else f"station {n}" for n in range(COUNT)])


def test_where_half_of_a_failure_occurs_at_a_place_that_has_few_others_it_is_to_be_found_out_why() -> None:
    investigations = advise_fully(others() | {"p": crowd("p", "No operator available")}).investigations
    assert investigations.height == 1
    row = investigations.row(0, named=True)
    assert row["title"] == (
        "Find out what is different at Vaughan: 15 of 30 issues of “No operator available” are from there"
    )
    assert (row["first_cause"], row["second_cause"]) == (
        "something at that place",
        "how much that place is used",
    )


def test_a_place_that_leads_many_patterns_is_only_large() -> None:
    large = {f"p{n}": crowd(f"p{n}", f"Trouble {n} on the platform") for n in range(MIN_OTHERS)}
    assert len(large) > MAX_SHARE_OF_OTHERS * (MIN_OTHERS + len(large))
    assert advise_fully(others() | large).investigations.is_empty()


def test_several_patterns_of_one_hotspot_ask_about_it_once() -> None:
    both = {key: crowd(key, f"Operator {key} missing") for key in ("p", "q")}
    assert advise_fully(others() | both).investigations.height == 1


def test_beside_few_patterns_no_place_stands_out() -> None:
    few = others(MIN_OTHERS - 2) | {"p": crowd("p", "No operator available")}
    assert advise_fully(few).investigations.is_empty()


def test_where_all_of_it_occurs_is_where_it_lives_and_no_hotspot() -> None:
    home = at("p", "No operator available", ["Vaughan"] * COUNT)
    assert advise_fully(others() | {"p": home}).investigations.is_empty()


def test_nothing_is_to_be_noted_of_what_hardly_comes_back() -> None:
    rows = others() | {"p": crowd("p", "No operator available")}
    chances: dict[str, float | None] = {key: 0.1 if key == "p" else 0.6 for key in rows}
    assert advise_fully(rows, chances).investigations.is_empty()
