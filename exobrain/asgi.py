"""The ASGI application: streams are asynchronous, everything else goes over the bridge."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")

import django

django.setup()

from chat import routing as chat  # noqa: E402  needs the app registry
from exobrain.server import Application  # noqa: E402  needs the settings
from knowledge import routing as knowledge  # noqa: E402  needs the app registry

application = Application(
    http_routes=[*chat.http_routes, *knowledge.http_routes],
    websocket_routes=chat.websocket_routes,
)
