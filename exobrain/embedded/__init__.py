"""The embedded services: PostgreSQL, Valkey and NATS as child processes, from wheels.

Talks to a keeper process (`python -m exobrain.embedded`) over a Unix socket in the data
directory. The keeper runs the services for as long as somebody holds them, and raises
`EmbeddedError` here when it cannot. Knows nothing of Django or of the rest of the project.
"""

from exobrain.embedded.client import Connection, connect, hold
from exobrain.embedded.errors import EmbeddedError
from exobrain.embedded.layout import Endpoints, Service, endpoints, needed_services

__all__ = [
    "Connection",
    "EmbeddedError",
    "Endpoints",
    "Service",
    "connect",
    "endpoints",
    "hold",
    "needed_services",
]
