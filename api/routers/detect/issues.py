"""Issues: list, read, report, correct."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.http.errors import not_found
from api.http.pagination import read_page
from api.http.responses import Page, Rows, found, gives, json_answer
from api.operation import CurrentCaller, Db, Operation
from api.queries.detect import issue_membership, issues, recomputes, similar
from api.queries.ingestion import ingest
from api.resources import ingest_records
from api.resources.similar_issues import most_similar
from api.schemas.detect.issues import Issue, IssueChange, IssueFilters, IssueSummary, NewIssue
from api.schemas.detect.patterns import Membership, SimilarIssue, SimilarRequest

router = APIRouter(prefix="/v1/issues", tags=["issues"], route_class=Operation)

REGROUPING = {"title", "body", "service", "error_type", "team", "environment"}


@router.get("", responses=gives(Page[IssueSummary]))
async def list_issues(db: Db, filters: Annotated[IssueFilters, Query()]) -> Response:
    """The workspace's issues, newest first unless sorted otherwise."""
    return await read_page(db, issues.ISSUES, filters)


@router.get("/{issue_id}", responses=gives(Issue))
async def read_issue(db: Db, issue_id: UUID) -> Response:
    """One issue."""
    return found(await issues.read_issue(db, issue_id), "issue")


@router.get("/{issue_id}/membership", responses=gives(Membership))
async def read_issue_membership(db: Db, issue_id: UUID) -> Response:
    """Why an issue is in its pattern, and what kept it out of the nearest other one."""
    return found(await issue_membership.read_membership(db, issue_id), "issue")


@router.get("/{issue_id}/similar", responses=gives(Rows[SimilarIssue]))
async def list_similar_issues(db: Db, issue_id: UUID, asked: Annotated[SimilarRequest, Query()]) -> Response:
    """The issues that read most like this one, whatever pattern they are in."""
    candidates = await similar.read_candidates(db, issue_id)
    if not candidates:
        raise not_found("issue")
    ranked = await run_in_threadpool(most_similar, candidates, str(issue_id), asked.limit)
    known = await similar.read_summaries(db, [row["issue_id"] for row in ranked])
    rows = [
        {**known[row["issue_id"]], "similarity": row["similarity"], "terms": row["terms"]}
        for row in ranked
        if row["issue_id"] in known
    ]
    return json_answer({"data": rows})


@router.post("", status_code=201, responses=gives(Issue, 201, "Reported"))
async def create_issue(request: Request, db: Db, caller: CurrentCaller, new: NewIssue) -> Response:
    """Report a failure by hand; a known `external_id` updates that issue."""
    record = ingest_records.manual_record(new, caller, request.headers.get("idempotency-key"))
    issue_id = await ingest.land_and_show(db, record)
    answer = found(await issues.read_issue(db, issue_id), "issue", 201)
    answer.headers["Location"] = f"/v1/issues/{issue_id}"
    return answer


@router.patch("/{issue_id}", responses=gives(Issue))
async def update_issue(db: Db, caller: CurrentCaller, issue_id: UUID, change: IssueChange) -> Response:
    """Correct an issue; corrections outlive every later sync."""
    changes = change.model_dump(mode="json", include=change.model_fields_set)
    if not await issues.edit_issue(db, issue_id, changes, caller.actor):
        raise not_found("issue")
    if REGROUPING & changes.keys():
        await recomputes.request(db, "patterns", caller.actor)
    return found(await issues.read_issue(db, issue_id), "issue")
