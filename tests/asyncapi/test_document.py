"""AsyncAPI describes every socket, topic, event, command and code that there is in the code."""

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from backend.asyncapi import apps_socket, topics
from backend.asyncapi.document import document
from backend.outbox import wire
from consumers import commands, routing
from consumers.codes import Code
from consumers.replies import ErrorCode
from tests.asyncapi.specs import DOCUMENT, problems, resolved

BACKEND = Path(__file__).resolve().parents[2] / "backend"
SPOKEN = ("alerts", "cart", "inventory", "orders", "payments")  # the parts whose events sockets tell
INTERNAL = {"alert.raised", "alert.addressed", "payment.unwanted"}  # told to tasks only
MESSAGES = DOCUMENT["components"]["messages"]


def test_it_is_served(as_guest):
    answer = as_guest.get("/api/asyncapi/")

    assert answer.status_code == 200
    assert answer.json() == document(host="testserver", is_secure=False)
    assert answer.json()["servers"]["shop"]["protocol"] == "ws"
    assert DOCUMENT["servers"]["shop"] == {
        "host": "shop.example",
        "protocol": "wss",
        "description": "This shop.",
    }


def test_the_page_shows_all_of_it_and_loads_nothing_from_elsewhere(as_guest):
    answer = as_guest.get("/api/asyncapi/docs/")

    assert answer.status_code == 200
    page = answer.content.decode()
    names = [topic.topic for topic in topics.ALL] + [
        *apps_socket.EXCHANGES,
        *DOCUMENT["components"]["schemas"],
    ]
    assert [name for name in names if name not in page] == []
    assert [code for code in Code if f"<td>{int(code)}</td><td>{code.reason}</td>" not in page] == []
    assert "staff, with <code>?scope=all</code>" in page
    assert "bearer, &lt;access token&gt;" in page
    assert re.findall(r"(?:src|href)=\"((?:https?:)?//[^\"]+)", page) == []
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_every_reference_leads_somewhere():
    for reference in re.findall(r"'\$ref': '([^']+)'", str(DOCUMENT)):
        assert resolved(reference), reference


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_every_schema_is_one(name):
    Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][name])


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_has_examples_of_its_own_shape(name):
    message = MESSAGES[name]
    schema = message["payload"]["$ref"].rpartition("/")[2]

    assert message["examples"]
    for example in message["examples"]:
        assert problems(example["payload"], schema) == []


def test_every_socket_is_there_and_no_other():
    documented = {channel["address"].removeprefix("/") for channel in DOCUMENT["channels"].values()}
    documented = {re.sub(r"\{(.+)\}", r"<str:\1>", address) for address in documented}

    assert documented == set(routing._SOCKETS)


def test_every_kind_of_topic_is_there():
    assert {wire.kind(topic.topic) for topic in topics.ALL} == wire.STREAM_KINDS | wire.NEWEST_KINDS


def test_every_command_and_code_is_there():
    assert apps_socket.EXCHANGES.keys() == commands.METHODS
    assert [row["code"] for row in DOCUMENT["x-error-codes"]] == list(ErrorCode)
    assert [row["code"] for row in DOCUMENT["x-close-codes"]] == list(Code)
    assert {row["code"] for row in DOCUMENT["x-close-codes"] if row["reconnect"]} == {
        *(3001, 3005, 3008, 3010, 3012, 3013)
    }


def test_every_event_that_the_code_names_is_there():
    documented = {event for topic in topics.ALL for event in topic.events}
    texts = [file.read_text() for part in SPOKEN for file in sorted((BACKEND / part).glob("*.py"))]
    named = set(re.findall(r'"((?:alert|cart|money|order|payment|stock)\.[a-z_]+)"', "\n".join(texts)))

    assert named - documented == INTERNAL
    assert documented - named == {"order.processing", "order.shipped", "order.delivered"} | {
        "order.cancelled",
        "order.returned",
    }  # these are made from the states
