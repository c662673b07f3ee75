"""Rows to drafts: what each product of the file should be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from backend.catalog.drafts import ImageDraft, ProductDraft, VariantDraft
from backend.catalog.importer import categories, html, skus
from backend.catalog.importer.lines import Line, line_of
from backend.catalog.importer.problems import BadRow, Problem, Unusable
from backend.catalog.importer.reading import Row, Sheet


@dataclass(frozen=True)
class Plan:
    """One product as the file wants it, and the lines it stands on: its first, and each SKU's."""

    line: int
    sku_lines: dict[str, int]
    draft: ProductDraft
    category: tuple[str, ...]
    brings_sku: bool


def plans_of(sheet: Sheet) -> tuple[list[Plan], list[Problem]]:
    """A plan for every product whose rows are all good, and all that is wrong with the others."""
    plans: list[Plan] = []
    problems = list(sheet.problems)
    broken = {problem.line for problem in problems}
    taken: dict[str, int] = {}
    for handle, rows in sheet.products.items():
        try:
            plan = _plan(handle, rows, broken)
            _take_skus(plan, taken)
        except Unusable as error:
            problems += error.problems
        else:
            plans.append(plan)
    return plans, sorted(problems)


def _plan(handle: str, rows: Sequence[Row], broken: set[int]) -> Plan:
    """The product of these rows. Raises Unusable with all that is bad: it is loaded whole or not at all."""
    lines, problems = _each(line_of, rows)
    paths, odd = _each(categories.path_of, rows[:1])
    problems += [*odd, *_oddities(rows, lines)]
    if problems or any(row.line in broken for row in rows):
        raise Unusable(problems)
    draft = _draft(handle, lines)
    sold = [line for line in lines if line.is_variant]
    return Plan(
        line=rows[0].line,
        sku_lines=_sku_lines(draft, sold),
        draft=draft,
        category=paths[0],
        brings_sku=bool(sold[0].sku) and not draft.variants,
    )


def _each[T](make: Callable[[Row], T], rows: Sequence[Row]) -> tuple[list[T], list[Problem]]:
    made: list[T] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            made.append(make(row))
        except BadRow as error:
            problems.append(Problem(row.line, str(error)))
    return made, problems


def _oddities(rows: Sequence[Row], lines: Sequence[Line]) -> list[Problem]:
    """What is wrong with good rows taken together."""
    first = rows[0]
    found = []
    if not first["title"]:
        found.append(Problem(first.line, "Title is empty"))
    for row in rows[1:]:
        if row["title"] not in ("", first["title"]):
            found.append(
                Problem(row.line, f"Handle {row['handle']!r} is another product's (line {first.line})")
            )
    seen: dict[tuple[str, ...], int] = {}
    for line in lines:
        if not line.is_variant:
            continue
        earlier = seen.setdefault(tuple(option.casefold() for option in line.options), line.number)
        if line.price is None:
            found.append(Problem(line.number, "Price is empty"))
        if earlier != line.number:
            found.append(Problem(line.number, f"the same options as on line {earlier}"))
    if lines and not seen:
        found.append(Problem(first.line, "Price is empty"))
    return found


def _sku_lines(draft: ProductDraft, sold: Sequence[Line]) -> dict[str, int]:
    """Where each SKU that is sold stands. Raises Unusable where two variants have the same."""
    lines: dict[str, int] = {}
    for sku, line in zip([variant.sku for variant in draft.variants] or [draft.sku], sold, strict=True):
        if lines.setdefault(sku, line.number) != line.number:
            raise Unusable([Problem(line.number, f"SKU {sku} is also on line {lines[sku]}")])
    return lines


def _take_skus(plan: Plan, taken: dict[str, int]) -> None:
    """Claim the product's SKUs for it. Raises Unusable for one that the file gave away before."""
    for sku, line in plan.sku_lines.items():
        if sku in taken:
            raise Unusable([Problem(line, f"SKU {sku} is also on line {taken[sku]}")])
    taken.update(plan.sku_lines)


def _draft(handle: str, lines: Sequence[Line]) -> ProductDraft:
    sold = [line for line in lines if line.is_variant]
    cheapest = min(sold, key=_price)
    first = lines[0]
    draft = ProductDraft(
        name=first.row["title"],
        slug=handle,
        sku=sold[0].sku or skus.derived(handle=handle),
        description=html.clean(first.row["body"]),
        price=_price(cheapest),
        compare_price=_compare_price(cheapest),
        cost_price=cheapest.cost_price,
        quantity=sold[0].quantity,
        weight=_kilograms(sold[0].grams),
        is_active=first.is_active,
        track_inventory=any(line.is_tracked for line in sold),
        images=_images(lines),
    )
    return _with_variants(draft, handle, lines, sold) if _has_options(lines) else draft


def _has_options(lines: Sequence[Line]) -> bool:
    """`Title: Default Title` is Shopify's way to say that there is nothing to choose."""
    sold = [line.options for line in lines if line.is_variant]
    return len(sold) > 1 or sold[0] not in {("Default Title", "", ""), ("", "", "")}


def _with_variants(
    draft: ProductDraft, handle: str, lines: Sequence[Line], sold: Sequence[Line]
) -> ProductDraft:
    """The product's own SKU is never sold then; it is derived, and gives way if a variant has it."""
    variants = tuple(_variant(handle, lines[0].row, line) for line in sold)
    own = skus.derived(handle=handle)
    own = f"{own}.ALL" if own in {variant.sku for variant in variants} else own
    return replace(draft, sku=own, quantity=0, variants=variants)


def _variant(handle: str, first: Row, line: Line) -> VariantDraft:
    chosen = [option for option in line.options if option]
    names = [first[f"option{number}_name"] or f"Option {number}" for number in (1, 2, 3)]
    return VariantDraft(
        name=" / ".join(chosen),
        sku=line.sku or skus.derived(handle=handle, options=chosen),
        price=line.price,
        quantity=line.quantity,
        attributes={name: option for name, option in zip(names, line.options, strict=True) if option},
    )


def _price(line: Line) -> Decimal:
    assert line.price is not None, "_oddities refuses a row without a price"
    return line.price


def _compare_price(line: Line) -> Decimal | None:
    """Only a higher one is a discount; Shopify shows no other either."""
    return line.compare_price if line.compare_price and line.compare_price > _price(line) else None


def _kilograms(grams: int) -> str:
    return f"{(Decimal(grams) / 1000).normalize():f}" if grams else ""


def _images(lines: Sequence[Line]) -> tuple[ImageDraft, ...]:
    """Each picture once, by position; the variants' own come last."""
    own = [
        (line.image_position or n, line.row["image"], line.row["image_alt"])
        for n, line in enumerate(lines, 1)
    ]
    alts = {src: alt for _, src, alt in sorted(own, key=lambda image: image[0]) if src}
    for line in lines:
        if line.row["variant_image"]:
            alts.setdefault(line.row["variant_image"], " / ".join(filter(None, line.options)))
    return tuple(
        ImageDraft(image=src, alt_text=alt[:255], is_primary=order == 1, order=order)
        for order, (src, alt) in enumerate(alts.items(), 1)
    )
