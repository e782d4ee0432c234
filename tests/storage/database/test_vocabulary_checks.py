"""The checks of the database, and the lists of the dbt project, allow what the model's vocabularies hold."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args

import psycopg

from causeloop_pipeline.model import (
    investigation,
    notification,
    pattern,
    raw_record,
    recommendation,
    recompute,
    tenancy,
)
from causeloop_pipeline.model.change import ChangeKind
from causeloop_pipeline.model.expectation import ExpectationKind, ExpectationStatus
from causeloop_pipeline.model.frames import DIMENSIONS
from causeloop_pipeline.model.issue import CHOICES, EDITABLE_FIELDS, IssueStatus, Severity
from causeloop_pipeline.model.owner import OwnedKind, OwnerSource
from causeloop_pipeline.model.plans import PlanName
from causeloop_pipeline.model.postmortem import DoneBasis, ItemKind, PostmortemStatus
from causeloop_pipeline.model.prediction import Impact, Outcome
from causeloop_pipeline.model.proof import ExposureUnit, Verdict
from causeloop_pipeline.model.raw_record import Channel
from causeloop_pipeline.model.slack import SlackMessageKind, SlackMessageStatus, SlackMode
from causeloop_pipeline.model.tracker_act import TrackerActKind, TrackerActMode, TrackerActStatus
from causeloop_pipeline.model.upload import UploadStatus
from tests.conftest import Installation

ROOT = Path(__file__).parents[3]
CHECKED: Mapping[str, Iterable[str]] = {
    "act.action_item.done_basis": DoneBasis,
    "act.action_item.kind": ItemKind,
    "act.postmortem.status": PostmortemStatus,
    "act.investigation.result": investigation.InvestigationResult,
    "act.investigation.status": investigation.InvestigationStatus,
    "act.proof.verdict": Verdict,
    "act.recommendation.effort": recommendation.Effort,
    "act.recommendation.impact": recommendation.RecommendationImpact,
    "act.recommendation.status": recommendation.RecommendationStatus,
    "act.recommendation.type": recommendation.RecommendationType,
    "act.expectation.kind": ExpectationKind,
    "act.expectation.status": ExpectationStatus,
    "act.proof.exposure_unit": ExposureUnit,
    "core.exposure.unit": ExposureUnit,
    "act.recommendation_progress.status": recommendation.RecommendationStatus,
    "act.ticket.status": recommendation.TicketStatus,
    "act.tracker_act.kind": TrackerActKind,
    "act.tracker_act.status": TrackerActStatus,
    "act.verdict.verdict": Verdict,
    "app.assignment.item_kind": recommendation.AssignableKind,
    "app.connector.status": tenancy.ConnectorStatus,
    "app.directory_group.role": tenancy.RoleName,
    "app.upload.status": UploadStatus,
    "app.membership.role": tenancy.RoleName,
    "app.membership.status": tenancy.MembershipStatus,
    "app.owner.item_kind": OwnedKind,
    "app.owner.source": OwnerSource,
    "app.onboarding_state.current_step": [*tenancy.SetupStep, "done"],
    "app.organization.plan": PlanName,
    "app.organization.status": tenancy.OrganizationStatus,
    "app.organization.status_set_by": tenancy.StatusSetter,
    "app.personal_key.method": tenancy.SignInMethod,
    "app.personal_key.role": tenancy.RoleName,
    "app.recompute_request.kind": recompute.RecomputeKind,
    "app.recompute_request.status": recompute.RecomputeStatus,
    "app.service_account.role": tenancy.RoleName,
    "app.session.end_reason": tenancy.SessionEnd,
    "app.session.method": tenancy.SignInMethod,
    "app.sync_run.status": tenancy.SyncStatus,
    "app.workspace_archive.status": recompute.ArchiveStatus,
    "app.workspace_freshness.verdict": recompute.StageResult,
    "app.workspace_settings.alert_sensitivity": notification.AlertSensitivity,
    "app.workspace_settings.close_mode": TrackerActMode,
    "app.workspace_settings.comment_mode": TrackerActMode,
    "core.change.kind": ChangeKind,
    "core.issue.severity": Severity,
    "core.issue.status": IssueStatus,
    "core.issue_edit.field": EDITABLE_FIELDS,
    "core.value_override.field": CHOICES,
    "detect.fingerprint.kind": pattern.TextKind,
    "detect.pattern.status": pattern.PatternStatus,
    "detect.pattern_constraint.act": pattern.CorrectionAct,
    "detect.pattern_constraint.kind": pattern.ConstraintKind,
    "detect.pattern_lineage.kind": pattern.LineageKind,
    "detect.pattern_tally.kind": ["day", "severity", *DIMENSIONS],
    "notify.slack_app.mode": SlackMode,
    "notify.slack_message.kind": SlackMessageKind,
    "notify.slack_message.status": SlackMessageStatus,
    "predict.outcome.outcome": Outcome,
    "predict.prediction.impact": Impact,
    "raw.record.channel": get_args(Channel),
}
SELECT_CHECKS = """
select conrelid::regclass || '.' || a.attname, pg_get_constraintdef(c.oid)
from pg_constraint as c join pg_attribute as a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
where c.contype = 'c' and cardinality(c.conkey) = 1 and pg_get_constraintdef(c.oid) like '%ARRAY[''%''::text%'
"""


def test_every_check_allows_the_values_of_its_vocabulary(installation: Installation) -> None:
    with psycopg.connect(installation.owner_url) as owner:
        rows = owner.execute(SELECT_CHECKS).fetchall()
    allowed = {column: set(re.findall(r"'([^']*)'::text", check)) for column, check in rows}

    assert allowed == {column: set(map(str, values)) for column, values in CHECKED.items()}


def test_the_database_tells_records_of_changes_apart_as_the_model_does(installation: Installation) -> None:
    kinds = [value for name, value in vars(raw_record).items() if name.isupper() and isinstance(value, str)]
    with psycopg.connect(installation.owner_url) as owner:
        rows = owner.execute(
            "select kind from unnest(%s::text[]) as kind where core.is_change_kind(kind)", (kinds,)
        ).fetchall()

    assert {kind for (kind,) in rows} == raw_record.CHANGES


def test_the_dbt_project_allows_the_severities_and_statuses_of_the_model() -> None:
    text = (ROOT / "dbt_project/macros/vocabulary.sql").read_text()
    allowed = {
        field: re.findall(r"'(\w+)'", values)
        for field, values in re.findall(r"when '(\w+)' then \{\{ value \}\} in \(([^)]*)\)", text)
    }

    assert allowed == {name: list(map(str, values)) for name, values in CHOICES.items()}
