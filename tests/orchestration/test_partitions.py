"""How partitions are named for people, and which range of them a run is over."""

from causeloop_pipeline.orchestration.partitions import RANGE_END, RANGE_START, list_names, tag_range


def test_many_workspaces_are_named_by_the_first_of_them() -> None:
    partitions = [f"northwind/{number}" for number in range(5)]

    assert list_names(partitions[:1]) == "northwind/0"
    assert list_names(partitions) == "northwind/0, northwind/1, northwind/2 and 2 more"


def test_a_run_is_over_the_shortest_range_that_has_all_of_its_partitions() -> None:
    partitions = [f"northwind/{number}" for number in range(5)]

    assert tag_range(partitions, {"northwind/3", "northwind/1"}) == {
        RANGE_START: "northwind/1",
        RANGE_END: "northwind/3",
    }
    assert tag_range(partitions, {"of/another"}) == {}
