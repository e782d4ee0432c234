"""Lists leave rows out by the values of their filters, and name who takes care of their rows."""

from datetime import UTC, datetime, timedelta

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from api.changes.queries import CHANGES
from api.changes.schemas import ChangeFilters
from api.http.exclusions import ExcludingPageRequest
from api.issues.queries import ISSUES
from api.issues.schemas import IssueFilters
from api.listing.page import plan_page
from api.listing.queries import Listing
from api.main import create_app
from api.patterns.queries import PATTERNS
from api.patterns.schemas import PatternFilters
from api.predictions.queries import ISSUED_PREDICTIONS, PREDICTIONS
from api.predictions.schemas import PredictionFilters
from api.recommendations.queries import RECOMMENDATIONS
from api.recommendations.schemas import RecommendationFilters
from tests.api.conftest import Client
from tests.api.sample import Sample

PAIRS = [
    (ISSUES, IssueFilters),
    (PATTERNS, PatternFilters),
    (PREDICTIONS, PredictionFilters),
    (ISSUED_PREDICTIONS, PredictionFilters),
    (RECOMMENDATIONS, RecommendationFilters),
    (CHANGES, ChangeFilters),
]


@pytest.mark.parametrize(("listing", "model"), PAIRS)
def test_rows_can_be_left_out_by_each_filter_that_takes_several_values(
    listing: Listing, model: type[ExcludingPageRequest]
) -> None:
    taking_several = {name for name, condition in listing.filters.items() if not isinstance(condition, str)}
    values = {"severity": "p1", "impact": "high", "effort": "low", "type": "process", "outcome": "hit"}
    values |= {"status": "resolved" if "severity" in taking_several else "active", "kind": "deploy"}
    if "effort" in taking_several:
        values["status"] = "pending"

    for name in sorted(taking_several):
        request = model(without=[f"{name}:{values.get(name, 'x')}"])
        assert "is not true" in plan_page(listing, request, {}).rows


def test_what_is_left_out_and_what_is_not_are_the_whole_list(client: Client, sample: Sample) -> None:
    viewer = client(sample.credentials["viewer"])

    def count(path: str, **parameters: str | list[str]) -> int:
        return int(viewer.get(path, params=parameters).json()["page"]["total"])

    for path, name, value in (
        ("/v1/issues", "service", "checkout"),
        ("/v1/issues", "severity", "p1"),
        ("/v1/issues", "owner", "core"),
        ("/v1/issues", "assignee", "none"),
        ("/v1/patterns", "service", "checkout"),
        ("/v1/patterns", "status", "active"),
        ("/v1/patterns", "owner", "core"),
        ("/v1/patterns", "assignee", "none"),
        ("/v1/recommendations", "effort", "low"),
        ("/v1/recommendations", "assignee", "none"),
        ("/v1/predictions", "impact", "high"),
        ("/v1/predictions", "assignee", "none"),
        ("/v1/changes", "service", "checkout"),
    ):
        these, others = count(path, **{name: value}), count(path, without=f"{name}:{value}")
        assert these + others == count(path) > 0, (path, name)


@pytest.mark.parametrize(
    ("without", "reason"),
    [
        ("checkout", "must begin with one of severity:"),
        ("pattern_id:x", "must begin with one of"),
        ("q:words", "must begin with one of"),
        ("without:service:x", "must begin with one of"),
        ("severity:p9", "p1"),
    ],
)
def test_what_nothing_is_left_out_by_is_refused_with_what_could_be(
    without: str, reason: str, client: Client, sample: Sample
) -> None:
    refused = client(sample.credentials["viewer"]).get("/v1/issues", params={"without": without})

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/without"
    assert reason in refused.json()["errors"][0]["detail"]


