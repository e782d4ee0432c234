"""The page on quality keeps its parts in one order, and each command replaces only its own."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.cli.output.quality.page import PARTS, show_figure, show_interval, write_part


@given(order=st.permutations(PARTS))
def test_parts_stand_in_one_order_whichever_is_written_first(order: list[str]) -> None:
    with TemporaryDirectory() as folder:
        page = Path(folder) / "quality.md"
        for name in order:
            write_part(page, name, f"## {name}\n")
        text = page.read_text()

    parts = "\n".join(f"<!-- {name} -->\n## {name}\n<!-- /{name} -->\n" for name in PARTS)
    assert text == f"# Quality\n\nWritten by commands, which each replace their own part.\n\n{parts}"


def test_writing_again_replaces_one_part_and_nothing_else(tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    page.write_text("# Quality\n\nAs measured.\n\n<!-- grouping -->\nold\n<!-- /grouping -->\n\n## By hand\n")
    write_part(page, "grouping", "new\n")
    write_part(page, "grouping", "newer\n")
    assert page.read_text() == (
        "# Quality\n\nAs measured.\n\n<!-- grouping -->\nnewer\n<!-- /grouping -->\n\n## By hand\n"
    )


def test_figures_are_shown_without_the_zero_before_the_point_and_absent_ones_as_a_dash() -> None:
    assert [show_figure(0.3333), show_figure(-0.05), show_figure(1.0), show_figure(0.12345, 4)] == [
        ".33",
        "−.05",
        "1.00",
        ".1235",
    ]
    assert [show_figure(float("nan")), show_figure(None), show_interval(None, None)] == ["–", "–", "–"]
    assert show_interval(-0.0003, 0.0005, 4) == "−.0003 to .0005"
