"""AsyncAPI's own JSON Schema, as its makers publish it (npm's @asyncapi/specs), knows no fault of ours."""

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from tests.asyncapi.specs import DOCUMENT

pytestmark = pytest.mark.slow  # for the package that `make test-slow` installs
SPECS = Path(__file__).resolve().parents[1] / "sdk/node_modules/@asyncapi/specs/schemas"


@pytest.fixture(scope="module")
def official():
    return Draft7Validator(json.loads((SPECS / "3.0.0-without-$id.json").read_text()))


def test_the_document_is_asyncapi_3(official):
    assert [f"{error.json_path}: {error.message}" for error in official.iter_errors(DOCUMENT)] == []


@pytest.mark.parametrize("part", ["channels", "operations", "components"])
def test_a_fault_would_be_seen(official, part):
    broken = copy.deepcopy(DOCUMENT)
    broken[part]["fault"] = {"action": 1}

    assert not official.is_valid(broken)
