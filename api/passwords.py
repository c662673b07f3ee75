"""Changing a password, and choosing a new one by mail: /api/v1/auth/password/…"""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ValidationInfo, field_validator

from api import attempts, auth, fields, throttles
from api.accounts import Done
from api.responses import responses
from api.verification import EmailIn
from backend.accounts import actions, mail_tokens

router = Router(tags=["auth"])

MAYBE_MAILED = "If the account exists, we have sent an email with a link to choose a new password."
SIGN_IN_AGAIN = "Sign in with the new password."


class NewPassword(Schema):
    """A new password, twice."""

    new_password: fields.Password
    new_password_confirm: fields.Password

    @field_validator("new_password_confirm")
    @classmethod
    def passwords_match(cls, value: str, info: ValidationInfo) -> str:
        return fields.must_match(value, info, "new_password")


class PasswordChange(NewPassword):
    """The password until now, and the new one."""

    old_password: fields.Password


class PasswordReset(NewPassword):
    """The token at the end of the link in the mail, and the new password."""

    token: fields.MailToken


@router.post(
    "/change/",
    auth=auth.looked_up,
    response=responses({200: Done}, also=(401, 409)),
    summary="Change the password",
)
def change(request: Any, payload: PasswordChange) -> Any:
    """Ends every session of the user, this one too."""
    throttles.count(scope="login", who=f"password:{request.auth.pk}")
    actions.change_password(
        user_id=request.auth.pk,
        old_password=payload.old_password,
        new_password=payload.new_password,
        now=timezone.now(),
    )
    return {"message": f"Password changed successfully. {SIGN_IN_AGAIN}"}


@router.post(
    "/reset/",
    auth=attempts.newcomer,
    response=responses({200: Done}),
    summary="Ask for a link to choose a new password",
)
def ask_for_reset(request: HttpRequest, payload: EmailIn) -> Any:
    """Answers the same whether the account exists or not; links sent before stop working."""
    attempts.count(request=request, scope="login", what="reset", email=payload.email)
    mail_tokens.ask_for_reset(email=payload.email, now=timezone.now())
    return {"message": MAYBE_MAILED}


@router.post(
    "/reset/confirm/",
    auth=attempts.newcomer,
    response=responses({200: Done}),
    summary="Choose a new password",
)
def reset(request: HttpRequest, payload: PasswordReset) -> Any:
    """With the token of the newest mail, once, within an hour. Ends every session of the user."""
    mail_tokens.reset_password(secret=payload.token, new_password=payload.new_password, now=timezone.now())
    return {"message": f"Password reset successfully. {SIGN_IN_AGAIN}"}
