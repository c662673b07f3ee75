"""Callers, shelves and products to begin with."""

import pytest


@pytest.fixture
def caller(as_guest):
    def get_with(path, parameters):
        return as_guest.client.get(f"/api/v1/{path}", parameters)

    as_guest.get_with = get_with
    return as_guest
