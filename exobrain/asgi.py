"""The ASGI application: streams are asynchronous, everything else goes over the bridge."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exobrain.settings")

import django

django.setup()

from chat.routing import http_routes, websocket_routes  # noqa: E402  needs the app registry
from exobrain.server import Application  # noqa: E402  needs the settings

application = Application(http_routes=http_routes, websocket_routes=websocket_routes)
