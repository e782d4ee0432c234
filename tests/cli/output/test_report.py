"""The report says in words why something has no chance to recur or no recommendation."""

from pathlib import Path

from typer.testing import CliRunner

from causeloop_pipeline.cli import app

FLOOD = "id,title,service,created_at\n" + "".join(
    f"A-{number},Latency of {place} is high,{place},2026-03-20T0{hour}:{number % 60:02d}:00Z\n"
    for hour in (1, 4)
    for number in range(60)
    for place in ("cart", "ledger", "search")
)
PLANNED = "id,title,service,created_at\n" + "".join(
    f"M-{month}-{day},[Scheduled] Carrier maintenance of SMS in Russia,sms,2026-{month:02d}-{day:02d}\n"
    for month in (1, 2, 3, 4)
    for day in (1, 8, 15, 22)
)


def analyze(folder: Path, text: str) -> str:
    file = folder / "export.csv"
    file.write_text(text)
    result = CliRunner().invoke(app, ["analyze", str(file)], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


def test_a_flood_of_one_day_has_no_chance_to_recur_and_no_recommendation(tmp_path: Path) -> None:
    printed = analyze(tmp_path, FLOOD)

    assert "too little history" in printed
    assert "%" not in printed
    assert "observed too briefly to tell whether" in printed
    assert "Recommendations (" not in printed


def test_planned_work_is_foreseen_but_nobody_is_advised_to_prevent_it(tmp_path: Path) -> None:
    printed = analyze(tmp_path, PLANNED)

    assert "No recommendation: 1 pattern is planned work" in printed
