"""One shop for the whole folder, with both of Shopify's example files; each server that may carry REST."""

from contextlib import ExitStack
from urllib.parse import urlsplit

import httpx
import pytest

from tests import live
from tests.flows import nginx, stack

FILES = ("shopify-apparel.csv", "shopify-home-and-garden.csv")
SETTINGS = {
    "TRUSTED_PROXIES": "127.0.0.1/32",
    "THROTTLE_LOGIN": "2/h",
    "CORS_ALLOWED_ORIGINS": "https://friend.example",
    "API_WORKERS": "2",
    "API_THREADS": "4",
}


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    with stack.running(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture(scope="session")
def imports(shop):
    """What the importer said, file by file."""
    return {
        name: shop.python("manage.py", "import_products", str(stack.ROOT / "fixtures" / "csv" / name))
        for name in FILES
    }


@pytest.fixture(scope="module", params=["daphne", "uvicorn", "granian", "nginx"])
def port(request, django_db_setup, tmp_path_factory):
    folder = tmp_path_factory.mktemp("servers")
    with ExitStack() as stack:
        if request.param in ("granian", "nginx"):
            url = stack.enter_context(live.web(log=folder / "api.log", module=live.REST, **SETTINGS))
        if request.param == "nginx":
            api, url = url, stack.enter_context(live.web(log=folder / "web.log", **SETTINGS))
            addresses = {"web": urlsplit(url).port, "api": urlsplit(api).port}
            yield stack.enter_context(nginx.running(folder=folder / "nginx", **addresses))
            return
        if request.param in ("daphne", "uvicorn"):
            by = {**SETTINGS, "WEB_SERVER": request.param}
            url = stack.enter_context(live.web(log=folder / "web.log", **by))
        yield urlsplit(url).port


@pytest.fixture
def guest(port):
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1/", timeout=20) as client:
        yield client


@pytest.fixture
def buyer(port, as_alice):
    headers = {"Authorization": f"Bearer {as_alice.token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1/", headers=headers, timeout=20) as client:
        yield client
