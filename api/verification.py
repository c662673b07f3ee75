"""Confirming an e-mail: /api/v1/auth/verify-email/…"""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from api import attempts, fields
from api.accounts import Done
from api.responses import responses
from backend.accounts import mail_tokens

router = Router(tags=["auth"], auth=attempts.newcomer)

MAYBE_MAILED = "If the account exists and is not verified yet, we have sent an email."


class MailTokenIn(Schema):
    """The token at the end of the link in the mail."""

    token: fields.MailToken


class EmailIn(Schema):
    """An e-mail."""

    email: fields.Email


@router.post("/", response=responses({200: Done}), summary="Confirm an e-mail")
def verify_email(request: HttpRequest, payload: MailTokenIn) -> Any:
    """With the token of the newest mail, once, within three days."""
    mail_tokens.verify_email(secret=payload.token, now=timezone.now())
    return {"message": "Email verified successfully"}


@router.post("/resend/", response=responses({200: Done}), summary="Mail the link to confirm an e-mail again")
def resend_verification(request: HttpRequest, payload: EmailIn) -> Any:
    """Answers the same whether the account exists or not; links sent before stop working."""
    attempts.count(request=request, scope="login", what="verify", email=payload.email)
    mail_tokens.ask_for_verification(email=payload.email, now=timezone.now())
    return {"message": MAYBE_MAILED}
