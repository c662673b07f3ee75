"""`python -m backend.devstack`: what `make run` runs."""

import sys

from backend.devstack import checks, environment, supervisor
from backend.devstack.envfile import EnvFileFailed
from backend.devstack.postgres_wheel import PostgresFailed
from backend.devstack.valkey import ValkeyFailed


def main() -> None:
    try:
        checks.check_python()
        supervisor.Supervisor(environment.given()).run()
    except (*supervisor.FAILURES, EnvFileFailed, PostgresFailed, ValkeyFailed) as failure:
        sys.exit(f"shopwire: {failure}")


if __name__ == "__main__":
    main()
