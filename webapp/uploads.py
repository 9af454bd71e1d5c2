"""Files that are sent: held in memory, which the largest body of a view bounds, and never written to this machine's disk."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from flask import Request


class RequestInMemory(Request):
    """A request whose files are no temporary ones."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None, content_length: int | None = None
    ) -> IO[bytes]:
        """Werkzeug's place to say where a file goes."""
        return BytesIO()
