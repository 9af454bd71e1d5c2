"""The handler over plain HTTP, on this machine alone, for test tools that bring requests of their own."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from alexa_skill.simulator.echo import Answer
from recommender.errors import RecommenderError

log = logging.getLogger(__name__)

HOST = "127.0.0.1"  # never another: nobody's signature is looked at here
LONGEST_REQUEST = 100_000  # bytes; Amazon's have some five thousand
WAITS = 10.0  # seconds for a request to arrive


def server(answer: Answer, port: int) -> ThreadingHTTPServer:
    """POST / with a request of Alexa's gives the handler's answer. port: 0 for any that is free."""

    class Listener(BaseHTTPRequestHandler):
        timeout = WAITS

        def do_POST(self) -> None:
            refused = self._refusal()
            if refused:
                self._reply(*refused)
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                request = json.loads(body)
            except (ValueError, RecursionError):
                self._reply(HTTPStatus.BAD_REQUEST, {"error": "The body must be a request of Alexa's, as JSON."})
                return
            try:
                answered = answer(request)
            except RecommenderError as error:  # of a handler at an address
                self._reply(HTTPStatus.BAD_GATEWAY, {"error": str(error)})
                return
            self._reply(HTTPStatus.OK, answered)

        def do_GET(self) -> None:
            self._reply(HTTPStatus.METHOD_NOT_ALLOWED, {"error": "POST a request of Alexa's to /, as JSON."})

        def _refusal(self) -> tuple[HTTPStatus, dict[str, str]] | None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/":
                return HTTPStatus.NOT_FOUND, {"error": "Requests go to /."}
            # A page in a browser could be made to send here; a test tool sends no Origin, and calls this machine by its own name.
            if "Origin" in self.headers or self.headers.get("Host", "").rpartition(":")[0] not in (HOST, "localhost"):
                return HTTPStatus.FORBIDDEN, {"error": f"Only tools on this machine are answered, at http://{HOST}."}
            if not (length.isascii() and length.isdigit()):
                return HTTPStatus.LENGTH_REQUIRED, {"error": "The request must say its Content-Length."}
            if len(length) > 9 or int(length) > LONGEST_REQUEST:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": f"A request may have {LONGEST_REQUEST:,} bytes."}
            return None

        def _reply(self, status: HTTPStatus, answered: object) -> None:
            body = json.dumps(answered).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")  # what a refused request still holds is not read as the next one
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            log.info("answered path=%s status=%s", "/", args[1] if len(args) > 1 else "")

    made = ThreadingHTTPServer((HOST, port), Listener)
    made.daemon_threads = True
    return made
