"""What the search answers."""


def found(caller, text, **parameters):
    """The slugs that the search answers, in order."""
    response = caller.get_with("products/", {"search": text, **parameters})
    assert response.status_code == 200
    return [product["slug"] for product in response.json()["results"]]
