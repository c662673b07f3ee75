"""The REST API, put together: /api/v1/…, /api/docs/, /api/schema/."""

from ninja import NinjaAPI

from api import (
    accounts,
    cart,
    catalog_staff,
    errors,
    orders,
    passwords,
    payments,
    profile,
    reviews,
    shipping,
    staff_alerts,
    staff_orders,
    staff_payments,
    staff_refunds,
    staff_stock,
    staff_users,
    uploads,
    verification,
    wishlist,
)
from api.parser import StrictParser

api = NinjaAPI(
    title="Shopwire",
    version="1",
    description="A headless shop whose cart, stock and orders are live. "
    "The sockets have [docs of their own](/api/asyncapi/docs/).",
    openapi_url="/schema/",
    docs_url="/docs/",
    parser=StrictParser(),
)
errors.register(api)

# Django tries addresses in this order: what is asked for most comes first.
api.add_router("v1/products/", catalog_staff.router)  # the public paths and, on the same ones, the staff's
api.add_router("v1/products/", reviews.router)
api.add_router("v1/products/", wishlist.router)
api.add_router("v1/auth/", accounts.router)
api.add_router("v1/auth/me/", profile.router)
api.add_router("v1/auth/password/", passwords.router)
api.add_router("v1/auth/verify-email/", verification.router)
api.add_router("v1/cart/", cart.router)
api.add_router("v1/orders/", orders.router)
api.add_router("v1/payments/", payments.router)
api.add_router("v1/shipping/", shipping.router)
api.add_router("v1/staff/alerts/", staff_alerts.router)
api.add_router("v1/staff/images/", uploads.router)
api.add_router("v1/staff/orders/", staff_orders.router)
api.add_router("v1/staff/orders/", staff_refunds.router)
api.add_router("v1/staff/payments/", staff_payments.router)
api.add_router("v1/staff/stock/", staff_stock.router)
api.add_router("v1/staff/users/", staff_users.router)
