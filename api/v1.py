"""The REST API, put together: /api/v1/…, /api/docs/, /api/schema/."""

from ninja import NinjaAPI

from api import errors
from api.parser import StrictParser

api = NinjaAPI(
    title="Shopwire",
    version="1",
    description="A headless shop whose cart, stock and orders are live.",
    openapi_url="/schema/",
    docs_url="/docs/",
    parser=StrictParser(),
)
errors.register(api)
