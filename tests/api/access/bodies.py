"""What every operation is sent, so that only the permissions decide."""

from typing import Any
from uuid import uuid4

from tests.api.sample import PASSWORD, Sample
from tests.connectors.declared.written import DESK

QUERIES = {
    "read_owner": "?item_kind=service&item=checkout",
    "search_everything": "?q=checkout",
    "upload_file": "?name=issues.json",
}
"""What an operation cannot do without."""


def make_bodies(sample: Sample) -> dict[str, Any]:
    """A valid body for every operation that takes one."""
    return {
        "upload_file": [{"title": "It broke", "created_at": "2026-10-01T00:00:00Z"}],
        "change_upload": {"dates": "iso"},
        "start_import": {"display_name": uuid4().hex},
        "ask_seen_before": {"text": "It broke"},
        "identify_failure": {"text": "It broke"},
        "claim_failure": {"text": "It broke"},
        "create_issue": {"title": "It broke", "service": "checkout"},
        "attach_expectation": {"kind": "no_occurrence", "pattern_id": str(sample.ids["pattern_id"])},
        "attach_exposure": {
            "unit": "requests",
            "service": "checkout",
            "counts": [{"day": "2026-10-01", "count": 900}],
        },
        "mark_issue_provider": {"provider": "Acme Pay"},
        "update_issue": {"status": "mitigating"},
        "ingest_event": {"title": "It broke", "external_id": uuid4().hex},
        "ingest_batch": {"events": [{"title": "It broke", "external_id": uuid4().hex}]},
        "ingest_change": {"title": "checkout 4.12", "external_id": uuid4().hex},
        "ingest_change_batch": {"changes": [{"title": "checkout 4.12", "external_id": uuid4().hex}]},
        "link_pattern": {"pattern_id": str(sample.ids["pattern_id"])},
        "unlink_pattern": {"pattern_id": str(sample.ids["other_pattern_id"])},
        "merge_patterns": {"pattern_ids": [str(sample.ids["other_pattern_id"])]},
        "split_pattern": {"issue_ids": [str(sample.issues[6])]},
        "confirm_pattern": {"together": True},
        "answer_suggestion": {"same_cause": True},
        "record_closure_note": {"note": "the pool was too small"},
        "set_report_wish": {"by_email": False},
        "replace_saved_views": {"issues": [{"name": "mine", "filters": {"status": "open"}}]},
        "record_outcome": {"outcome": "prevented", "reason": "we fixed it"},
        "dismiss_prediction": {},
        "update_pattern": {"snoozed_until": None},
        "assign_pattern": {"user_id": None},
        "assign_recommendation": {"user_id": None},
        "decide_investigation": {"status": "dismissed"},
        "judge_tracker_act": {"is_right": True},
        "update_recommendation": {"step": 0, "step_done": True},
        "push_recommendation": {"connector_id": str(sample.ids["tracker_id"])},
        "set_billing_identity": {"legal_name": "Acme GmbH", "email": "invoices@acme.example"},
        "set_owner": {"item_kind": "service", "item": "checkout", "name": "@acme/shop"},
        "understand_code_owners": {"text": "/checkout/ @acme/shop"},
        "fetch_code_owners": {"connector_id": str(sample.ids["tracker_id"]), "repository": "acme/shop"},
        "create_connector": {"type": "custom_api", "display_name": uuid4().hex, "config": {}},
        "show_credential_receivers": {"type": "github", "config": {"repositories": ["acme/shop"]}},
        "test_unsaved_connector": {"type": "custom_api", "config": {}},
        "update_connector": {"poll_interval_seconds": 600},
        "create_alert_rule": {"name": "wake me", "channels": [{"type": "email", "to": "a@example.com"}]},
        "update_alert_rule": {"enabled": False},
        "snooze_alert_rule": {"until": None},
        "set_up_slack": {
            "bot_token": "no-token-of-slack",
            "signing_secret": "planted-signing-secret",
            "channel_id": "C0001",
        },
        "change_slack_app": {"mode": "shadow"},
        "update_workspace": {"timezone": "Asia/Kathmandu"},
        "update_settings": {"alert_sensitivity": "high"},
        "skip_onboarding_step": {"step": "invite_members"},
        "complete_onboarding_step": {"step": "connect_source"},
        "invite_member": {"email": f"{uuid4().hex}@example.com"},
        "update_member": {"role": "viewer"},
        "create_service_account": {"name": "robot"},
        "rotate_service_account": {"overlap_hours": 1},
        "create_personal_key": {"name": "script"},
        "rotate_personal_key": {},
        "create_directory_token": {"overlap_hours": 1},
        "set_group_role": {"role": "viewer"},
        "create_workspace": {"slug": uuid4().hex, "name": "Another"},
        "update_organization": {"name": "Renamed"},
        "archive_workspace": {"slug": "another-one"},
        "erase_workspace": {"slug": "another-one"},
        "check_connector_declaration": {"written": DESK},
        "store_connector_declaration": {"written": DESK},
        "ingest_otlp_logs": {"resourceLogs": []},
        "ingest_otlp_metrics": {"resourceMetrics": []},
        "ingest_otlp_traces": {"resourceSpans": []},
        "ingest_cloud_events": {"message": "Nightly load failed"},
        "change_password": {"current_password": PASSWORD, "new_password": "a new and longer one"},
        "switch_workspace": {"workspace_id": str(sample.workspace_id)},
    }
