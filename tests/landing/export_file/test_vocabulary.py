import pytest

from causeloop_pipeline.landing.export_file.vocabulary import severities, statuses


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
        *(("scheduled, partial-outage", "p2"), ("SERVICE_OUTAGE", "p1"), ("E", "p2"), ("D", "p4")),
    ],
)
def test_the_usual_vocabularies_of_severity_are_understood(word, severity):
    assert severities([word]) == {word: severity}


@pytest.mark.parametrize("word", ["", "purple", "10", "n/a"])
def test_a_word_that_says_no_severity_is_left_out(word):
    assert severities([word]) == {}


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *(("Open", "open"), ("NEW", "open"), ("triggered", "open"), ("Reopened", "open"), ("To Do", None)),
        *(("In Progress", "mitigating"), ("On Hold", "mitigating"), ("acknowledged", "mitigating")),
        *(("Resolved", "resolved"), ("Done", "resolved"), ("Completed", "resolved"), ("solved", "resolved")),
        *(
            ("Closed", "closed"),
            ("Closed - duplicate", "closed"),
            ("Won't fix", None),
            ("Patch Available", "mitigating"),
        ),
    ],
)
def test_the_usual_vocabularies_of_status_are_understood(word, status):
    assert statuses([word]) == ({word: status} if status else {})
