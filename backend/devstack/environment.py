"""The settings of a run: what is given stays, the rest is generated once and kept in the data folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from backend.devstack import envfile, ports
from backend.devstack.state import Kept, new_secret

ROOT = Path(__file__).resolve().parents[2]


def given(*, root: Path = ROOT) -> dict[str, str]:
    """The environment over `.env`; an empty value counts as unset. Raises EnvFileFailed."""
    both = envfile.read(root / ".env") | dict(os.environ)
    return {name: value for name, value in both.items() if value}


def data_folder(settings: Mapping[str, str], *, root: Path = ROOT) -> Path:
    return (root / settings.get("SHOPWIRE_DATA_DIR", ".data")).resolve()


def port(settings: Mapping[str, str]) -> int:
    """Raises ValueError for a PORT that is none."""
    number = int(settings.get("PORT", "8000"))
    if not 0 < number < 65536:
        raise ValueError(number)
    return number


def complete(settings: Mapping[str, str], *, folder: Path) -> dict[str, str]:
    """Every setting but the addresses of the servers, which are known once those run."""
    kept = Kept(folder)
    for name in ("mail", "media", "static"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    address = f"http://127.0.0.1:{port(settings)}"
    defaults = {
        "PORT": str(port(settings)),
        "API_PORT": str(_api_port(port(settings))),
        "DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": "backend.config.settings",
        "SECRET_KEY": kept.get("secret_key", new_secret()),
        "SHIPPING_WEBHOOK_SECRET": kept.get("shipping_webhook_secret", new_secret()),
        "EMAIL_URL": (folder / "mail").as_uri(),
        "FRONTEND_URL": address,
        # The lines of a process show when they are written, not when its buffer is full.
        "PYTHONUNBUFFERED": "1",
        # Django's checks load the whole API; once, in web, is enough.
        "CELERY_SKIP_CHECKS": "1",
    }
    sandbox = {} if settings.get("STRIPE_SECRET_KEY") else _sandbox(kept, shop=address)
    # Whatever is given: the sandbox's key goes with its address, the folder is absolute, and only this
    # machine gets in (some systems export HOST as their own name).
    fixed = {"SHOPWIRE_DATA_DIR": str(folder), "HOST": "127.0.0.1", "PATH": _path(settings)}
    return defaults | dict(settings) | sandbox | fixed


def _api_port(public: int) -> int:
    """A hundred above PORT; of two shops side by side each has its own."""
    wanted = public + 100
    return wanted if wanted < 65536 and ports.is_free(wanted) else ports.find_free()


def _sandbox(kept: Kept, *, shop: str) -> dict[str, str]:
    number = int(kept.get("stripe_port", lambda: str(ports.find_free())))
    if not ports.is_free(number):
        number = ports.find_free()
        kept.put("stripe_port", str(number))
    return {
        "STRIPE_API_BASE": f"http://127.0.0.1:{number}",
        "STRIPE_SECRET_KEY": kept.get("stripe_secret_key", new_secret("sk_test_")),
        "STRIPE_WEBHOOK_SECRET": kept.get("stripe_webhook_secret", new_secret("whsec_")),
        "STRIPE_SANDBOX_WEBHOOK_URL": f"{shop}/api/v1/payments/webhook/",
    }


def _path(settings: Mapping[str, str]) -> str:
    """`python` and `celery` in the Procfile are those of the environment this runs in."""
    return os.pathsep.join([str(ROOT / ".venv" / "bin"), settings.get("PATH", os.defpath)])
