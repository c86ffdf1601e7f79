"""What a page may say: everything that fits comes out trimmed, anything else is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interpreting.rooms.protocol import MAX_BYTES, Bucket, ProtocolError, parse

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=8,
)
KINDS = st.sampled_from(
    ["join", "signal", "chat", "button", "pointer", "media", "document", "quality", "ice", "x"]
)
FIELDS = st.sampled_from(
    ["to", "session", "data", "text", "name", "x", "y", "document", "mic", "camera", "screen",
     "id", "action", "kind", "level", "relayed"]
)  # fmt: skip


def code_of(text: str) -> str:
    """The code with which a text is refused, or «ok»."""
    try:
        parse(text)
    except ProtocolError as error:
        return error.code
    return "ok"


def refused(**message: Any) -> str:
    return code_of(json.dumps(message))


@given(KINDS, st.dictionaries(FIELDS, ANYTHING))
def test_no_message_breaks_the_parser_and_what_passes_can_be_sent(
    kind: str, fields: dict[str, Any]
) -> None:
    text = json.dumps({"type": kind, **fields})
    try:
        said = parse(text)
    except ProtocolError:
        return
    assert len(json.dumps(said, ensure_ascii=False, allow_nan=False).encode()) <= MAX_BYTES * 2


@given(st.text(max_size=300))
def test_no_text_breaks_the_parser(text: str) -> None:
    code_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "7", '"join"', "{", '{"type": 1}', '{"type": "chat", "text": "\\ud800"}',
        "[" * 5000, '{"type": "pointer", "x": NaN, "y": 0, "document": "a"}',
        '{"type": "pointer", "x": 1e999, "y": 0, "document": "a"}', "1" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_message_is_malformed(text: str) -> None:
    assert code_of(text) == "malformed"


def test_a_message_has_at_most_32_kilobytes() -> None:
    sdp = "v" * (MAX_BYTES - 130)
    data = {"description": {"type": "offer", "sdp": sdp}}
    assert refused(type="signal", to=1, session="page-one", data=data) == "ok"
    data["description"]["sdp"] += "あ" * 200
    text = json.dumps({"type": "signal", "to": 1, "session": "page-one", "data": data})
    assert code_of(text) == "too_large"
    assert code_of("あ" * (MAX_BYTES // 2)) == "too_large"  # bytes count, not characters


@pytest.mark.parametrize(
    "message",
    [
        {"type": "join", "session": "short"},
        {"type": "join", "session": "x" * 65},
        {"type": "join", "session": "with space"},
        {"type": "signal", "to": True, "session": "page-one", "data": {"candidate": None}},
        {"type": "signal", "to": -1, "session": "page-one", "data": {"candidate": None}},
        {"type": "signal", "to": 2**70, "session": "page-one", "data": {"candidate": None}},
        {"type": "signal", "to": 1, "session": "page-one", "data": {}},
        {"type": "signal", "to": 1, "session": "page-one", "data": {"description": {"type": "x"}}},
        {"type": "signal", "to": 1, "session": "page-one", "data": {"candidate": {"candidate": 1}}},
        {"type": "chat", "text": "  "},
        {"type": "chat", "text": "a\x00b"},
        {"type": "button", "name": "hang_up_on_everybody"},
        {"type": "pointer", "x": 1.01, "y": 0, "document": "a"},
        {"type": "media", "mic": 1, "camera": True, "screen": False},
        {"type": "document", "id": "a b", "action": "shown", "kind": "photo"},
        {"type": "document", "id": "a", "action": "shown", "kind": "film"},
        {"type": "quality", "level": 5},
    ],
    ids=str,
)
def test_values_outside_of_the_contract_are_malformed(message: dict[str, Any]) -> None:
    assert refused(**message) == "malformed"


def test_a_long_chat_is_too_long_and_an_unknown_type_unknown() -> None:
    assert refused(type="chat", text="あ" * 500) == "ok"
    assert refused(type="chat", text="あ" * 501) == "too_long"
    assert refused(type="record") == "unknown_type"


def test_only_known_keys_are_passed_on() -> None:
    data = {"candidate": {"candidate": "c", "sdpMid": "0", "evil": 1}, "more": 2}
    said = parse(json.dumps({"type": "signal", "to": 3, "session": "page-one", "data": data}))
    assert said["data"] == {
        "candidate": {
            "candidate": "c", "sdpMid": "0", "sdpMLineIndex": None, "usernameFragment": None,
        }
    }  # fmt: skip
    assert parse('{"type":"chat","text":" a ","from":1,"html":"<b>"}') == {
        "type": "chat", "text": "a",
    }  # fmt: skip


def test_the_bucket_lets_a_burst_through_and_then_the_mean() -> None:
    bucket = Bucket(10, 2)
    assert [bucket.take(100.0) for _ in range(12)] == [True] * 10 + [False] * 2
    assert [bucket.take(101.0) for _ in range(3)] == [True, True, False]
    assert sum(bucket.take(200.0) for _ in range(20)) == 10
