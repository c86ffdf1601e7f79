"""A real coturn for tests, configured from docs/turnserver.conf, and the smallest TURN client.

The server listens on the loopback address, on a free port, in a directory of its own, and is the
only process ended here. The client speaks as much of RFC 8656 as asking for an allocation and a
permission takes.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import os
import re
import secrets
import shutil
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parent.parent / "docs/turnserver.conf"
SECRET = "turn-secret-of-the-tests"
PATIENCE = 10.0
COOKIE = 0x2112A442
ALLOCATE, CREATE_PERMISSION, SUCCESS, ERROR = 0x0003, 0x0008, 0x0100, 0x0110
USERNAME, INTEGRITY, ERROR_CODE, PEER = 0x0006, 0x0008, 0x0009, 0x0012
REALM, NONCE, TRANSPORT = 0x0014, 0x0015, 0x0019
UDP = 17


@dataclass
class TurnServer:
    """A running coturn; ``url`` is for RTCIceServer."""

    port: int
    secret: str
    log: Path

    @property
    def url(self) -> str:
        """Reachable by UDP on this machine only."""
        return f"turn:127.0.0.1:{self.port}?transport=udp"


@contextmanager
def running_turn(home: Path, *, loopback_peers: bool = False) -> Iterator[TurnServer]:
    """Run coturn with the documented settings; skips the test where there is none.

    ``loopback_peers``: for browsers that meet on this machine, never for a real server.
    """
    program = shutil.which("turnserver")
    if program is None:
        pytest.skip("needs coturn: turnserver on the path")
    port, log = _free_udp_port(), home / "turn.log"
    settings = home / "turnserver.conf"
    settings.write_text(_for_tests(EXAMPLE.read_text(), port, home, loopback_peers=loopback_peers))
    with log.open("wb") as output:
        server = subprocess.Popen(
            [program, "-c", str(settings)], cwd=home, stdout=output, stderr=output,
            stdin=subprocess.DEVNULL, env=os.environ | {"HOME": str(home)},
        )  # fmt: skip
    try:
        _wait(port, server, log)
        yield TurnServer(port, SECRET, log)
    finally:
        server.terminate()
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(PATIENCE)


def _for_tests(example: str, port: int, home: Path, *, loopback_peers: bool) -> str:
    """The example with this machine's address; everything about safety stays as it is."""
    text = example.replace("203.0.113.10", "127.0.0.1")
    text = re.sub(r"(?m)^(cert|pkey|tls-listening-port|no-tls\S*|no-sslv3)\b.*\n", "", text)
    text = re.sub(r"(?m)^listening-port=.*$", f"listening-port={port}", text)
    text = re.sub(r"(?m)^static-auth-secret=.*$", f"static-auth-secret={SECRET}", text)
    extra = ["no-tls", "no-dtls", f"pidfile={home / 'turn.pid'}", f"userdb={home / 'turn.db'}"]
    if loopback_peers:
        extra.append("allow-loopback-peers")
        text = re.sub(r"(?m)^denied-peer-ip=127\..*\n", "", text)
    return text + "\n".join(extra) + "\n"


class TurnClient:
    """One socket to a TURN server with one user name and password."""

    def __init__(self, port: int, name: str, password: str) -> None:
        self.server, self.name, self.password = ("127.0.0.1", port), name, password
        self.realm = self.nonce = b""
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(3)

    def __enter__(self) -> TurnClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def allocate(self) -> int:
        """Ask for a relayed address; 0 or the error's number."""
        return self._ask(ALLOCATE, _attribute(TRANSPORT, bytes([UDP, 0, 0, 0])))

    def permit(self, peer: str) -> int:
        """Ask to exchange packets with an address; 0 or the error's number."""
        return self._ask(CREATE_PERMISSION, b"", peer)

    def _ask(self, kind: int, body: bytes, peer: str = "") -> int:
        code = self._send(kind, body, peer)
        if code in {401, 438} and self.nonce:  # 438: the nonce is stale
            code = self._send(kind, body, peer)
        return code

    def _send(self, kind: int, body: bytes, peer: str) -> int:
        transaction = secrets.token_bytes(12)
        if peer:
            body += _attribute(PEER, _xored(peer, transaction))
        message = _message(kind, transaction, body + self._signed_with())
        if self.nonce:
            message = self._sign(kind, transaction, message[20:])
        for _ in range(3):
            self.socket.sendto(message, self.server)
            try:
                answer = self.socket.recv(2048)
            except TimeoutError:
                continue
            if answer[8:20] == transaction:
                return self._read(answer)
        raise AssertionError("the TURN server does not answer")

    def _signed_with(self) -> bytes:
        if not self.nonce:
            return b""
        name = _attribute(USERNAME, self.name.encode())
        return name + _attribute(REALM, self.realm) + _attribute(NONCE, self.nonce)

    def _sign(self, kind: int, transaction: bytes, body: bytes) -> bytes:
        """RFC 8489, 14.5: HMAC-SHA1 over the message as long as it will be."""
        key = hashlib.md5(f"{self.name}:{self.realm.decode()}:{self.password}".encode()).digest()
        covered = _header(kind, len(body) + 24, transaction) + body
        return covered + _attribute(INTEGRITY, hmac.new(key, covered, hashlib.sha1).digest())

    def _read(self, answer: bytes) -> int:
        """0 for success, else the error; keeps realm and nonce for the next try."""
        kind, place, code = struct.unpack("!H", answer[:2])[0], 20, 0
        while place + 4 <= len(answer):
            what, size = struct.unpack("!HH", answer[place : place + 4])
            value = answer[place + 4 : place + 4 + size]
            if what == REALM:
                self.realm = value
            elif what == NONCE:
                self.nonce = value
            elif what == ERROR_CODE:
                code = (value[2] & 7) * 100 + value[3]
            place += 4 + size + -size % 4
        return 0 if kind & ERROR == SUCCESS else code


def _header(kind: int, size: int, transaction: bytes) -> bytes:
    return struct.pack("!HHI", kind, size, COOKIE) + transaction


def _message(kind: int, transaction: bytes, body: bytes) -> bytes:
    return _header(kind, len(body), transaction) + body


def _attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def _xored(peer: str, transaction: bytes, port: int = 40000) -> bytes:
    """XOR-PEER-ADDRESS (RFC 8489, 14.2)."""
    address = ipaddress.ip_address(peer)
    mask = struct.pack("!I", COOKIE) + transaction
    mixed = bytes(a ^ b for a, b in zip(address.packed, mask, strict=False))
    return struct.pack("!BBH", 0, 1 if address.version == 4 else 2, port ^ (COOKIE >> 16)) + mixed


def _free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with TurnClient(port, "", "") as client:
            client.socket.settimeout(0.1)
            try:
                client.allocate()
                return
            except (AssertionError, ConnectionError):
                if server.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(log.read_text(errors="replace")) from None
