"""`python -m backend.devstack.stripe_sandbox`: the sandbox as a process, set up by its environment.

STRIPE_API_BASE (http://127.0.0.1:PORT), STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, SHOPWIRE_DATA_DIR,
STRIPE_SANDBOX_WEBHOOK_URL (by default the shop on PORT).
"""

import logging
import os
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from backend.devstack.stripe_sandbox import server


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    environ = os.environ
    shop = f"http://127.0.0.1:{environ.get('PORT', '8000')}/api/v1/payments/webhook/"
    # Taken before any thread starts, so that no thread of ours is handed the signal.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    with server.start(
        folder=Path(environ.get("SHOPWIRE_DATA_DIR", ".data")) / "stripe",
        port=urlsplit(environ.get("STRIPE_API_BASE", "")).port or 0,
        webhook_url=environ.get("STRIPE_SANDBOX_WEBHOOK_URL", shop),
        secret=environ.get("STRIPE_WEBHOOK_SECRET", "").partition(",")[0],  # of several, any will do
        api_key=environ.get("STRIPE_SECRET_KEY", ""),
    ) as sandbox:
        print(f"Stripe sandbox on {sandbox.url}, customer's page {sandbox.url}/pay/", flush=True)
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
