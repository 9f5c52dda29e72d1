"""Structured logs: one event name and fields a line, on standard error.

Danger: a field must never hold a token, a cookie, a password or a message's text.
`redact` is the second wall; tests/meta greps for the first.
"""

import logging
import logging.config
import sys
from typing import Any

import structlog

SECRET_FIELDS = frozenset(
    {
        "password",
        "token",
        "access_token",
        "refresh_token",
        "authorization",
        "cookie",
        "session",
        "session_key",
        "message",
        "content",
        "text",
        "api_key",
    }
)


def redact(_logger: Any, _method: str, event: structlog.typing.EventDict) -> Any:
    """Replace the values of fields that must not be logged."""
    for name in SECRET_FIELDS & event.keys():
        event[name] = "[redacted]"
    return event


_SHARED: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    redact,
]


def configure_logging(*, level: str, pretty: bool) -> None:
    """All logs, ours and libraries', come out in one format at `level`."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": _SHARED,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.format_exc_info,
                        # For people, in colour where there is a terminal; else for machines.
                        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
                        if pretty
                        else structlog.processors.JSONRenderer(),
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # At DEBUG these write query parameters and HTTP bodies: message text.
                name: {"level": "INFO" if level == "DEBUG" else level}
                for name in ("django", "asyncio", "daphne", "channels", "langchain_core")
            }
            # Its warnings say again what the front door says with fields.
            | {"django.request": {"level": "ERROR"}}
            | {
                name: {"level": "WARNING"}
                for name in (
                    *("openai", "httpx", "httpx2", "httpcore", "httpcore2", "uvicorn"),
                    *("grpc", "nats", "markdown_it"),
                )
            }
            # What a server sent that it does not understand, it logs whole, as an error.
            | {name: {"level": "CRITICAL"} for name in ("mcp", "client")},
        }
    )
