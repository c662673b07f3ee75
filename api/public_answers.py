"""Answers that anyone may read: guests and customers share what is cached, staff get it fresh."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags

from api import auth, links
from backend.catalog import cache
from backend.catalog.answers import Answer

JSON = "application/json"
# Others may keep it too, but ask each time whether it is still so (304 says yes): the contract's two seconds
# after a write are spent by our own cache. Compression is the proxy's.
PUBLIC = {"Cache-Control": "public, no-cache", "Vary": "Authorization"}
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Authorization"}


def answer(
    request: auth.PublicRequest,
    compute: Callable[[], str],
    *,
    seconds: int,
    heeds_query: bool = False,
    heeds_caller: bool = False,
) -> HttpResponse:
    """What `compute` returns, JSON text. No schema is run over it, for speed: tests are.

    `heeds_query`: other parameters, another answer. `heeds_caller`: whoever is signed in has one of their
    own. Staff see what they have just written.
    """
    is_guest = request.auth.is_anonymous
    if request.auth.is_staff or (heeds_caller and not is_guest):
        return private(request, compute())
    kept = cache.answer(
        address=_address(request, query=request.META.get("QUERY_STRING", "") if heeds_query else ""),
        seconds=min(seconds, links.life_seconds()),
        compute=lambda: links.with_addresses(compute(), request=request),
    )
    if not is_guest:
        return HttpResponse(kept.body, content_type=JSON, headers=PRIVATE)
    return _unchanged(kept) if _has(request, kept) else _whole(kept)


def private(request: HttpRequest, text: str, *, status: int = 200) -> HttpResponse:
    """JSON for the caller alone."""
    text = links.with_addresses(text, request=request)
    return HttpResponse(text, content_type=JSON, status=status, headers=PRIVATE)


def _address(request: HttpRequest, *, query: str) -> str:
    """All that an answer hangs on, as it came: two URLs that are made to look alike are still two.

    With the host, for it stands in links. A path may have line breaks in it, the others can't.
    """
    return f"{request.scheme}://{request.get_host()}\n{request.path}\n{query}"


def _whole(kept: Answer) -> HttpResponse:
    return HttpResponse(kept.body, content_type=JSON, headers={**PUBLIC, "ETag": kept.etag})


def _unchanged(kept: Answer) -> HttpResponse:
    return HttpResponseNotModified(headers={**PUBLIC, "ETag": kept.etag})


def _has(request: HttpRequest, kept: Answer) -> bool:
    """Whether the caller has this already (RFC 9110, 13.1.2); a proxy that compresses makes the tag weak."""
    wanted = request.headers.get("If-None-Match")
    if wanted is None:
        return False
    etags = parse_etags(wanted)
    return etags == ["*"] or kept.etag in {etag.removeprefix("W/") for etag in etags}
