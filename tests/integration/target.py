"""Which server the integration tests talk to: read from a file of `KEY=value` lines."""

import os
from pathlib import Path

VARIABLE = "ASSISTANT_BACKEND_INTEGRATION_ENV_FILE"
DEFAULT_FILE = Path(__file__).with_name(".env.integration")
KEY = "ASSISTANT_BACKEND_BASE_URL"


def read_env(text: str) -> dict[str, str]:
    """The values of the file's lines; `#` starts a comment line, quotes are optional."""
    values = {}
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#") or "=" not in line:
            continue
        key, value = line.split("=", 1)
        values[key.strip()] = _unquoted(value.strip())
    return values


def base_url() -> str | None:
    """The address of the server under test, or None when no file names one."""
    file = Path(os.environ.get(VARIABLE) or DEFAULT_FILE)
    if not file.is_file():
        return None
    return read_env(file.read_text()).get(KEY) or None


def _unquoted(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value
