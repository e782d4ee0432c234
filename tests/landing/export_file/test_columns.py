import pytest
from hypothesis import given
from hypothesis import strategies as st

from causeloop_pipeline.landing.export_file.column_names import LANGUAGES, USUAL_NAMES
from causeloop_pipeline.landing.export_file.columns import ColumnError, normalize_name, recognize_columns


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            ["number", "short_description", "opened_at", "cmdb_ci", "assignment_group", "urgency"],
            {
                "id": "number",
                "title": "short_description",
                "severity": "urgency",
                "service": "cmdb_ci",
                "team": "assignment_group",
                "source_created_at": "opened_at",
            },
        ),
        (
            ["Issue Key", "Summary", "Created", "Priority", "Component/s", "Resolved"],
            {
                "id": "Issue Key",
                "title": "Summary",
                "severity": "Priority",
                "source_created_at": "Created",
                "resolved_at": "Resolved",
            },
        ),
        (["Short description", "Affected CI"], {"title": "Short description", "service": "Affected CI"}),
        (["createdAt", "Title"], {"title": "Title", "source_created_at": "createdAt"}),
        (
            ["key", "fields.summary", "fields.created", "fields.priority.name"],
            {
                "id": "key",
                "title": "fields.summary",
                "severity": "fields.priority.name",
                "source_created_at": "fields.created",
            },
        ),
        (
            [
                "service.name",
                "_source.error.type",
                "_source.message",
                "assignment_group.display_value",
            ],
            {
                "title": "_source.message",
                "service": "service.name",
                "error_type": "_source.error.type",
                "team": "assignment_group.display_value",
            },
        ),
        (
            ["Ticketnummer", "Erstellt am", "Kurzbeschreibung", "Priorität", "Gelöst"],
            {
                "id": "Ticketnummer",
                "title": "Kurzbeschreibung",
                "severity": "Priorität",
                "source_created_at": "Erstellt am",
                "resolved_at": "Gelöst",
            },
        ),
        (
            ["Clé", "Résumé", "Priorité", "État", "Date de création"],
            {
                "id": "Clé",
                "title": "Résumé",
                "severity": "Priorité",
                "status": "État",
                "source_created_at": "Date de création",
            },
        ),
        (
            ["Número", "Descripción breve", "Aberto em"],
            {"id": "Número", "title": "Descripción breve", "source_created_at": "Aberto em"},
        ),
    ],
)
def test_usual_names_are_recognized_whatever_their_letter_case_and_punctuation(columns, expected):
    recognized = recognize_columns(columns, {})
    assert expected.items() <= dict(recognized.columns).items()


def test_the_id_and_the_link_of_what_an_issue_refers_to_are_not_its_own():
    recognized = recognize_columns(["service.id", "team.link", "alert.id", "title"], {})
    assert recognized.columns == {"id": "alert.id", "title": "title"}
    assert recognized.unused == ("service.id", "team.link")


def test_no_name_stands_for_two_fields_and_all_are_plain():
    names = [name for names in USUAL_NAMES.values() for name in names]
    assert len(names) == len(set(names))
    assert [name for name in names if normalize_name(name) != name] == []
    assert {field for language in LANGUAGES for field in language} == set(USUAL_NAMES)


def test_what_a_person_chose_wins_over_the_usual_name():
    recognized = recognize_columns(["title", "Subject"], {"title": "Subject"})
    assert recognized.columns == {"title": "Subject"}
    assert recognized.unused == ("title",)


def test_a_short_name_of_a_field_may_be_used_to_choose():
    assert recognize_columns(["Wann"], {"created_at": "Wann"}).columns == {"source_created_at": "Wann"}


def test_a_column_without_values_is_not_taken_unless_it_was_chosen():
    assert recognize_columns(["severity", "priority"], {}, empty=["severity"]).columns == {
        "severity": "priority"
    }
    assert recognize_columns(["severity"], {"severity": "severity"}, empty=["severity"]).columns == {
        "severity": "severity"
    }


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"title": "Betreff"}, "there is no column 'Betreff'"),
        ({"colour": "title"}, "there is no field 'colour'"),
        ({"title": "title", "body": "title"}, "it can be only one"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_with_what_there_is(chosen, message):
    with pytest.raises(ColumnError, match=message):
        recognize_columns(["title", "other"], chosen)


@given(st.lists(st.sampled_from([name for names in USUAL_NAMES.values() for name in names]), unique=True))
def test_every_column_stands_for_one_field_at_most_and_none_is_lost(columns):
    recognized = recognize_columns(columns, {})
    taken = list(recognized.columns.values())
    assert len(taken) == len(set(taken))
    assert sorted([*taken, *recognized.unused]) == sorted(columns)


@pytest.mark.parametrize(
    ("header", "recognized"),
    [
        (
            "Title,Issue ID,State,Created At (UTC),Closed At (UTC)",
            {"source_created_at": "Created At (UTC)", "resolved_at": "Closed At (UTC)"},
        ),
        ("Summary,Issue key,Issue id,Component/s", {"id": "Issue key", "component": "Component/s"}),
        ("Severity,Time,Recovery time,Host,Problem", {"title": "Problem", "resolved_at": "Recovery time"}),
        ("Host,Service,Last Check,Status Information", {"title": "Status Information", "service": "Service"}),
        ("Incident Number,Start Time,Resolve Time", {"resolved_at": "Resolve Time"}),
        ("_time,_raw,host,source", {"title": "_raw", "source_created_at": "_time", "service": "host"}),
        ("dag_id,run_id,state,start_date", {"title": "dag_id", "status": "state"}),
        ("Time,Rule,State", {"title": "Rule", "status": "State"}),
    ],
)
def test_exports_of_trackers_monitors_and_schedulers_need_no_mapping(header, recognized):
    columns = recognize_columns(header.split(","), {}).columns

    assert recognized.items() <= columns.items()
