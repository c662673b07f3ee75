"""Mail to people about their accounts. The secret is made here, goes into the mail, and is kept nowhere."""

from celery import shared_task
from django.utils import timezone

from backend.accounts import mail_tokens
from tasks import jobs, mail


@shared_task(base=jobs.Tracked, name="accounts.mail_verification", transient=mail.TRANSIENT)
def mail_verification(*, email: str) -> None:
    """Mail a link that confirms the e-mail, unless nobody waits for one."""
    issued = mail_tokens.issue_verification(email=email, now=timezone.now())
    if issued:
        _mail(issued, template="verify_email", path="verify-email", valid_for="3 days")


@shared_task(base=jobs.Tracked, name="accounts.mail_reset", transient=mail.TRANSIENT)
def mail_reset(*, email: str) -> None:
    """Mail a link to choose a new password, if there is such an account."""
    issued = mail_tokens.issue_reset(email=email, now=timezone.now())
    if issued:
        _mail(issued, template="reset_password", path="reset-password", valid_for="1 hour")


def _mail(issued: mail_tokens.Issued, *, template: str, path: str, valid_for: str) -> None:
    # No names in these mails: whoever registers another person's e-mail gets no words of theirs to it.
    context = {"link": mail.link(path=path, token=issued.secret), "valid_for": valid_for}
    mail.send(to=issued.email, template=template, context=context, key=f"mail_token:{issued.id}")
