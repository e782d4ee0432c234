"""A partition is found by its workspace's id, and people read its name."""

from uuid import UUID

from causeloop_pipeline.orchestration.partitions import list_names, name_partition, parse_partition, strip_id

ID = UUID("01890000-0000-7000-8000-000000000001")


def test_a_partition_has_the_name_for_people_and_the_id_for_the_product() -> None:
    partition = name_partition("northwind/payments", ID)

    assert parse_partition(partition) == ID
    assert strip_id(partition) == "northwind/payments"
    assert (parse_partition("2026-11-30"), strip_id("2026-11-30")) == (None, "2026-11-30")


def test_many_workspaces_are_named_by_the_first_of_them() -> None:
    partitions = [name_partition(f"northwind/{number}", ID) for number in range(5)]

    assert list_names(partitions[:1]) == "northwind/0"
    assert list_names(partitions) == "northwind/0, northwind/1, northwind/2 and 2 more"
