"""A proxy before a stand-in for DynamoDB and S3, whose weather can be changed while it runs.

    with stand_ins.ministack(folder) as url, flaky_amazon(url) as amazon:
        os.environ.update(amazon.environment)
        amazon.turn("throttled", "dynamodb")

It runs in a process of its own and answers as the services do, in their own wire forms. Each service has a port of its own, so that one can
be out of reach while the other is well.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.stand_ins import environment_for

SERVICES = ("dynamodb", "s3")
ROOT = Path(__file__).parents[2]

# What the service itself says: status, code and message, by service.
SAID: dict[str, dict[str, tuple[int, str, str]]] = {
    "throttled": {
        "dynamodb": (
            400,
            "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded.",
        ),
        "s3": (503, "SlowDown", "Please reduce your request rate."),
    },
    "throttled account": {
        "dynamodb": (400, "com.amazon.coral.availability#ThrottlingException", "Rate of requests exceeds the allowed throughput."),
        "s3": (503, "SlowDown", "Please reduce your request rate."),
    },
    "failing": {
        "dynamodb": (500, "com.amazonaws.dynamodb.v20120810#InternalServerError", "The request processing has failed."),
        "s3": (500, "InternalError", "We encountered an internal error. Please try again."),
    },
    "denied": {
        "dynamodb": (
            400,
            "com.amazon.coral.service#AccessDeniedException",
            "User: arn:aws:sts::123456789012:assumed-role/web/i-1 is not authorized to perform this operation.",
        ),
        "s3": (403, "AccessDenied", "Access Denied"),
    },
    "wrong clock": {
        "dynamodb": (
            400,
            "com.amazon.coral.service#InvalidSignatureException",
            "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z (20260101T011500Z - 15 min.)",
        ),
        "s3": (403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
    },
    "unheard of": {
        "dynamodb": (400, "com.amazonaws.dynamodb.v20120810#NobodyKnowsThisException", "Something new."),
        "s3": (400, "NobodyKnowsThis", "Something new."),
    },
    "conflict": {
        "dynamodb": (400, "com.amazonaws.dynamodb.v20120810#TransactionConflictException", "Transaction is ongoing for the item"),
        "s3": (409, "ConditionalRequestConflict", "The conditional request cannot succeed due to a conflicting operation."),
    },
    "gone": {
        "dynamodb": (400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "Requested resource not found"),
        "s3": (404, "NoSuchBucket", "The specified bucket does not exist"),
    },
}
# What the way there does.
DONE = {
    "hanging": "takes the request and never answers",
    "late": "does what was asked, and answers 2 s later",
    "reset": "does what was asked, and resets the connection in the middle of the answer",
    "reply lost": "does what was asked, and resets the connection before the answer",
    "cut": "ends the connection in the middle of the body",
    "shortened": "answers with half a body, and its length as if that were all",
    "garbage": "answers 200 with nonsense",
    "flipped": "turns one letter of the body into another",
    "refused": "nobody listens at the port",
    "black hole": "no packet to the port is answered",
    "half a batch": "takes the first half of every batch and leaves the rest unprocessed",
    "no batch": "leaves every batch unprocessed",
}
OF_BATCHES = ("half a batch", "no batch")  # BatchWriteItem alone knows them
LATE_SECONDS = 2.0
LARGEST_HEAD = 1 << 20  # bytes
UNHEARD_CONNECTIONS = 3  # fill the queue of a port that accepts nobody; the system drops whoever comes then


@dataclass
class FlakyAmazon:
    """Whoever steers the proxy. environment: what sends boto3 to it."""

    environment: dict[str, str]
    process: subprocess.Popen[str]

    def turn(self, weather: str, *services: str, only: str = "", times: int = 0) -> None:
        """Change the weather of the services, both by default; it holds for every request that comes after the return.

        only: for one operation, as GetItem; of S3, for requests with this in their first line, as GET or current.json. times: so often,
        and then it is well; 0: until it is changed.
        """
        for service in services or SERVICES:
            self._say({"service": service, "weather": weather, "only": only, "times": times})

    def calls(self) -> Counter[str]:
        """How many requests have come since the last look, by operation: GetItem, …; GET, … of S3."""
        return Counter(self._say({}))

    def _say(self, said: dict[str, Any]) -> dict[str, int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()
        answer: dict[str, int] = json.loads(self.process.stdout.readline())
        return answer


@contextmanager
def flaky_amazon(url: str) -> Iterator[FlakyAmazon]:
    """The proxy before the stand-in at the URL; well until it is turned."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.flaky_amazon", url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C ends whoever steers it first; it ends when its input does
    )
    try:
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        environment = environment_for(url)
        del environment["AWS_ENDPOINT_URL"]
        yield FlakyAmazon(
            environment | {f"AWS_ENDPOINT_URL_{name.upper()}": f"http://127.0.0.1:{ports[name]}" for name in SERVICES}, process
        )
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(5)
        assert process.stdout is not None
        process.stdout.close()


