"""Every workspace is in exactly one of so many shares, and always in the same."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.model.workspace_share import WorkspaceShare


@given(st.uuids(), st.integers(1, 20))
def test_a_workspace_is_in_exactly_one_share(workspace_id: UUID, of: int) -> None:
    shares = [WorkspaceShare(number, of) for number in range(1, of + 1)]

    assert sum(share.holds(workspace_id) for share in shares) == 1


def test_a_workspace_stays_in_its_share() -> None:
    ids = [UUID(int=number) for number in range(6)]

    assert [WorkspaceShare(1, 2).holds(each) for each in ids] == [False, False, True, True, True, True]


def test_shares_are_about_equal() -> None:
    ids = [UUID(int=number) for number in range(4_000)]

    sizes = [sum(map(WorkspaceShare(number, 4).holds, ids)) for number in range(1, 5)]

    assert sum(sizes) == 4_000
    assert all(900 < size < 1_100 for size in sizes)


@pytest.mark.parametrize("text", ["", "2", "0/2", "3/2", "1/0", "-1/2", "1/2/3", "a/b", "1.5/2"])
def test_what_is_not_a_share_is_refused_with_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="2/4"):
        WorkspaceShare.parse(text)


def test_a_share_is_read_as_it_is_written() -> None:
    assert str(WorkspaceShare.parse("2/4")) == "2/4"
    assert WorkspaceShare.parse("1/1").is_first
