"""Addresses of images: absolute, so that they work in any app; made here and nowhere else."""

from collections.abc import Callable

from django.core.files.storage import default_storage
from django.http import HttpRequest


def images(request: HttpRequest) -> Callable[[str], str]:
    """From what an image column holds: a URL stays, a path in the storage becomes one."""

    def link(image: str) -> str:
        if image.startswith(("http://", "https://")):
            return image
        return request.build_absolute_uri(default_storage.url(image))

    return link
