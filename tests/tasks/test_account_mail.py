"""The mails that carry a token."""

import pytest
from django.core import mail

from backend.accounts.models import MailToken
from backend.outbox.models import Job
from tasks import mail as sender
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def newcomer():
    return factories.user("new@example.com", first_name="Buy <pills>", is_verified=False)


def test_the_mail_that_verifies(as_guest, newcomer, settle):
    as_guest.post("auth/verify-email/resend/", {"email": newcomer.email})
    settle()

    (message,) = mail.outbox
    link = message.body.splitlines()[4]
    assert message.subject == "Confirm your e-mail address"
    assert link.startswith("http://shop.example/verify-email?token=")
    assert message.body == (
        "Welcome to Shopwire.\n\nOpen this link to confirm that this e-mail address is yours:\n\n"
        f"{link}\n\nThe link works once, for 3 days.\n"
        "If you did not register, you need not do anything.\n\n"
    )
    html = message.alternatives[0].content
    assert html.count(f'href="{link}"') == 2
    assert "pills" not in message.body + html


def test_the_mail_that_resets(as_guest, newcomer, settle):
    as_guest.post("auth/password/reset/", {"email": newcomer.email})
    settle()

    (message,) = mail.outbox
    link = message.body.splitlines()[4]
    assert message.subject == "Choose a new password"
    assert link.startswith("http://shop.example/reset-password?token=")
    assert "The link works once, for 1 hour." in message.body
    assert f'href="{link}"' in message.alternatives[0].content


def test_a_link_is_whole_in_the_raw_mail(as_guest, newcomer, settle):
    as_guest.post("auth/verify-email/resend/", {"email": newcomer.email})
    settle()

    (message,) = mail.outbox
    assert message.body.splitlines()[4].encode() in message.message().as_bytes().splitlines()


def test_a_mail_that_does_not_go_out_is_tried_again(as_guest, newcomer, settle, monkeypatch):
    def refuse(**_):
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(sender, "send", refuse)
        as_guest.post("auth/password/reset/", {"email": newcomer.email})
        settle()

    job = Job.objects.get()
    assert (job.attempts, job.failed_at, job.last_error) == (1, None, "ConnectionRefusedError()")
    Job.objects.update(due_at=job.created_at)
    settle()
    assert len(mail.outbox) == 1
    assert not Job.objects.exists()
    assert MailToken.objects.count() == 1
