"""The API's document: what Ninja reads off the operations, and what all of them share.

Ninja knows the answers that an operation declares. That a caller is refused, or that a request
does not fit, is decided around the operations, so it is said here for all of them.
"""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from exobrain.front_door import SAFE_METHODS
from exobrain.lib.http import Problem

VALIDATED = frozenset({"query", "body"})  # parts of a request that can fail to fit
PROBLEM = {"$ref": "#/components/schemas/Problem"}
MISFITS = {"$ref": "#/components/schemas/Misfits"}
SCHEMAS: dict[str, Any] = {
    "Problem": Problem.model_json_schema(),
    "Misfits": {
        "title": "Misfits",
        "description": "Everything about the request that does not fit.",
        "type": "object",
        "required": ["detail"],
        "properties": {
            "detail": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["type", "loc", "msg", "input"],
                    "properties": {
                        "type": {"type": "string"},
                        "loc": {
                            "type": "array",
                            "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                        },
                        "msg": {"type": "string"},
                        "input": {"description": "what was sent; secrets are left out"},
                        "ctx": {"type": "object"},
                    },
                },
            }
        },
    },
}


class Document(OpenAPISchema):
    """OpenAPI, with the answers and the credentials that operations do not declare."""

    def responses(self, operation: Operation) -> dict[int, Any]:
        """The declared answers and the shared ones, by status."""
        declared = super().responses(operation)
        shared = {status: _answer(status) for status in _shared_statuses(operation)}
        return dict(sorted({**shared, **declared}.items()))

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """A token or a session, where the operation asks for either."""
        return [{"bearer": []}, {"session": []}] if operation.auth_callbacks else None

    def get_components(self) -> dict[str, Any]:
        """The declared shapes, the shared ones, and how a caller says who they are."""
        return {
            "schemas": {**super().get_components()["schemas"], **SCHEMAS},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
            },
        }


def _shared_statuses(operation: Operation) -> set[int]:
    statuses = set()
    if operation.auth_callbacks:
        statuses.add(401)
    if not SAFE_METHODS.issuperset(operation.methods):
        statuses.add(403)  # a browser says that another site caused the request
    if any(model.__ninja_param_source__ in VALIDATED for model in operation.models):
        statuses.add(422)
    return statuses


def _answer(status: int) -> dict[str, Any]:
    schema = MISFITS if status == 422 else PROBLEM
    return {
        "description": HTTPStatus(status).phrase,
        "content": {"application/json": {"schema": schema}},
    }
