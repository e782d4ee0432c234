"""Who is invoiced for the organization: for owners alone."""

from fastapi import APIRouter, Response

from api.access.permissions import requires
from api.auth.queries import audit
from api.http.responses import documents, json_text_response
from api.operation import CurrentCaller, Db, Operation
from api.organizations.billing import queries as billing
from api.organizations.billing.schemas import BillingIdentity, NewBillingIdentity
from causeloop_pipeline.model.tenancy import Role

router = APIRouter(prefix="/v1/organization/billing", tags=["workspace"], route_class=Operation)


@router.get("", summary="Get the billing identity", responses=documents(BillingIdentity))
@requires(Role.OWNER)
async def read_billing_identity(db: Db) -> Response:
    """Who is invoiced for the organization: legal name, address, tax id and e-mail."""
    return json_text_response(await billing.read_billing(db))


@router.put("", summary="Set the billing identity", responses=documents(BillingIdentity))
@requires(Role.OWNER)
async def set_billing_identity(db: Db, caller: CurrentCaller, identity: NewBillingIdentity) -> Response:
    """Replaces who is invoiced. The audit log says that it was changed, and not what it is."""
    fields = identity.model_dump()
    await billing.store_billing(db, fields, caller.actor)
    await audit.record(
        db,
        caller.actor,
        "organization.billing_set",
        f"organization:{caller.organization_id}",
        fields=sorted(name for name, value in fields.items() if value is not None),
    )
    return json_text_response(await billing.read_billing(db))
