"""Which role an operation takes at least: the one table that code, documentation and tests read.

An operation is named after its function. `None` means that the operation proves its caller itself
(signing in, a webhook's signature).
"""

from causeloop_pipeline.model.tenancy import Role

VIEWER, ANALYST, ADMIN, OWNER = Role.VIEWER, Role.ANALYST, Role.ADMIN, Role.OWNER

LEAST_ROLE: dict[str, Role | None] = {
    # signing in
    "exchange_token": None,
    "log_in": None,
    "refresh_session": None,
    "log_out": None,
    "read_me": VIEWER,
    # issues
    "list_issues": VIEWER,
    "read_issue": VIEWER,
    "create_issue": ANALYST,
    "update_issue": ANALYST,
    "list_similar_issues": VIEWER,
    "read_issue_membership": VIEWER,
    "link_pattern": ANALYST,
    "unlink_pattern": ANALYST,
    # ways in
    "ingest_event": ANALYST,
    "ingest_batch": ANALYST,
    "ingest_change": ANALYST,
    "ingest_change_batch": ANALYST,
    "receive_webhook": None,
    "answer_webhook_challenge": None,
    # changes
    "list_changes": VIEWER,
    # patterns and clusters
    "list_patterns": VIEWER,
    "read_pattern": VIEWER,
    "read_pattern_graph": VIEWER,
    "list_pattern_members": VIEWER,
    "read_pattern_frequency": VIEWER,
    "read_pattern_lineage": VIEWER,
    "merge_patterns": ANALYST,
    "split_pattern": ANALYST,
    "confirm_pattern": ANALYST,
    "record_closure_note": ANALYST,
    "list_clusters": VIEWER,
    "read_cluster": VIEWER,
    "recompute_clusters": ANALYST,
    "read_recompute_job": VIEWER,
    # predictions
    "list_predictions": VIEWER,
    "read_prediction": VIEWER,
    "read_prediction_summary": VIEWER,
    "read_prediction_matrix": VIEWER,
    "read_forecast": VIEWER,
    "read_prediction_accuracy": VIEWER,
    "record_outcome": ANALYST,
    "dismiss_prediction": ANALYST,
    # recommendations
    "list_recommendations": VIEWER,
    "read_recommendation": VIEWER,
    "update_recommendation": ANALYST,
    "push_recommendation": ANALYST,
    # connectors
    "list_connector_types": VIEWER,
    "list_connectors": VIEWER,
    "read_connector": VIEWER,
    "create_connector": ANALYST,
    "update_connector": ANALYST,
    "test_connector": ANALYST,
    "sync_connector": ANALYST,
    "pause_connector": ANALYST,
    "resume_connector": ANALYST,
    "delete_connector": ADMIN,
    "list_sync_runs": VIEWER,
    # alerts
    "list_alert_rules": VIEWER,
    "read_alert_rule": VIEWER,
    "create_alert_rule": ADMIN,
    "update_alert_rule": ADMIN,
    "snooze_alert_rule": ADMIN,
    "delete_alert_rule": ADMIN,
    # workspace
    "read_workspace": VIEWER,
    "update_workspace": OWNER,
    "read_settings": VIEWER,
    "update_settings": ADMIN,
    "skip_onboarding_step": ADMIN,
    "list_members": VIEWER,
    "invite_member": ADMIN,
    "update_member": ADMIN,
    "list_service_accounts": ADMIN,
    "create_service_account": ADMIN,
    "revoke_service_account": ADMIN,
    "export_data": ADMIN,
    "stream_changes": VIEWER,
}
