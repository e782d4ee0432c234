"""Every vocabulary of the product, for code that publishes or checks them all."""

from causeloop_pipeline.model.change import ChangeKind
from causeloop_pipeline.model.date_order import DateOrder
from causeloop_pipeline.model.expectation import ExpectationKind, ExpectationStatus
from causeloop_pipeline.model.investigation import InvestigationResult, InvestigationStatus
from causeloop_pipeline.model.issue import FiringStart, Identifies, IssueStatus, Severity
from causeloop_pipeline.model.notification import AlertChannel, AlertSensitivity, NotificationKind
from causeloop_pipeline.model.owner import OwnedKind, OwnerSource
from causeloop_pipeline.model.pattern import (
    ConstraintKind,
    CorrectionAct,
    LineageKind,
    PatternStatus,
    TextKind,
)
from causeloop_pipeline.model.plans import PlanName
from causeloop_pipeline.model.postmortem import DoneBasis, ItemKind, PostmortemStatus
from causeloop_pipeline.model.prediction import Impact, Outcome
from causeloop_pipeline.model.proof import ExposureUnit, LeftOutReason, Verdict
from causeloop_pipeline.model.recommendation import (
    AssignableKind,
    Effort,
    RecommendationImpact,
    RecommendationStatus,
    RecommendationType,
    TicketStatus,
)
from causeloop_pipeline.model.recompute import ArchiveStatus, RecomputeKind, RecomputeStatus, StageResult
from causeloop_pipeline.model.slack import (
    ResurfacingReason,
    SlackMessageKind,
    SlackMessageStatus,
    SlackMode,
)
from causeloop_pipeline.model.tenancy import (
    ConnectorStatus,
    MembershipStatus,
    OrganizationStatus,
    RoleName,
    SessionEnd,
    SetupStep,
    SignInMethod,
    StatusSetter,
    SyncStatus,
)
from causeloop_pipeline.model.tracker_act import TrackerActKind, TrackerActMode, TrackerActStatus
from causeloop_pipeline.model.upload import UploadStatus
from causeloop_pipeline.model.vocabulary import Vocabulary

VOCABULARIES: tuple[type[Vocabulary], ...] = (
    AlertChannel,
    AlertSensitivity,
    ArchiveStatus,
    AssignableKind,
    ChangeKind,
    ConnectorStatus,
    ConstraintKind,
    CorrectionAct,
    DateOrder,
    DoneBasis,
    Effort,
    ExpectationKind,
    ExpectationStatus,
    ExposureUnit,
    FiringStart,
    Identifies,
    Impact,
    ItemKind,
    InvestigationResult,
    InvestigationStatus,
    IssueStatus,
    LeftOutReason,
    LineageKind,
    MembershipStatus,
    NotificationKind,
    OwnedKind,
    OwnerSource,
    OrganizationStatus,
    Outcome,
    PatternStatus,
    PlanName,
    RecommendationImpact,
    RecommendationStatus,
    RecommendationType,
    RecomputeKind,
    RecomputeStatus,
    ResurfacingReason,
    RoleName,
    SessionEnd,
    SetupStep,
    Severity,
    SignInMethod,
    SlackMessageKind,
    SlackMessageStatus,
    SlackMode,
    StageResult,
    StatusSetter,
    SyncStatus,
    TextKind,
    TicketStatus,
    TrackerActKind,
    TrackerActMode,
    TrackerActStatus,
    Verdict,
    UploadStatus,
    PostmortemStatus,
)
