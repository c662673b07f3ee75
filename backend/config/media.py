"""Pictures kept on this machine, served by the shop itself; with S3 the bucket serves them."""

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.static import serve


def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """The file under MEDIA_ROOT. SecurityMiddleware tells the browser not to guess its type."""
    return serve(request, path, document_root=str(settings.MEDIA_ROOT))
