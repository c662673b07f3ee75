"""Pictures kept on this machine, served by the shop itself; with S3 the bucket serves them.

In one piece: an answer that streams a file is read whole by Django in any case where the server speaks ASGI,
with a warning in the log.
"""

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.static import serve


def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """The file under MEDIA_ROOT. SecurityMiddleware tells the browser not to guess its type."""
    answer = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    return _whole(answer) if isinstance(answer, FileResponse) else answer


def _whole(answer: FileResponse) -> HttpResponse:
    assert answer.file_to_stream is not None
    with answer.file_to_stream as file:
        return HttpResponse(file.read(), headers=answer.headers)
