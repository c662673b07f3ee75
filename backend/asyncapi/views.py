"""The document as JSON, and as a page to read."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.asyncapi import apps_socket, document, messages, topics
from backend.asyncapi.frames import Json

POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@require_safe
def as_json(request: HttpRequest) -> JsonResponse:
    """AsyncAPI 3."""
    return JsonResponse(_document(request))


@require_safe
def as_page(request: HttpRequest) -> HttpResponse:
    """The same for people; everything on it is ours."""
    made = _document(request)
    response = render(request, "asyncapi/page.html", _context(made))
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _document(request: HttpRequest) -> Json:
    return document.document(host=request.get_host(), is_secure=request.is_secure())


def _context(made: Json) -> Json:
    said = made["components"]["messages"]
    return {
        "document": made,
        "server": made["servers"]["shop"],
        "topics": [_topic(topic, said) for topic in topics.ALL],
        "commands": [
            {
                "method": method,
                "says": exchange.says,
                "example": json.dumps(exchange.example, ensure_ascii=False),
            }
            for method, exchange in apps_socket.EXCHANGES.items()
        ],
        "keys": made["components"]["securitySchemes"].values(),
        "close_codes": made["x-close-codes"],
        "error_codes": made["x-error-codes"],
        "limits": [
            (kind, name, limit) for kind, found in made["x-limits"].items() for name, limit in found.items()
        ],
        "schemas": [(name, _text(schema)) for name, schema in made["components"]["schemas"].items()],
    }


def _topic(topic: topics.Topic, said: Json) -> Json:
    shown = [said[name] for name in messages.names_of(topic)]
    return {
        "topic": topic,
        "messages": [
            {"name": one["name"], "summary": one["summary"], "example": _text(one["examples"][0]["payload"])}
            for one in shown
        ],
    }


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
