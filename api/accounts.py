"""Registering, signing in and out: /api/v1/auth/…"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema
from ninja.responses import Status
from pydantic import ConfigDict, ValidationInfo, field_validator

from api import attempts, auth, fields
from api.responses import responses
from backend.accounts import actions, queries, shapes, tickets, tokens

router = Router(tags=["auth"])

REGISTERED = "User registered successfully. Please check your email to verify your account."


class Done(Schema):
    """Done."""

    message: str = Field(examples=["Logout successful"])


class RegisterIn(Schema):
    """Who wants an account."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "email": "user@example.com",
                "password": "SecurePass123!",
                "password_confirm": "SecurePass123!",
                "first_name": "John",
                "last_name": "Doe",
                "phone_number": "+1234567890",
            }
        }
    )
    email: fields.Email
    password: fields.Password
    password_confirm: fields.Password
    first_name: fields.Name = ""
    last_name: fields.Name = ""
    phone_number: fields.Phone | None = None

    @field_validator("password_confirm")
    @classmethod
    def passwords_match(cls, value: str, info: ValidationInfo) -> str:
        return fields.must_match(value, info, "password")


class RegisteredUser(Schema):
    """Who has just registered."""

    id: UUID
    email: str = Field(examples=["user@example.com"])
    first_name: str = Field(examples=["John"])
    last_name: str = Field(examples=["Doe"])


class RegisterOut(Done):
    """The new account."""

    user: RegisteredUser


class LoginIn(Schema):
    """E-mail and password."""

    email: fields.Email
    password: fields.Password


class Tokens(Schema):
    """The access token is for requests, the refresh token for new access tokens."""

    refresh: fields.Jwt
    access: fields.Jwt


class SignedInUser(RegisteredUser):
    """Who has just signed in."""

    is_verified: bool


class LoginOut(Done):
    """The tokens of a new session."""

    tokens: Tokens
    user: SignedInUser


class RefreshIn(Schema):
    """A refresh token."""

    refresh: fields.Jwt


class AccessOut(Schema):
    """A fresh access token."""

    access: fields.Jwt


class TicketOut(Schema):
    """A ticket for one socket (`?ticket=`), and for how many seconds it is good."""

    ticket: str = Field(examples=["b3Blbi1zZXNhbWU"])
    expires_in: int = Field(examples=[tickets.LIFE_SECONDS])


@router.post(
    "/register/",
    auth=attempts.newcomer,
    response=responses({201: RegisterOut}, also=(409,)),
    summary="Open an account",
)
def register(request: HttpRequest, payload: RegisterIn) -> Any:
    """A link to confirm the e-mail is mailed; an account that is not verified may sign in and buy."""
    attempts.count(request=request, scope="register", what="register")
    user = actions.register(
        email=payload.email,
        password=payload.password,
        first_name=payload.first_name,
        last_name=payload.last_name,
        phone_number=payload.phone_number or "",
        now=timezone.now(),
    )
    return Status(201, {"message": REGISTERED, "user": shapes.name_json(user)})


@router.post(
    "/login/", auth=attempts.newcomer, response=responses({200: LoginOut}, also=(401,)), summary="Sign in"
)
def login(request: HttpRequest, payload: LoginIn) -> Any:
    """Five tries in fifteen minutes, per client address and per e-mail; every try counts."""
    attempts.count(request=request, scope="login", what="login", email=payload.email)
    now = timezone.now()
    session = actions.sign_in(email=payload.email, password=payload.password, now=now)
    return {
        "message": "Login successful",
        "tokens": {
            "refresh": tokens.refresh_token(user=session.user, session=session, now=now),
            "access": tokens.access_token(user=session.user, session=session, now=now),
        },
        "user": shapes.signed_in_json(session.user),
    }


@router.post(
    "/refresh/",
    auth=attempts.newcomer,
    response=responses({200: AccessOut}, also=(401,)),
    summary="Get a fresh access token",
)
def refresh(request: HttpRequest, payload: RefreshIn) -> Any:
    """Good until the session of the refresh token ends."""
    now = timezone.now()
    user, session = queries.refresher(token=payload.refresh, now=now)
    return {"access": tokens.access_token(user=user, session=session, now=now)}


@router.post(
    "/logout/", auth=auth.signed_in, response=responses({200: Done}, also=(401,)), summary="Sign out"
)
def logout(request: Any, payload: RefreshIn) -> Any:
    """The refresh token and every access token made from it are dead at once; their sockets are closed."""
    actions.sign_out(user_id=request.auth.pk, refresh_token=payload.refresh, now=timezone.now())
    return {"message": "Logout successful"}


@router.post(
    "/ws-ticket/",
    auth=auth.signed_in,
    response=responses({200: TicketOut}, also=(401,)),
    summary="Get a ticket for a socket",
)
def ws_ticket(request: Any) -> Any:
    """For browsers, whose sockets can't send an Authorization header: good once, for 30 seconds."""
    ticket = tickets.issue(user_id=request.auth.pk, session_id=request.sign_in)
    return {"ticket": ticket, "expires_in": tickets.LIFE_SECONDS}
