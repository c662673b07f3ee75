"""One mail: headers, text, HTML, and nothing that its words could break out of."""

import pytest
from django.core import mail as outgoing

from tasks import mail

ALERT = {
    "sku": "A&B\r\nBcc: x@y.example",
    "message": "<b>3</b> left",
    "created_at": "2026-11-23T16:00:00.000000Z",
}


def send(**changes):
    wanted = {
        "to": "ops@shopwire.example",
        "template": "low_stock",
        "context": {"alert": ALERT},
        "key": "alert:1",
    }
    mail.send(**{**wanted, **changes})
    return outgoing.outbox[-1]


def test_a_mail_has_text_and_html():
    message = send()

    assert message.to == ["ops@shopwire.example"]
    assert message.from_email == "Shopwire <shop@shopwire.example>"
    assert message.body.startswith("<b>3</b> left\n")
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    assert html.startswith("<!doctype html>")
    assert "&lt;b&gt;3&lt;/b&gt; left" in html
    assert "<b>3</b>" not in html


def test_no_word_adds_a_header():
    message = send()

    assert message.subject == "Low stock: A&B Bcc: x@y.example"
    assert message.message()["Bcc"] is None
    assert message.message()["Auto-Submitted"] == "auto-generated"


def test_a_repeat_has_the_same_id_and_nothing_else_has():
    again = {send().message()["Message-ID"] for _ in range(2)}
    others = {
        send(key="alert:2").message()["Message-ID"],
        send(to="other@shopwire.example").message()["Message-ID"],
    }

    assert len(again) == 1
    assert len(again | others) == 3
    assert again.pop().endswith("@shopwire.example>")


def test_the_id_tells_nothing_of_its_key():
    assert "secret" not in mail.message_id(to="a@b.example", key="secret")


def test_a_link_ends_in_its_token():
    assert mail.link(path="reset-password", token="abc") == "http://shop.example/reset-password?token=abc"


def test_an_unreachable_server_is_worth_another_try(monkeypatch, settings):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 1, "timeout": 1},
        }
    }

    with pytest.raises(mail.TRANSIENT):
        mail.send(to="a@b.example", template="low_stock", context={"alert": ALERT}, key="k")
