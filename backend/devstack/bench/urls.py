"""The shop's addresses, and beside them, in a benchmark only, a Ninja endpoint that does nothing.

It runs in the same process behind the same middleware, so that a ratio to it is what the work itself costs.
"""

from django.http import HttpRequest
from django.urls import path
from ninja import NinjaAPI

from backend.config.urls import urlpatterns as shop

api = NinjaAPI(urls_namespace="bench", openapi_url=None)


@api.get("/empty/")
def empty(request: HttpRequest) -> dict[str, str]:
    """What Django and Ninja cost under this server."""
    return {"status": "ok"}


urlpatterns = [path("api/bench/", api.urls), *shop]
