"""What a page may say on a room's socket: parsed, checked and trimmed to what is known. Pure.

Whatever does not fit is refused with a code and harms nobody; nothing that was not asked for is
passed on to the others.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Set
from typing import Any

MAX_BYTES = 32 * 1024
MAX_CHAT = 500
BUTTONS = frozenset({"wait", "slower", "repeat", "louder", "understood", "break"})
DESCRIPTIONS = frozenset({"offer", "answer", "pranswer", "rollback"})
NAME = re.compile(r"[A-Za-z0-9_-]{6,64}")
DOCUMENT = re.compile(r"[A-Za-z0-9_-]{1,64}")
Message = dict[str, Any]


class ProtocolError(Exception):
    """Refused; ``code`` is told to the page."""

    def __init__(self, code: str = "malformed") -> None:
        super().__init__(code)
        self.code = code


class Bucket:
    """Lets ``burst`` through at once and ``per_second`` in the long run."""

    def __init__(self, burst: float, per_second: float) -> None:
        self.burst, self.per_second = burst, per_second
        self.level, self.at = burst, 0.0

    def take(self, now: float) -> bool:
        """One more at ``now`` (any clock in seconds that only goes forward)."""
        self.level = min(self.burst, self.level + (now - self.at) * self.per_second)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


def parse(text: str) -> Message:
    """The message of one text frame; raises ProtocolError ``too_large`` or ``malformed``."""
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise ProtocolError("too_large")
    try:
        said = json.loads(text, parse_constant=_no_constant)
        json.dumps(said, ensure_ascii=False).encode()  # half a surrogate pair reaches nobody
    except (ValueError, RecursionError) as error:
        raise ProtocolError from error
    if not isinstance(said, dict) or not isinstance(said.get("type"), str):
        raise ProtocolError
    check = CHECKS.get(said["type"])
    if check is None:
        raise ProtocolError("unknown_type")
    return {"type": said["type"], **check(said)}


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _nothing(said: Message) -> Message:
    return {}


def _join(said: Message) -> Message:
    return {"session": _name(said.get("session"), NAME)}


def _signal(said: Message) -> Message:
    data = said.get("data")
    if not isinstance(data, dict):
        raise ProtocolError
    if isinstance(data.get("description"), dict):
        kept: Message = {"description": _description(data["description"])}
    elif "candidate" in data:
        kept = {"candidate": _candidate(data["candidate"])}
    else:
        raise ProtocolError
    return {
        "to": _whole(said.get("to")),
        "session": _name(said.get("session"), NAME),
        "data": kept,
    }


def _description(given: Message) -> Message:
    kind, sdp = given.get("type"), given.get("sdp", "")
    if not isinstance(sdp, str):
        raise ProtocolError
    return {"type": _one_of(kind, DESCRIPTIONS), "sdp": sdp}


def _candidate(given: Any) -> Message | None:
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("candidate"), str):
        raise ProtocolError
    kept: Message = {"candidate": given["candidate"]}
    for key, kind in (("sdpMid", str), ("sdpMLineIndex", int), ("usernameFragment", str)):
        value = given.get(key)
        if value is not None and (not isinstance(value, kind) or isinstance(value, bool)):
            raise ProtocolError
        if isinstance(value, int) and not 0 <= value < 1000:
            raise ProtocolError
        kept[key] = value
    return kept


def _chat(said: Message) -> Message:
    text = said.get("text")
    if not isinstance(text, str) or not text.strip() or "\x00" in text:
        raise ProtocolError
    if len(text) > MAX_CHAT:
        raise ProtocolError("too_long")
    return {"text": text.strip()}


def _button(said: Message) -> Message:
    return {"name": _one_of(said.get("name"), BUTTONS)}


def _pointer(said: Message) -> Message:
    place = {key: _share(said.get(key)) for key in ("x", "y")}
    return place | {"document": _name(said.get("document"), DOCUMENT)}


def _media(said: Message) -> Message:
    shown = {key: _flag(said.get(key)) for key in ("mic", "camera", "screen")}
    return shown | ({"held": _flag(said["held"])} if "held" in said else {})


def _document(said: Message) -> Message:
    return {
        "id": _name(said.get("id"), DOCUMENT),
        "action": _one_of(said.get("action"), {"shown", "gone"}),
        "kind": _one_of(said.get("kind"), {"photo", "screen"}),
    }


def _quality(said: Message) -> Message:
    level = _whole(said.get("level"))
    if level > 4:
        raise ProtocolError
    return {"level": level, "relayed": _flag(said.get("relayed", False))}


def _one_of(value: Any, known: Set[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise ProtocolError
    return value


def _name(value: Any, shape: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise ProtocolError
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise ProtocolError
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ProtocolError
    return value


def _share(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ProtocolError
    if not (0 <= value <= 1) or not math.isfinite(value):
        raise ProtocolError
    return round(float(value), 4)


CHECKS: dict[str, Callable[[Message], Message]] = {
    "ping": _nothing,
    "join": _join,
    "signal": _signal,
    "chat": _chat,
    "button": _button,
    "pointer": _pointer,
    "media": _media,
    "document": _document,
    "quality": _quality,
    "ice": _nothing,
    "leave": _nothing,
}
