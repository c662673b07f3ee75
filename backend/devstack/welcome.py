"""What `make run` prints once the shop answers."""

from collections.abc import Mapping

_ACCOUNTS = (
    ("customer", "alice@shopwire.example", "Alice-demo-1!"),
    ("staff", "staff@shopwire.example", "Staff-demo-1!"),
)


def lines(settings: Mapping[str, str], *, seconds: float, has_sandbox: bool) -> list[str]:
    shop = f"http://127.0.0.1:{settings['PORT']}"
    places = {
        "API": f"{shop}/api/v1/",
        "API, for many": f"http://127.0.0.1:{settings['API_PORT']}/api/v1/",
        "Docs": f"{shop}/api/docs/",
        "Schema": f"{shop}/api/schema/",
        "Dashboard": f"{shop}/dashboard/",
        "Admin": f"{shop}/admin/",
        "Sockets": f"ws://127.0.0.1:{settings['PORT']}/ws/stock/?sku=…",
        "Mail": settings["EMAIL_URL"],
    }
    if has_sandbox:
        places["Pay as a customer"] = f"{settings['STRIPE_API_BASE']}/pay/"
    width = max(len(name) for name in (*places, *(role for role, _, _ in _ACCOUNTS)))
    return [
        "",
        f"ready in {seconds:.1f} s",
        "",
        *(f"  {name:<{width}}  {address}" for name, address in places.items()),
        "",
        *(f"  {role:<{width}}  {email}  {password}" for role, email, password in _ACCOUNTS),
        "",
        "  Ctrl-C stops everything; `make demo` in another terminal shows a buyer's journey.",
        "",
    ]