# The other side of the pipe


@dataclass
class Message:
    """A request or an answer, its body whole."""

    first: str
    headers: dict[str, str]
    body: bytes

    def wire(self, *, claimed_length: int | None = None) -> bytes:
        """claimed_length: as the head tells it, where that is not the body's."""
        headers = dict(self.headers)
        if self.body or claimed_length is not None:
            headers["content-length"] = str(len(self.body) if claimed_length is None else claimed_length)
        head = [self.first, *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + self.body


@dataclass
class Port:
    """The place where one service is asked."""

    service: str
    upstream: tuple[str, int]
    number: int = 0
    weather: str = "well"
    only: str = ""
    times: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    _server: asyncio.Server | None = None
    _deaf: list[socket.socket] = field(default_factory=list)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def turn(self, weather: str, only: str, times: int) -> None:
        assert weather == "well" or weather in SAID or weather in DONE, weather
        self.weather, self.only, self.times = weather, only, times
        for one in self._deaf:
            one.close()
        self._deaf.clear()
        if weather in ("refused", "black hole"):
            if self._server:
                self._server.close()
                self._server = None
            if weather == "refused":
                self.hang_up()
            else:
                self._be_deaf()
        elif self._server is None:
            await self.listen()

    async def listen(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.number), backlog=256)
        self.number = listener.getsockname()[1]
        self._server = await asyncio.start_server(self._talk, sock=listener, limit=LARGEST_HEAD)

    def hang_up(self) -> None:
        """Reset every connection."""
        for writer in list(self._open):
            _reset(writer)

    def _be_deaf(self) -> None:
        """Listen, accept nobody, and fill the queue: Linux then drops every packet that asks for a connection."""
        self._deaf.append(socket.create_server(("127.0.0.1", self.number), backlog=0))
        for _ in range(UNHEARD_CONNECTIONS):
            one = socket.socket()
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                one.connect(("127.0.0.1", self.number))
            self._deaf.append(one)

    def _weather_for(self, operation: str, line: str) -> str:
        only = "BatchWriteItem" if self.weather in OF_BATCHES else self.only
        if self.weather == "well" or not (only == operation or only in line):
            return "well"
        weather = self.weather
        if self.times:
            self.times -= 1
            if not self.times:
                self.weather = "well"
        return weather

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        upstream = Upstream(self.upstream)
        try:
            while request := await _read(reader, continues=writer):
                method = request.first.partition(" ")[0]
                operation = request.headers.get("x-amz-target", method).rpartition(".")[2]
                self.calls[operation] += 1
                if not await self._answer(self._weather_for(operation, request.first), request, upstream, reader, writer):
                    return
        except (OSError, asyncio.IncompleteReadError):
            pass  # whoever asked has gone
        finally:
            self._open.discard(writer)
            upstream.close()
            writer.close()

    async def _answer(
        self, weather: str, request: Message, upstream: Upstream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request in this weather; whether the connection lives on."""
        if weather in ("hanging", "black hole"):
            await reader.read()  # until whoever asked gives up
            return False
        answer, claimed_length = await self._made(weather, request, upstream)
        if weather == "late":
            await asyncio.sleep(LATE_SECONDS)
        if weather == "reply lost":
            _reset(writer)
            return False
        if weather == "reset":
            whole = answer.wire()
            writer.write(whole[: max(len(whole) - 20, len(whole) // 2)])
            await writer.drain()
            await asyncio.sleep(0.01)  # else the reset overtakes what was said before it
            _reset(writer)
            return False
        writer.write(answer.wire(claimed_length=claimed_length))
        await writer.drain()
        return weather != "cut"

    async def _made(self, weather: str, request: Message, upstream: Upstream) -> tuple[Message, int | None]:
        """The answer, and the length its head claims where that is a lie."""
        if weather in SAID:
            return self._said(*SAID[weather][self.service], is_head=request.first.startswith("HEAD ")), None
        if weather == "garbage":
            kind = "application/x-amz-json-1.0" if self.service == "dynamodb" else "application/xml"
            return Message("HTTP/1.1 200 OK", {"content-type": kind}, b"<html>It works!</html>"), None
        if weather == "no batch":
            return self._unprocessed(json.loads(request.body)["RequestItems"]), None
        rest: dict[str, Any] = {}
        if weather == "half a batch":
            said = json.loads(request.body)
            for table, requests in list(said["RequestItems"].items()):
                n_taken = (len(requests) + 1) // 2
                said["RequestItems"][table] = requests[:n_taken]
                if requests[n_taken:]:
                    rest[table] = requests[n_taken:]
            request.body = json.dumps(said).encode()
        answer = await upstream.ask(request)
        if rest:
            return self._unprocessed(rest), None
        half = answer.body[: len(answer.body) // 2]
        if weather == "cut" and answer.body:
            return Message(answer.first, answer.headers, half), len(answer.body)
        if weather == "shortened" and answer.body:
            return Message(answer.first, answer.headers, half), None
        if weather == "flipped" and answer.body:
            middle = len(answer.body) // 2
            answer.body = answer.body[:middle] + bytes([answer.body[middle] ^ 1]) + answer.body[middle + 1 :]
        return answer, None

    def _said(self, status: int, code: str, message: str, *, is_head: bool) -> Message:
        if self.service == "dynamodb":
            body = json.dumps({"__type": code, "message": message}).encode()
            return Message(f"HTTP/1.1 {status} Said", {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "FLAKY"}, body)
        said = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>FLAKY</RequestId><HostId>flaky</HostId></Error>"
        body = b"" if is_head else f'<?xml version="1.0" encoding="UTF-8"?>\n{said}'.encode()
        return Message(
            f"HTTP/1.1 {status} Said", {"content-type": "application/xml", "content-length": "0", "x-amz-request-id": "FLAKY"}, body
        )

    def _unprocessed(self, rest: dict[str, Any]) -> Message:
        said = {"UnprocessedItems": rest, "ConsumedCapacity": [{"TableName": table, "CapacityUnits": 1.0} for table in rest]}
        return Message("HTTP/1.1 200 OK", {"content-type": "application/x-amz-json-1.0"}, json.dumps(said).encode())


class Upstream:
    """One connection to the stand-in, made when first needed."""

    def __init__(self, place: tuple[str, int]) -> None:
        self._place = place
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, request: Message) -> Message:
        for is_last in (False, True):
            if self._reader is None or self._writer is None:
                self._reader, self._writer = await asyncio.open_connection(*self._place, limit=LARGEST_HEAD)
            try:
                self._writer.write(request.wire())
                answer = await _read(self._reader, is_body_left_out=request.first.startswith("HEAD "))
            except (OSError, asyncio.IncompleteReadError):
                answer = None
            if answer is not None:
                if answer.headers.get("connection", "").lower() == "close":
                    self.close()
                    del answer.headers["connection"]
                return answer
            self.close()  # it was kept for too long
            if is_last:
                raise ConnectionResetError
        raise AssertionError

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


async def _read(
    reader: asyncio.StreamReader, *, continues: asyncio.StreamWriter | None = None, is_body_left_out: bool = False
) -> Message | None:
    """The next message; None where the other side has ended. continues: whom to tell that the body may come."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if headers.pop("expect", "") and continues:
        continues.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if is_body_left_out or first.partition(" ")[2].startswith(("204", "304")):
        return Message(first, headers, b"")
    if headers.pop("transfer-encoding", "") == "chunked":
        body = b""
        while size := int((await reader.readline()).partition(b";")[0], 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        headers["content-length"] = str(len(body))
        return Message(first, headers, body)
    return Message(first, headers, await reader.readexactly(int(headers.get("content-length", "0"))))


def _reset(writer: asyncio.StreamWriter) -> None:
    its_socket = writer.get_extra_info("socket")
    if its_socket is not None:
        with contextlib.suppress(OSError):
            its_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def serve(url: str) -> None:
    """Until the input ends."""
    at = urlsplit(url)
    ports = {service: Port(service, (str(at.hostname), int(at.port or 80))) for service in SERVICES}
    for port in ports.values():
        await port.listen()
    print(json.dumps({service: port.number for service, port in ports.items()}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        said = json.loads(line)
        answer: dict[str, int] = {}
        if said:
            await ports[said["service"]].turn(said["weather"], said["only"], said["times"])
        else:
            for port in ports.values():
                answer |= port.calls
                port.calls.clear()
        print(json.dumps(answer), flush=True)
    for port in ports.values():
        port.hang_up()
    await asyncio.sleep(0)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
