"""REST and sockets for an ASGI server: HTTP goes to Django, websockets to the consumers."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.config.settings")
django = get_asgi_application()

from consumers.lifespan import lifespan  # noqa: E402  (the apps must be loaded first)
from consumers.routing import sockets  # noqa: E402

application = ProtocolTypeRouter({"http": django, "websocket": sockets, "lifespan": lifespan})
