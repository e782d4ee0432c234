import csv
import re

import pytest

from causeloop_pipeline.model.vendor_words import (
    MORE_SEVERITY_WORDS,
    MORE_STATUS_WORDS,
    map_severities,
    map_statuses,
)
from causeloop_pipeline.settings import ROOT


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        *(
            ("P1", "p1"),
            ("Sev 0", "p1"),
            ("SEV-1", "p1"),
            ("Critical", "p1"),
            ("1 - Critical", "p1"),
            ("FATAL", "p1"),
        ),
        *(("High", "p2"), ("2", "p2"), ("2.0", "p2"), ("Major", "p2"), ("ERROR", "p2"), ("Priority 2", "p2")),
        *(("Medium", "p3"), ("WARN", "p3"), ("3 - Moderate", "p3"), ("sev3", "p3"), ("normal", "p3")),
        *(
            ("Low", "p4"),
            ("Trivial", "p4"),
            ("P5", "p4"),
            ("info", "p4"),
            ("4 - Low", "p4"),
            ("maintenance", "p4"),
        ),
        *(
            ("Hoch", "p2"),
            ("2 - Élevée", "p2"),
            ("Más alta", "p1"),
            ("Média", "p3"),
            ("BASSA", "p4"),
            ("Laag", "p4"),
        ),
        *(("6", "p3"), ("10", "p1"), ("30", "p4"), ("40", "p3"), ("70", "p2"), ("90.0", "p1")),
        *(("7.5", "p2"), ("9,8", "p1"), ("4.3", "p3"), ("5.5", "p3"), ("2.1", "p4"), ("88.5", "p2")),
        *(("07", "p2"), ("+3", "p3"), ("2,0", "p2"), ("0.93", "p1"), ("75 %", "p2"), ("7/10", "p2")),
        *(
            ("1/10", "p4"),
            ("30/100", "p4"),
            ("CVSS 7.5", "p2"),
            ("7.5 (High)", "p2"),
            ("score: 9.1", "p1"),
            ("Priority 02.0", "p2"),
        ),
        *(("scheduled, partial-outage", "p2"), ("SERVICE_OUTAGE", "p1"), ("E", "p2"), ("D", "p4")),
    ],
)
def test_the_usual_vocabularies_of_severity_are_understood(word, severity):
    assert map_severities([word]) == {word: severity}


@pytest.mark.parametrize("word", ["", "purple", "101", "n/a", "non-critical", "-1", "250.5"])
def test_a_word_that_says_no_severity_is_left_out(word):
    assert map_severities([word]) == {}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *(("Open", "open"), ("NEW", "open"), ("triggered", "open"), ("Reopened", "open"), ("To Do", "open")),
        *(("In Progress", "mitigating"), ("On Hold", "mitigating"), ("acknowledged", "mitigating")),
        *(("Resolved", "resolved"), ("Done", "resolved"), ("Completed", "resolved"), ("solved", "resolved")),
        *(
            ("Closed", "closed"),
            ("Closed - duplicate", "closed"),
            ("Won't fix", None),
            ("Patch Available", "mitigating"),
        ),
        *(
            ("In Bearbeitung", "mitigating"),
            ("Résolu", "resolved"),
            ("Cerrada", "closed"),
            ("À faire", "open"),
        ),
    ],
)
def test_the_usual_vocabularies_of_status_are_understood(word, status):
    assert map_statuses([word]) == ({word: status} if status else {})


def test_where_one_severity_is_a_score_all_that_are_numbers_are():
    assert map_severities(["5.0", "7.5", "10", "high"]) == {
        "5.0": "p3",
        "7.5": "p2",
        "10": "p1",
        "high": "p2",
    }
    assert map_severities(["5.0", "62.5"]) == {"5.0": "p4", "62.5": "p3"}
    assert map_severities(["1", "0.5"]) == {"1": "p1", "0.5": "p3"}
    assert map_severities(["1", "2.0", "3"]) == {"1": "p1", "2.0": "p2", "3": "p3"}


def test_a_status_that_is_denied_has_not_been_reached():
    assert map_statuses(["Not resolved", "not done yet", "resolved (not verified)"]) == {
        "resolved (not verified)": "resolved"
    }


def seed_rows():
    """The rows of dbt's seed, as the pipeline loads them."""
    with (ROOT / "dbt_project" / "seeds" / "value_map.csv").open(encoding="utf-8") as seed:
        return list(csv.DictReader(seed))


def pipeline_meaning(rows, field, word, tool):
    """What the pipeline's macro finds: the tool's own row, else the row of any tool."""
    meanings = {
        row["source"]: row["value"] for row in rows if (row["field"], row["vendor_value"]) == (field, word)
    }
    return meanings.get(tool, meanings.get("any"))


def test_a_file_and_the_pipeline_give_every_word_of_the_seed_the_same_meaning():
    rows = seed_rows()
    map_words = {"severity": map_severities, "status": map_statuses}
    for row in rows:
        field, word = row["field"], row["vendor_value"]
        for tool in {"any", row["source"]}:
            expected = pipeline_meaning(rows, field, word, tool)
            if expected is not None:
                assert map_words[field]([word.upper()], tool) == {word.upper(): expected}
    assert {row["field"] for row in rows} == {"severity", "status"}


@pytest.mark.parametrize(
    ("field", "more"), [("severity", MORE_SEVERITY_WORDS), ("status", MORE_STATUS_WORDS)]
)
def test_a_further_word_of_exports_is_not_in_the_seed(field, more):
    in_seed = {
        re.sub("[^a-z0-9]+", "_", row["vendor_value"])
        for row in seed_rows()
        if (row["source"], row["field"]) == ("any", field)
    }
    assert in_seed.isdisjoint(word for words in more.values() for word in words)


def test_the_pipelines_meaning_wins_where_a_file_once_had_its_own():
    assert map_statuses(["Investigating"]) == {"Investigating": "mitigating"}
    assert map_statuses(["closed"], "github") == {"closed": "resolved"}
    assert map_statuses(["dismissed", "ignored", "wont_fix"]) == dict.fromkeys(
        ["dismissed", "ignored", "wont_fix"], "closed"
    )
