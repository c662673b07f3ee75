"""Lists, newest first, with Stripe's filters and cursors; and the expansion of ids into objects."""

import re
from collections.abc import Callable
from typing import Any

from backend.devstack.stripe_sandbox import errors, forms, objects
from backend.devstack.stripe_sandbox.calls import Call

Json = dict[str, Any]

_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gte": int.__ge__,
    "gt": int.__gt__,
    "lte": int.__le__,
    "lt": int.__lt__,
}
_FILTERS = {
    "payment_intent": frozenset({"customer"}),
    "charge": frozenset({"payment_intent"}),
    "refund": frozenset({"payment_intent", "charge"}),
    "event": frozenset({"type"}),
}
_PAGING = frozenset({"created", "ending_before", "expand", "limit", "starting_after", "types"})
_ID = re.compile(r"(pi|ch|re|evt)_\w+")


def listing(call: Call, kind: str, *, url: str) -> Json:
    forms.refuse_unknown(call.params, known=_FILTERS[kind] | _PAGING)
    rows = [row for row in call.store.all_of(kind) if _matches(row, call.params, fields=_FILTERS[kind])]
    limit = _limit(call.params)
    if "ending_before" in call.params:
        before = rows[: _position(rows, call.params["ending_before"])]
        return objects.page_of(before[-limit:], url=url, has_more=len(before) > limit)
    if "starting_after" in call.params:
        rows = rows[_position(rows, call.params["starting_after"]) + 1 :]
    return objects.page_of(rows[:limit], url=url, has_more=len(rows) > limit)


def expand(call: Call, answer: Json) -> Json:
    """Replace ids by their objects where the request's `expand` asks for it."""
    for path in call.params.get("expand") or []:
        _expand(call, answer, path.split("."))
    return answer


def _expand(call: Call, place: Any, path: list[str]) -> None:
    if isinstance(place, list):
        for row in place:
            _expand(call, row, path)
        return
    if not path or not isinstance(place, dict):
        return
    name, *rest = path
    if name not in place:
        raise errors.Refused(f"This property cannot be expanded ({name}).", param="expand")
    value = place[name]
    if isinstance(value, str) and _ID.fullmatch(value):
        place[name] = call.store.find_any(value)
    _expand(call, place[name], rest)


def _matches(row: Json, params: Json, *, fields: frozenset[str]) -> bool:
    if any(row.get(name) != params[name] for name in fields if name in params):
        return False
    if "types" in params and row.get("type") not in params["types"]:
        return False
    bounds = params.get("created", {})
    if isinstance(bounds, str):
        return bool(row["created"] == int(bounds))
    return all(_COMPARISONS[name](row["created"], forms.integer(bounds, name)) for name in bounds)


def _limit(params: Json) -> int:
    limit = forms.integer(params, "limit") if "limit" in params else 10
    if not 1 <= limit <= 100:
        raise errors.Refused("Invalid integer: the limit is between 1 and 100.", param="limit")
    return limit


def _position(rows: list[Json], id: str) -> int:
    for position, row in enumerate(rows):
        if row["id"] == id:
            return position
    raise errors.no_such("object", id, param="starting_after")