@pytest.mark.parametrize("operation", ["issues", "patterns", "predictions", "recommendations", "changes"])
def test_the_document_says_which_filters_leave_rows_out_and_by_which_values(operation: str) -> None:
    parameters = create_app().openapi()["paths"][f"/v1/{operation}"]["get"]["parameters"]
    without = next(each for each in parameters if each["name"] == "without")
    items = Draft202012Validator(without["schema"]["anyOf"][0]["items"])
    model = next(model for _, model in PAIRS if model.__name__ == f"{operation[:-1].capitalize()}Filters")

    for value in ("", "checkout", "q:x", "owner:", "owner:core", "service:a:b", "severity:p1", "severity:p9"):
        try:
            model(without=[value])
        except ValidationError:
            assert not items.is_valid(value), value
        else:
            assert items.is_valid(value), value


def test_rows_are_filtered_by_who_takes_care_of_them(client: Client, fresh_sample: Sample) -> None:
    admin, me = (client(fresh_sample.credentials[name]) for name in ("admin", "member token"))
    member = me.get("/v1/me").json()
    ids = fresh_sample.ids
    for kind in ("pattern", "recommendation"):
        path = f"/v1/{kind}s/{ids[f'{kind}_id']}/assignee"
        assert admin.put(path, json={"user_id": member["id"]}).status_code == 200
    name = admin.get(f"/v1/patterns/{ids['pattern_id']}").json()["assignee"]["name"]

    for word in ("me", "ME", member["id"], name, name.upper()):
        rows = me.get("/v1/patterns", params={"assignee": word}).json()["data"]
        assert [row["id"] for row in rows] == [str(ids["pattern_id"])], word
    assert me.get("/v1/issues", params={"assignee": "me"}).json()["page"]["total"] == 7
    assert me.get("/v1/recommendations", params={"assignee": "me"}).json()["page"]["total"] == 1
    assert me.get("/v1/predictions", params={"assignee": "me"}).json()["page"]["total"] > 0
    nobodys = me.get("/v1/patterns", params={"assignee": "none"}).json()["data"]
    others = me.get("/v1/patterns", params={"without": "assignee:me"}).json()["data"]
    assert str(ids["pattern_id"]) not in {row["id"] for row in nobodys + others}
    assert me.get("/v1/patterns", params={"assignee": ["me", "none"]}).json()["page"]["total"] == (
        len(nobodys) + 1
    )


def test_a_key_is_nobody_to_whom_something_is_assigned(client: Client, sample: Sample) -> None:
    for parameters in ({"assignee": "me"}, {"without": "assignee:me"}):
        refused = client(sample.credentials["analyst"]).get("/v1/patterns", params=parameters)
        assert refused.status_code == 422
        assert "a person, not a key" in refused.json()["detail"]


def test_patterns_are_filtered_by_whether_their_alerts_are_snoozed(
    client: Client, fresh_sample: Sample
) -> None:
    analyst, pattern = client(fresh_sample.credentials["analyst"]), fresh_sample.ids["pattern_id"]
    body = {"snoozed_until": (datetime.now(UTC) + timedelta(days=7)).isoformat()}
    assert analyst.patch(f"/v1/patterns/{pattern}", json=body).status_code == 200

    snoozed, alerting = (
        [row["id"] for row in analyst.get("/v1/patterns", params={"snoozed": value}).json()["data"]]
        for value in (True, False)
    )

    assert snoozed == [str(pattern)]
    assert str(pattern) not in alerting
    assert len(alerting) == analyst.get("/v1/patterns").json()["page"]["total"] - 1


def test_recommendations_and_predictions_are_found_by_words(client: Client, sample: Sample) -> None:
    viewer = client(sample.credentials["viewer"])
    for path, field in (("/v1/recommendations", "title"), ("/v1/predictions", "pattern_name")):
        name = viewer.get(path).json()["data"][0][field]
        rows = viewer.get(path, params={"q": f'"{name}"'}).json()["data"]
        assert rows
        assert {row[field] for row in rows} == {name}
        assert viewer.get(path, params={"q": "nothinghasthisword"}).json()["data"] == []
