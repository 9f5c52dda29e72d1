"""A program that speaks as much of MCP as one call takes, and then does what its argument says."""

import json
import os
import subprocess
import sys
import time
from typing import Any

TOOL = {"name": "do", "description": "Does it.", "inputSchema": {"type": "object"}}


def say(message: dict[str, Any]) -> None:
    """One line of the answer."""
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def act(behaviour: str, number: int) -> None:
    """What a call does."""
    text = "done"
    match behaviour:
        case "garbage":
            sys.stdout.write('{"jsonrpc": "2.0", "id": SECRET-WORD\n')
        case "endless":
            while True:
                sys.stdout.write("x" * 100_000)
        case "hang":
            time.sleep(60)
        case "die":
            os._exit(1)
        case "child":
            child = subprocess.Popen(["sleep", "60"])
            text = str(child.pid)
        case "pid":
            text = f"{os.getpid()} {number}"
        case "environment":
            text = json.dumps(dict(os.environ))
    say({"id": number, "result": {"content": [{"type": "text", "text": text}]}})


def main() -> None:
    """Reads lines until there are no more."""
    for line in sys.stdin:
        asked = json.loads(line)
        match asked:
            case {"method": "initialize", "id": number}:
                result = {
                    "protocolVersion": asked["params"]["protocolVersion"],
                    "capabilities": {"tools": {}},
                    "serverInfo": {"name": "plain", "version": "1"},
                }
                say({"id": number, "result": result})
            case {"method": "tools/list", "id": number}:
                say({"id": number, "result": {"tools": [TOOL]}})
            case {"method": "tools/call", "id": number}:
                act(sys.argv[1], number)
            case {"id": number, "method": _}:
                say({"id": number, "error": {"code": -32601, "message": "Method not found"}})


if __name__ == "__main__":
    main()
