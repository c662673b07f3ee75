"""`.env.example` names every setting, with its default."""

import re

from backend.config.env import Env
from backend.devstack import environment

LINES = (environment.ROOT / ".env.example").read_text().splitlines()
EXAMPLES = dict(re.fullmatch(r"#([A-Z_0-9]+)=(.*)", line).groups() for line in LINES if line[:2] > "# ")


def test_every_setting_is_named():
    settings = {name.upper() for name in Env.model_fields}

    assert settings - EXAMPLES.keys() == set()


def test_a_default_of_the_example_is_the_default():
    names = [name for name in Env.model_fields if name.startswith(("throttle_", "jwt_", "order_", "low_"))]
    names += ["tax_rate", "shipping_flat", "currency", "port", "log_format", "sockets_per_user"]

    defaults = {name.upper(): str(Env.model_fields[name].default) for name in names}

    assert {name: EXAMPLES[name] for name in defaults} == defaults
