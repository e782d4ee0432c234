"""Issues: list, read, report and correct."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.access.permissions import requires
from api.http.bounds import RECORD, takes
from api.http.computing.processes import Computing
from api.http.errors import Problem, conflict, not_found
from api.http.list_filters import build_filter_dependency
from api.http.responses import Page, Rows, documents, json_response, json_text_response, row_or_404
from api.ingest import queries as ingest
from api.ingest.records import check_not_of_connector
from api.issues import queries as issues
from api.issues.manual_record import build_manual_record
from api.issues.membership import queries as issue_membership
from api.issues.membership.schemas import Membership
from api.issues.occurrences import queries as occurrences
from api.issues.occurrences.schemas import Occurrence, OccurrenceFilters
from api.issues.schemas import (
    Issue,
    IssueChange,
    IssueFilters,
    IssueSummary,
    IssueValues,
    NewIssue,
    ProviderChoice,
)
from api.issues.similar import queries as similar_issues
from api.issues.similar.ranking import rank_similar
from api.issues.similar.schemas import SimilarIssue, SimilarRequest
from api.issues.similar.semantic.neighbours import find_by_meaning
from api.listing.page import read_page, returns_page_of
from api.operation import CurrentCaller, Db, Operation, calls_outside
from api.recomputes import queries as recomputes
from causeloop_pipeline.model.issue import COMPARED_FIELDS
from causeloop_pipeline.model.recompute import RecomputeKind
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/issues", tags=["issues"], route_class=Operation)


@router.get("", summary="List issues", responses=documents(Page[IssueSummary]))
@requires(Role.VIEWER)
@returns_page_of(issues.ISSUES)
async def list_issues(
    db: Db, filters: Annotated[IssueFilters, build_filter_dependency(IssueFilters)]
) -> Response:
    """The issues of the workspace, newest first unless sorted otherwise."""
    return await read_page(db, issues.ISSUES, filters)


@router.get("/values", summary="List values of issues", responses=documents(IssueValues))
@requires(Role.VIEWER)
async def list_issue_values(db: Db) -> Response:
    """The services, error types, teams, environments and sources that occur, to choose filters from."""
    return json_text_response(await issues.read_values(db))


@router.get("/{issue_id}", summary="Get an issue", responses=documents(Issue))
@requires(Role.VIEWER)
async def read_issue(db: Db, issue_id: UUID) -> Response:
    """An issue with its body."""
    return row_or_404(await issues.read_issue(db, issue_id), "issue")


@router.get("/{issue_id}/membership", summary="Get an issue's membership", responses=documents(Membership))
@requires(Role.VIEWER)
async def read_issue_membership(db: Db, issue_id: UUID) -> Response:
    """Why an issue is in its pattern, and why it is not in the nearest other one."""
    return row_or_404(await issue_membership.read_membership(db, issue_id), "issue")


@router.get(
    "/{issue_id}/occurrences", summary="List an issue's occurrences", responses=documents(Page[Occurrence])
)
@requires(Role.VIEWER)
@returns_page_of(occurrences.OCCURRENCES_OF_ISSUE)
async def list_issue_occurrences(
    db: Db, issue_id: UUID, filters: Annotated[OccurrenceFilters, Query()]
) -> Response:
    """Each time that an issue occurred, the latest first.

    A ticket, an incident or a run occurs once, and again each time it is reopened. An issue that a tool made
    of many events occurs in each hour or day that has some.
    """
    if not await occurrences.has_issue(db, issue_id):
        raise not_found("issue")
    return await read_page(db, occurrences.OCCURRENCES_OF_ISSUE, filters, of_issue=str(issue_id))


@router.get("/{issue_id}/similar", summary="List similar issues", responses=documents(Rows[SimilarIssue]))
@requires(Role.VIEWER)
@calls_outside
async def list_similar_issues(
    request: Request, db: Db, issue_id: UUID, similar: Annotated[SimilarRequest, Query()]
) -> Response:
    """The issues most similar to this one, whatever pattern they are in."""
    meaning = await find_by_meaning(db, request.app.state.encoder, None, issue_id)
    nearest = meaning.nearest if meaning else ()
    candidates = await similar_issues.read_candidates(db, issue_id, nearest, by_meaning=meaning is not None)
    if not candidates:
        raise not_found("issue")
    computing: Computing = request.app.state.computing
    ranked = await computing.run(
        db.workspace_id, rank_similar, candidates, str(issue_id), similar.limit, meaning
    )
    summaries = await similar_issues.read_summaries(db, [row["issue_id"] for row in ranked])
    rows = [
        {**summaries[row["issue_id"]], "similarity": row["similarity"], "terms": row["terms"]}
        for row in ranked
        if row["issue_id"] in summaries
    ]
    return json_response({"data": rows})


@router.post("", summary="Report an issue", status_code=201, responses=documents(Issue, 201, "Reported"))
@requires(Role.ANALYST)
@takes(RECORD)
async def create_issue(request: Request, db: Db, caller: CurrentCaller, new: NewIssue) -> Response:
    """Reports a failure by hand. An `external_id` that exists already is a 409, which names its issue."""
    record = build_manual_record(new, caller, request.headers.get("idempotency-key"))
    await check_not_of_connector(db, record)
    (issue_id,) = await ingest.select_issue_ids(db, [record])
    if not await ingest.ingest_issue(db, record, issue_id, is_new=new.external_id is not None):
        raise _issue_exists(issue_id)
    response = row_or_404(await issues.read_issue(db, issue_id), "issue", 201)
    response.headers["Location"] = f"/v1/issues/{issue_id}"
    return response


@router.patch("/{issue_id}", summary="Correct an issue", responses=documents(Issue))
@requires(Role.ANALYST)
@takes(RECORD)
async def update_issue(db: Db, caller: CurrentCaller, issue_id: UUID, change: IssueChange) -> Response:
    """Corrects fields of an issue. Later syncs do not overwrite corrections."""
    changes = change.model_dump(mode="json", include=change.model_fields_set)
    if not await issues.edit_issue(db, issue_id, changes, caller.actor):
        raise not_found("issue")
    if changes.keys() & set(COMPARED_FIELDS):
        await recomputes.request_recompute(db, RecomputeKind.PATTERNS, caller.actor)
    return row_or_404(await issues.read_issue(db, issue_id), "issue")


@router.put("/{issue_id}/provider", summary="Mark an issue's provider", responses=documents(Issue))
@requires(Role.ANALYST)
async def mark_issue_provider(
    db: Db, caller: CurrentCaller, issue_id: UUID, mark: ProviderChoice
) -> Response:
    """States which provider caused the issue so far, or that none did, whatever a status page reports.

    What a provider caused neither counts against a fix nor for it, and does not reopen a pattern.
    """
    if not await issues.mark_provider(db, issue_id, mark.provider, caller.actor):
        raise not_found("issue")
    return row_or_404(await issues.read_issue(db, issue_id), "issue")


@router.post(
    "/{issue_id}/provider/{mark_id}/withdraw",
    summary="Take back an issue's provider",
    responses=documents(Issue),
)
@requires(Role.ANALYST)
async def withdraw_provider_mark(db: Db, caller: CurrentCaller, issue_id: UUID, mark_id: UUID) -> Response:
    """Takes a mark back: the one before it counts again, or none. It stays on record."""
    if not await issues.withdraw_provider_mark(db, issue_id, mark_id, caller.actor):
        raise not_found("mark")
    return row_or_404(await issues.read_issue(db, issue_id), "issue")


def _issue_exists(issue_id: UUID) -> Problem:
    detail = f"the issue {issue_id} has this external_id: correct it with PATCH /v1/issues/{issue_id}"
    return conflict("issue_exists", detail, issue_id=str(issue_id))
