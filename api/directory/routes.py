"""SCIM discovery: what identity providers can read about the directory (RFC 7644, section 4)."""

from typing import Any

from fastapi import APIRouter, Response
from scim2_models import (
    AuthenticationScheme,
    Bulk,
    ChangePassword,
    ETag,
    Filter,
    ListResponse,
    Meta,
    Patch,
    Resource,
    ResourceType,
    Schema,
    ServiceProviderConfig,
    Sort,
)

from api.directory.answers import PATH, build_location, write_description
from api.directory.computations import MAX_RESULTS
from api.directory.errors import answer_error
from api.directory.groups.schemas import DirectoryGroup
from api.directory.users.schemas import DirectoryUser

router = APIRouter(prefix=PATH, include_in_schema=False)

MODELS: tuple[type[Resource[Any]], ...] = (DirectoryUser, DirectoryGroup)
NAMES = {DirectoryUser: "User", DirectoryGroup: "Group"}


def describe_service() -> ServiceProviderConfig:
    """The SCIM 2.0 features that are supported."""
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MAX_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Directory token",
                description="The token that an owner of the workspace makes, as `Authorization: Bearer …`",
                primary=True,
            )
        ],
        meta=Meta(resource_type="ServiceProviderConfig", location=build_location("/ServiceProviderConfig")),
    )


def list_resource_types() -> list[ResourceType]:
    """People and groups."""
    types = []
    for model in MODELS:
        described = ResourceType.from_resource(model)
        described.id = described.name = described.description = NAMES[model]
        location = build_location(f"/ResourceTypes/{described.id}")
        described.meta = Meta(resource_type="ResourceType", location=location)
        types.append(described)
    return types


def list_schemas() -> list[Schema]:
    """The supported attributes of people and groups."""
    schemas = []
    for model in MODELS:
        described = model.to_schema()
        described.name = NAMES[model]
        described.meta = Meta(resource_type="Schema", location=build_location(f"/Schemas/{described.id}"))
        schemas.append(described)
    return schemas


def find_described(described: list[Any], name: str) -> Any:
    """The one with this id, or None."""
    return next((each for each in described if str(each.id).casefold() == name.casefold()), None)


def list_all(model: Any, described: list[Any]) -> Any:
    """All entries as one page."""
    count = len(described)
    return ListResponse[model](total_results=count, start_index=1, items_per_page=count, resources=described)


@router.get("/ServiceProviderConfig")
async def read_service() -> Response:
    """The SCIM 2.0 features that are supported."""
    return write_description(describe_service())


@router.get("/ResourceTypes")
async def read_resource_types() -> Response:
    """People and groups."""
    return write_description(list_all(ResourceType, list_resource_types()))


@router.get("/ResourceTypes/{name}")
async def read_resource_type(name: str) -> Response:
    """One of them."""
    return _answer_found(find_described(list_resource_types(), name))


@router.get("/Schemas")
async def read_schemas() -> Response:
    """The attributes that are kept."""
    return write_description(list_all(Schema, list_schemas()))


@router.get("/Schemas/{name}")
async def read_schema(name: str) -> Response:
    """Those of people or of groups."""
    return _answer_found(find_described(list_schemas(), name))


@router.post("/.search")
async def refuse_common_search() -> Response:
    """Reject a search over all resource types: people and groups are searched separately."""
    return answer_error(501, "search people and groups apart, at /Users/.search and /Groups/.search")


@router.get("/{path:path}")
async def refuse_unknown() -> Response:
    """Answer unknown paths with a SCIM error."""
    return _answer_found(None)


def _answer_found(described: Any) -> Response:
    if described is None:
        return answer_error(404, "there is no such resource")
    return write_description(described)
