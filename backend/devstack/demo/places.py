"""What a buyer's mail program, bank and carrier know of the running shop, from `make run`'s folder."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from backend.devstack import environment
from backend.devstack.demo.screen import Failed
from backend.devstack.state import Kept


@dataclass(frozen=True)
class Places:
    """Addresses and folders of one run."""

    shop: str
    sandbox: str
    mail: Path
    carrier_secret: str
    # The staff's refresh token: to sign in anew each time would soon use up the five tries of the throttle.
    staff_session: Path


def find(*, url: str | None) -> Places:
    """Of the shop in the data folder. Raises Failed where the demo can't play the bank or read the mail."""
    given = environment.given()
    folder = environment.data_folder(given)
    if given.get("STRIPE_SECRET_KEY"):
        raise Failed("the demo pays at the sandbox: start the shop without STRIPE_SECRET_KEY")
    mail = urlsplit(given.get("EMAIL_URL", (folder / "mail").as_uri()))
    if mail.scheme != "file":
        raise Failed("the demo reads mail from a folder: start the shop without EMAIL_URL")
    kept = Kept(folder)
    return Places(
        shop=url or f"http://127.0.0.1:{environment.port(given)}",
        sandbox=f"http://127.0.0.1:{kept.get('stripe_port', _not_started)}",
        mail=Path(unquote(mail.path)),
        carrier_secret=given.get("SHIPPING_WEBHOOK_SECRET")
        or kept.get("shipping_webhook_secret", _not_started),
        staff_session=folder / "demo-staff-session",
    )


def _not_started() -> str:
    raise Failed("there is no shop in this data folder: start it with make run, then try again")
