"""What a station counts, as a line of JSON and on a page that only this computer can open."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from SpineLib.errors import SpineError

_COUNTED = (
    "images_taken", "images_known", "images_refused", "associations_refused",
    "associations_aborted", "studies_read", "reading_attempts_failed", "objects_sent",
    "objects_refused", "sending_attempts_failed", "studies_removed",
)  # fmt: skip


class Figures:
    """Counts since the station started; may be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter(dict.fromkeys(_COUNTED, 0))
        self._started = time.monotonic()

    def add(self, name: str, count: int | float = 1) -> None:
        """Counts something."""
        with self._lock:
            self._counts[name] += count  # type: ignore[assignment]

    def to_dict(self) -> dict[str, int | float]:
        """All counts, and for how long they were counted."""
        with self._lock:
            return {"up_seconds": round(time.monotonic() - self._started, 1), **self._counts}


class HealthPage:
    """Figures over HTTP on loopback: 200 while the station works, else 503.

    Args:
        port: 0 for any free one.
        figures: what is shown; ``ok`` among them says whether the station works.

    Raises:
        SpineError: the port is in use.
    """

    def __init__(self, port: int, figures: Callable[[], dict[str, Any]]) -> None:
        class Page(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                values = figures()
                body = json.dumps(values).encode() + b"\n"
                self.send_response(200 if values["ok"] else 503)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Nobody wants a line for each look."""

        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), Page)
        except OSError as error:
            raise SpineError(
                f"Port {port} of the health page cannot be used: {error.strerror or error}"
            ) from error
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Closes the page."""
        self._server.shutdown()
        self._server.server_close()
