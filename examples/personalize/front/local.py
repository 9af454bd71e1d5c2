"""The front on this machine, without Lambda and API Gateway: the handler at one address, the page at another that is allowed to ask it.

CAMPAIGN_ARN=arn:… PERSONALIZE_ENDPOINT_URL=http://127.0.0.1:8000/personalize python examples/personalize/front/local.py
"""

from __future__ import annotations

import os
import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "python"))

from handler import answer, handler  # noqa: E402  it lies beside, as in the function's zip


class Gateway(BaseHTTPRequestHandler):
    """API Gateway's part: a request becomes an event, and the answer a response."""

    def do_GET(self) -> None:
        """/recommendations alone."""
        asked = urlsplit(self.path)
        event = {"headers": dict(self.headers), "queryStringParameters": dict(parse_qsl(asked.query)) or None}
        known = asked.path == "/recommendations"
        said = handler(event, None) if known else answer(404, {"message": "There is nothing here."}, "")
        self.send_response(said["statusCode"])
        for name, value in said["headers"].items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said["body"].encode())


class Page(SimpleHTTPRequestHandler):
    """The bucket's part."""


def main() -> None:
    page = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PAGE_PORT", "0"))), partial(Page, directory=str(HERE / "page")))
    gateway = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("API_PORT", "0"))), Gateway)
    os.environ.setdefault("ORIGINS", f"http://127.0.0.1:{page.server_port}")
    threading.Thread(target=page.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{page.server_port}/?api=http://127.0.0.1:{gateway.server_port}/recommendations", flush=True)
    gateway.serve_forever()


if __name__ == "__main__":
    main()
