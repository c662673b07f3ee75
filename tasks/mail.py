"""Mail: three templates a kind (subject, text, HTML), sent through the mailer that EMAIL_URL names."""

import hashlib
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

# What a task that mails names as transient; smtplib's SMTPException is an OSError.
TRANSIENT: tuple[type[Exception], ...] = (OSError,)


def send(*, to: str, template: str, context: Mapping[str, Any], key: str) -> None:
    """Mail `mail/<template>.subject`, `.txt` and `.html` to one address.

    `key` holds the facts that make this mail this mail (`order:{id}:shipped`): a job that runs twice sends
    the same Message-ID, by which mail programs know a repeat. Raises OSError when the mail is not taken.
    """
    told = {"shop_url": settings.FRONTEND_URL, **context}
    subject = " ".join(render_to_string(f"mail/{template}.subject", told).split())
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"mail/{template}.txt", told),
        to=[to],
        headers={"Message-ID": message_id(to=to, key=key), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string(f"mail/{template}.html", told), "text/html")
    mail.send()


def message_id(*, to: str, key: str) -> str:
    """The same for the same mail to the same person, and no telling of the key."""
    digest = hashlib.sha256(f"{settings.SECRET_KEY} {to} {key}".encode()).hexdigest()
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{digest[:40]}@{domain or 'localhost'}>"


def link(*, path: str, token: str) -> str:
    """A link into the shop's front end that ends in `?token=…`."""
    return f"{settings.FRONTEND_URL}/{path}?token={token}"
