"""Signals of a web server's life: what an app starts and stops with it."""

from django.dispatch import Signal

server_started = Signal()  # the event loop runs and background work may be spawned
server_stopping = Signal()  # sent before open streams are waited for; may be sent twice
