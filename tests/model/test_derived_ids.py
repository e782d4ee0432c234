"""Derived ids are the version 5 UUIDs that everybody else computes."""

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.model.derived_ids import derive_id


@given(st.uuids(), st.text(st.characters(exclude_categories=["Cs"])))
def test_a_derived_id_is_the_version_5_uuid_of_its_space_and_name(space: UUID, name: str) -> None:
    assert derive_id(space, name) == str(uuid5(space, name))
