"""Which web pages may open a socket: the host's own and those of CORS_ALLOWED_ORIGINS."""

from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

_PORTS = {"http": 80, "https": 443}


def is_allowed(*, origin: str | None, host: str) -> bool:
    """No Origin is no browser, and welcome; `null` and hosts that only look alike are not."""
    if origin is None:
        return True
    page = _parts(origin)
    if page is None:
        return False
    return any(_same(page, _parts(allowed)) for allowed in settings.CORS_ALLOWED_ORIGINS) or _is_own(
        page, host
    )


def _is_own(page: SplitResult, host: str) -> bool:
    # The Host header is the caller's word too: a name that is not ours makes no page our own.
    domain, _ = split_domain_port(host)
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    return _same(page, _parts(f"{page.scheme}://{host}"))


def _parts(origin: str) -> SplitResult | None:
    """An origin is scheme, host and port, nothing else."""
    try:
        parts = urlsplit(origin)
        _ = parts.port
    except ValueError:
        return None
    bare = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    return parts if bare and parts.scheme in _PORTS and parts.hostname else None


def _same(one: SplitResult, other: SplitResult | None) -> bool:
    return other is not None and _triple(one) == _triple(other)


def _triple(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
