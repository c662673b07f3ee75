"""POST /api/v1/staff/images/: pictures from staff, and nothing else from anybody."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.caller import Caller

PATH = "/api/v1/staff/images/"


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 6)) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", size, "teal").save(content, kind)
    return content.getvalue()


def send(caller: Caller, content: bytes, name: str = "photo.png", field: str = "image") -> Any:
    return caller.client.post(PATH, {field: SimpleUploadedFile(name, content)}, headers=caller.headers)


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.mark.parametrize(
    ("kind", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp"), ("GIF", "gif")]
)
def test_a_picture_is_kept_under_a_random_name(as_staff: Caller, media: Path, kind: str, ending: str) -> None:
    content = picture(kind)

    response = send(as_staff, content, name="../../../etc/passwd.html")

    assert response.status_code == 201
    path = response.json()["image"]
    assert re.fullmatch(rf"products/[0-9a-f]{{32}}\.{ending}", path)
    assert response.json() == {"image": path, "url": f"http://testserver/media/{path}"}
    assert (media / path).read_bytes() == content


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        picture("PNG", (300, 300))[:400],
        picture("BMP"),
        picture("JPEG", (300, 300))[:900],
    ],
    ids=["empty", "torn gif", "svg", "torn png", "bmp", "torn jpeg"],
)
def test_what_is_no_whole_picture_is_refused(as_staff: Caller, media: Path, content: bytes) -> None:
    response = send(as_staff, content)

    assert response.status_code == 400
    assert response.json()["code"] == "validation_error"
    assert list(response.json()["details"]) == ["image"]
    assert list(media.iterdir()) == []


def test_a_picture_of_too_many_pixels_is_refused(as_staff: Caller, media: Path) -> None:
    response = send(as_staff, picture(size=(25_000, 1_001)))

    assert response.status_code == 400
    assert response.json()["details"] == {"image": ["More than 25 million pixels."]}
    assert list(media.iterdir()) == []


def test_the_limit_is_10_mib_of_picture(as_staff: Caller, media: Path, settings: Any) -> None:
    content = picture()
    padded = content + b"\0" * (settings.UPLOAD_LIMIT_BYTES - len(content))

    assert send(as_staff, padded).status_code == 201
    response = send(as_staff, padded + b"\0")

    assert response.status_code == 413
    assert response.json()["code"] == "payload_too_large"
    assert len(list(media.glob("products/*"))) == 1


def test_a_body_far_over_the_limit_is_refused_unread(as_staff: Caller, media: Path) -> None:
    response = send(as_staff, b"\0" * 11 * 1024 * 1024)

    assert response.status_code == 413
    assert response.json()["code"] == "payload_too_large"


def test_the_field_is_image(as_staff: Caller, media: Path) -> None:
    response = send(as_staff, picture(), field="photo")

    assert response.status_code == 400
    assert response.json() == {
        "error": "Invalid input",
        "code": "validation_error",
        "details": {"image": ["Field required"]},
    }


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nnot a part"),
        pytest.param(
            "multipart/form-data; boundary=\xff",
            b"--x",
            marks=pytest.mark.not_over_http("Granian leaves out what is no text in a header: a 415 there"),
        ),
    ],
)
def test_a_malformed_body_is_the_callers_fault(as_staff: Caller, media: Path, kind: str, body: bytes) -> None:
    response = as_staff.client.generic("POST", PATH, body, content_type=kind, headers=as_staff.headers)

    assert response.status_code == 400
    assert response.json()["code"] == "validation_error"


def test_only_staff_may_upload(as_guest: Caller, as_alice: Caller, media: Path) -> None:
    assert send(as_guest, picture()).status_code == 401
    assert send(as_alice, picture()).status_code == 403
    assert list(media.iterdir()) == []


def test_a_kept_picture_is_served_to_everybody_as_a_picture(
    as_staff: Caller, as_guest: Caller, media: Path
) -> None:
    content = picture("WEBP")
    url = send(as_staff, content).json()["url"]

    response = as_guest.get(url.removeprefix("http://testserver"))

    assert response.status_code == 200
    assert response.content == content
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert as_guest.get("/media/products/none.png").status_code == 404
    assert as_guest.get("/media/../settings.py").status_code == 400
