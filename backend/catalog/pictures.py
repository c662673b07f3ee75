"""Pictures that staff upload: looked at before they are kept, under a name nobody chose."""

import uuid
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from PIL import Image

from backend.core.errors import invalid_field

ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "GIF": "gif"}
MOST_PIXELS = 25_000_000  # decoded, that is 100 MB of memory


def keep(content: "File[Any]") -> str:
    """Store the picture and return its path in the storage. Raises Invalid for what isn't a whole picture."""
    kind = _kind(content)
    content.seek(0)
    # Wrapped, so that S3 serves it as what it is: an upload also carries the type its sender claims.
    return default_storage.save(f"products/{uuid.uuid4().hex}.{ENDINGS[kind]}", File(content))


def _kind(content: "File[Any]") -> str:
    """What the bytes are, whatever the file's name says. Decodes them, so that a torn file is found."""
    try:
        with Image.open(content, formats=list(ENDINGS)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise invalid_field("image", f"More than {MOST_PIXELS // 1_000_000} million pixels.")
            picture.load()
            return str(picture.format)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise invalid_field("image", "This is no whole PNG, JPEG, WebP or GIF.") from None
