"""One call of a route, ready to be copied: as an address, in curl and in Python."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

TOKEN = "TOKEN"  # the environment variable that the examples take a token from  # noqa: S105


@dataclass(frozen=True, slots=True)
class Call:
    """address: absolute. headers: beside those of token and body. with_token: whether it carries the token of $TOKEN."""

    method: str
    address: str
    body: dict[str, Any] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    with_token: bool = False

    @property
    def curl(self) -> str:
        """The command for a shell; what stands in the address is quoted."""
        return " \\\n  ".join(self._curl_parts())

    @property
    def python(self) -> str:
        """A whole program of the standard library that prints the answer."""
        asked = json.dumps(self.address, ensure_ascii=False)
        imports = ["import json", "import os"] if self.with_token else ["import json"]
        if self.method == "GET" and not (self.with_token or self.headers):
            lines = [*imports, "from urllib.request import urlopen", "", f"with urlopen({asked}) as answer:"]
        else:
            lines = [*imports, "from urllib.request import Request, urlopen", "", "request = Request(", f"    {asked},"]
            lines += [*self._python_arguments(), ")", "with urlopen(request) as answer:"]
        return "\n".join([*lines, "    print(json.load(answer))"])

    def _curl_parts(self) -> Iterator[str]:
        yield ("curl " if self.method == "GET" else f"curl -X {self.method} ") + shlex.quote(self.address)
        if self.with_token:
            yield f'-H "Authorization: Bearer ${TOKEN}"'
        for name, value in self.headers:
            yield f"-H {shlex.quote(f'{name}: {value}')}"
        if self.body is not None:
            yield "-H 'Content-Type: application/json'"
            yield f"-d {shlex.quote(json.dumps(self.body))}"

    def _python_arguments(self) -> Iterator[str]:
        if self.method != "GET":
            yield f'    method="{self.method}",'
        if self.body is not None:
            yield f"    data={json.dumps(self.body).encode()!r},"
        yield "    headers={"
        if self.with_token:
            yield f"""        "Authorization": f"Bearer {{os.environ['{TOKEN}']}}","""
        for name, value in self.headers:
            yield f"        {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)},"
        if self.body is not None:
            yield '        "Content-Type": "application/json",'
        yield "    },"
