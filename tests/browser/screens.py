"""The screens that the tests go through."""

from playwright.sync_api import Page

from tests.api.sample import Sample


def list_screens(sample: Sample) -> dict[str, str]:
    """Every screen of the dashboard by name, for one of each kind of row."""
    ids = sample.ids
    return {
        "overview": "/",
        "patterns": "/patterns",
        "pattern": f"/patterns/{ids['pattern_id']}",
        "recommendations": "/recommendations",
        "recommendation": f"/recommendations/{ids['recommendation_id']}",
        "predictions": "/predictions",
        "prediction": f"/predictions/{ids['prediction_id']}",
        "clusters": "/clusters",
        "issues": "/issues",
        "issue": f"/issues/{ids['issue_id']}",
        "changes": "/changes",
        "connectors": "/connectors",
        "connector": f"/connectors/{ids['connector_id']}",
        "new connector": "/connectors/new",
        "connect jira": "/connectors/new?type=jira",
        "alerts": "/alerts",
        "report": "/report",
        "settings": "/settings",
        "members": "/settings/members",
        "keys": "/settings/keys",
        "organization": "/settings/organization",
        "export": "/settings/export",
        "audit": "/settings/audit",
        "account": "/settings/account",
        "nothing": "/nothing",
    }


def open_details(page: Page) -> None:
    """Open everything that can be opened."""
    page.evaluate("document.querySelectorAll('details').forEach((element) => { element.open = true; })")
