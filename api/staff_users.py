"""Staff look people up, lock them out and let them in: /api/v1/staff/users/…"""

from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from api import auth
from api.pagination import Page, PageQuery, page_of
from api.responses import responses
from backend.accounts import actions, queries, shapes

router = Router(tags=["staff"], auth=auth.staff)


class UserQuery(PageQuery):
    """Every word must be found in the e-mail or the name."""

    search: Annotated[str, Field(max_length=200)] = ""


class UserOut(Schema):
    """The user as staff see them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": "550e8400-e29b-41d4-a716-446655440000",
                "email": "user@example.com",
                "first_name": "John",
                "last_name": "Doe",
                "phone_number": "+1234567890",
                "is_verified": True,
                "created_at": "2024-12-01T10:30:00.000000Z",
                "is_active": True,
                "is_staff": False,
            }
        }
    )
    id: UUID
    email: str
    first_name: str
    last_name: str
    phone_number: str
    is_verified: bool
    created_at: str
    is_active: bool
    is_staff: bool


@router.get(
    "/",
    response=responses({200: Page[UserOut]}, also=(401, 403, 404)),
    summary="List and search users",
)
def list_users(request: Any, query: Query[UserQuery]) -> Any:
    """By e-mail."""
    rows = queries.search(query.search)
    return page_of(request=request, rows=rows, query=query, shape=shapes.staff_user_json)


@router.post(
    "/{uuid:user_id}/deactivate/",
    response=responses({200: UserOut}, also=(401, 403, 404)),
    summary="Lock a user out",
)
def deactivate(request: Any, user_id: UUID) -> Any:
    """Ends every session at once. Not for oneself, nor for a superuser unless one is one."""
    user = actions.deactivate(user_id=user_id, actor=request.auth, now=timezone.now())
    return shapes.staff_user_json(user)


@router.post(
    "/{uuid:user_id}/activate/",
    response=responses({200: UserOut}, also=(401, 403, 404)),
    summary="Let a user in again",
)
def activate(request: Any, user_id: UUID) -> Any:
    """They sign in anew."""
    return shapes.staff_user_json(actions.activate(user_id=user_id))
