"""The lamp's name: changed, and as a caller sees it."""

from django.utils import timezone

from backend.catalog import actions


def title(caller):
    return caller.get("products/lamp/").json().get("name")


def rename(name):
    changes = {"name": name}
    actions.change_product(slug="lamp", changes=changes, actor_id=None, now=timezone.now())
