"""Where a request comes from, believing proxies only as far as TRUSTED_PROXIES says."""

from collections.abc import Sequence
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


def of(request: HttpRequest) -> str:
    """The client's address: X-Forwarded-For read from the right, past every trusted proxy."""
    peer = request.META.get("REMOTE_ADDR") or "unknown"
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    for hop in reversed(hops):
        if not _is_trusted(peer, settings.TRUSTED_PROXIES):
            break
        peer = hop
    return peer


def _is_trusted(address: str, proxies: Sequence[str]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in ip_network(proxy) for proxy in proxies)
