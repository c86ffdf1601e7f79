"""Policy: when, how many and how fairly people are asked; defaults as data an association edits.

`DEFAULT` is plain JSON; an organization's own `policy` field overrides single values of it and a
request keeps a copy of the result when it opens, so a change never touches a running search.
Figures come from a simulated year of a desk with 371 volunteers and from the binding table of
urgencies (message at the counter within seconds, video after 90 s). Pure but for reading the row.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from realtime.quiet import decent_hour as decent_hour  # noqa: PLC0414 - handed on
from realtime.quiet import is_quiet as is_quiet  # noqa: PLC0414

TOKYO = ZoneInfo("Asia/Tokyo")
DAY_MINUTES = 1440
CLASSES = ("now", "today", "tomorrow", "later")
"""Urgency classes: what `urgency_class` makes of a request's urgency and its start."""
KINDS = ("volunteer", "video", "neighbour", "operator", "device")
"""Kinds of rungs, in the order of the default ladder."""

NEVER_UNASKED = ("medical", "legal")
"""A device is never used for these without a human's yes, whatever an organization stores."""

Policy = dict[str, Any]

DEFAULT: Policy = {
    # horizon: how far ahead a pending "yes" counts; target: wanted chance that a seat is filled
    # within it; check: how often the wave is topped up; max_wave: never more people at one moment
    "now": {"horizon_minutes": 12, "target": 0.70, "check_minutes": 0.75, "max_wave": 10},
    "today": {"horizon_minutes": 40, "target": 0.60, "check_minutes": 10, "max_wave": 8},
    "tomorrow": {"horizon_minutes": 360, "target": 0.50, "check_minutes": 30, "max_wave": 5},
    "later": {"horizon_minutes": 1440, "target": 0.40, "check_minutes": 120, "max_wave": 4},
    # score = chance × exp(−per_job × jobs in 30 days − per_ask × asks in 7 days); chances below
    # the floor count as the floor, so that nobody is forgotten for good
    "fairness": {"per_job": 0.7, "per_ask": 0.2, "floor": 0.05},
    # caps hold for "tomorrow" and "later"; sooner, or within relax_hours, they are lifted, noted
    "caps": {"asks_7_days": 3, "jobs_30_days": 4, "relax_hours": 12},
    # what a volunteer with no history says yes to, per class, and how many asks that is worth
    "chance": {
        "means": {"now": 0.22, "today": 0.25, "tomorrow": 0.28, "later": 0.30},
        "prior_asks": 8,
        "per_recent_ask": 0.93,
        "minutes_free": 20,
        "per_10_minutes": 0.92,
        "hours_unknown": 0.6,
        "on_call_now": 2.2,
        "seen_recently": 1.3,
    },
    # a "now" request by video rings the people on call: how many at a time, after how many seconds
    # the next ones, how long one telephone rings, how long its SMS waits behind page and push, and
    # after how many unanswered rings in a row somebody is taken off call
    "ring": {
        "size": 2,
        "seconds": 15,
        "rings_until_seconds": 40,
        "sms_after_seconds": 0,
        "missed_rings": 3,
    },
    # people looking at the app right now hear so much earlier than the others
    "head_start_seconds": 30,
    # whoever was asked for anything so recently is left alone, unless nobody else is there
    "just_asked_minutes": 15,
    # a language with so few active speakers is scarce: its people are kept free for it
    "scarce_language_max": 3,
    # lowest level (1 △, 2 ○, 3 ◎) each way that may be asked at all, and the level that suffices
    # not to rank behind others; "default" for every field not named
    "minimum_level": {"default": 1, "medical": 2, "legal": 2},
    "enough_level": {"default": 2, "medical": 3, "legal": 3},
    # qualified_fields: nobody without the training is asked (empty: most registers know none, and
    # legal advice in a rare language would reach a dead end); in preferred ones they come first
    "qualified_fields": [],
    "preferred_qualified_fields": ["medical", "legal", "disaster"],
    # kept free between two places beyond the estimated travel time
    "travel_margin_minutes": 5,
    # how late somebody may arrive, by class; at the counter people wait
    "late_minutes": {"now": 45, "today": 10, "tomorrow": 0, "later": 0},
    # at the counter the first part of the conversation has to lie within stated hours
    "now_covers_minutes": 30,
    # at the counter the video rung opens at once, beside the first, when the chance that somebody
    # comes within so many minutes is smaller than this
    "early_video": {"minutes": 6, "below": 0.35},
    # the order of ways to connect. minutes: how long a rung may take before the next one opens;
    # lead_minutes: it opens at the latest so long before the start; parallel: ["now"] lets
    # the video rung open early after the first, at the counter; earlier offers always stay open,
    # with or without it, and it means nothing elsewhere. languages (BCP 47), fields: empty is all of them;
    # hours: null is always, else {"weekdays": [0 Monday … 6, 7 holiday], "from": minute, "to":
    # minute} of the need in Tokyo; certified_fields: there only people with the training are
    # asked; needs_yes_fields: there a human must allow the rung
    "ladder": [
        {
            "kind": "volunteer",
            "label": "ボランティア（現地）",
            "minutes": {"now": 1.5, "today": 60, "tomorrow": 600, "later": 2880},
            "lead_minutes": None,
            "parallel": [],
            "languages": [],
            "hours": None,
            "fields": [],
            "except_fields": [],
            "certified_fields": [],
            "needs_yes_fields": [],
        },
        {
            "kind": "video",
            "label": "ボランティア（映像）",
            "minutes": {"now": 4, "today": 30, "tomorrow": 180, "later": 1440},
            "lead_minutes": 120,
            "parallel": ["now"],
            "languages": [],
            "hours": None,
            "fields": [],
            "except_fields": [],
            "certified_fields": [],
            "needs_yes_fields": [],
        },
        {
            "kind": "neighbour",
            "label": "近隣団体のボランティア（映像）",
            "minutes": {"now": 3, "today": 20, "tomorrow": 120, "later": 720},
            "lead_minutes": 90,
            "parallel": [],
            "languages": [],
            "hours": None,
            "fields": [],
            "except_fields": [],
            "certified_fields": [],
            "needs_yes_fields": [],
        },
        {
            "kind": "operator",
            "label": "外部通訳",
            "minutes": {"now": 3, "today": 15, "tomorrow": 30, "later": 60},
            "lead_minutes": 60,
            "parallel": [],
            "languages": [],
            "hours": None,
            "fields": [],
            "except_fields": [],
            "certified_fields": [],
            "needs_yes_fields": [],
        },
        {
            "kind": "device",
            "label": "翻訳機と後日の予約",
            "minutes": {"now": None, "today": None, "tomorrow": None, "later": None},
            "lead_minutes": 15,
            "parallel": [],
            "languages": [],
            "hours": None,
            "fields": [],
            "except_fields": [],
            "certified_fields": [],
            "needs_yes_fields": ["medical", "legal"],
        },
    ],
    # the organization's own hours without messages, minutes after 0:00 in Tokyo
    "quiet": {"from": 21 * 60, "to": 8 * 60},
}


class HasPolicy(Protocol):
    """What `policy_for` reads of `accounts.Organization`."""

    policy: Any
    quiet_from: int
    quiet_to: int


def policy_for(organization: HasPolicy) -> Policy:
    """`DEFAULT` with the organization's overrides and its quiet hours; a copy of its own.

    Overrides of another kind than the default (text where a number belongs) are left out: a slip
    in a settings page must not stop a desk. Keys that `DEFAULT` lacks are kept.
    """
    overrides = organization.policy if isinstance(organization.policy, dict) else {}
    policy = merged(DEFAULT, overrides)
    policy["quiet"] = {"from": organization.quiet_from, "to": organization.quiet_to}
    return policy


def merged(base: Policy, overrides: Policy) -> Policy:
    """Both, dictionaries merged at every depth, lists and values replaced; the inputs stay."""
    result = copy.deepcopy(base)
    for key, value in overrides.items():
        present = result.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            result[key] = merged(present, value)
        elif key not in result or _same_kind(present, value):
            result[key] = copy.deepcopy(value)
    return result


def _same_kind(present: object, value: object) -> bool:
    if present is None or value is None:
        return not isinstance(value, dict | list)
    if isinstance(present, bool) or isinstance(value, bool):
        return isinstance(present, bool) and isinstance(value, bool)
    if isinstance(present, int | float):
        return isinstance(value, int | float)
    return isinstance(value, type(present))


def urgency_class(urgency: str, starts_at: datetime, at: datetime) -> str:
    """One of `CLASSES`. A booked need becomes "today" on its day and "tomorrow" on the eve."""
    if urgency in {"now", "today"}:
        return urgency
    days = (starts_at.astimezone(TOKYO).date() - at.astimezone(TOKYO).date()).days
    return "today" if days <= 0 else "tomorrow" if days == 1 else "later"


def rungs_of(policy: Policy) -> list[dict[str, Any]]:
    """The policy's rungs with every key; what is missing or malformed is the default of its kind.

    Entries that are no rung are left out; when none remains the default ladder holds.
    """
    entries = policy.get("ladder")
    entries = entries if isinstance(entries, list) else []
    found = [
        _sound_rung(entry)
        for entry in entries
        if isinstance(entry, dict) and entry.get("kind") in KINDS
    ]
    return found or copy.deepcopy(DEFAULT["ladder"])


def ladder_for(policy: Policy, urgency: str) -> list[dict[str, Any]]:
    """The rungs for one urgency class, flat, ready to be copied onto a request.

    As in the policy, but ``minutes`` is a number (None: no end) and ``parallel`` true or false.
    """
    return [
        rung
        | {
            "minutes": rung["minutes"].get(urgency)
            if isinstance(rung["minutes"], dict)
            else rung["minutes"],
            "parallel": rung["parallel"] is True
            or (isinstance(rung["parallel"], list) and urgency in rung["parallel"]),
        }
        for rung in rungs_of(policy)
    ]


def with_never_unasked(fields: list[str]) -> list[str]:
    """The fields for which a device needs a human's yes, those that always do included."""
    return [*fields, *(one for one in NEVER_UNASKED if one not in fields)]


def _sound_rung(entry: dict[str, Any]) -> dict[str, Any]:
    default = next(rung for rung in DEFAULT["ladder"] if rung["kind"] == entry["kind"])
    rung: dict[str, Any] = copy.deepcopy(default)
    for name, is_sound in SOUND.items():
        if name in entry and is_sound(entry[name]):
            rung[name] = copy.deepcopy(entry[name])
    if rung["kind"] == "device":
        rung["needs_yes_fields"] = with_never_unasked(rung["needs_yes_fields"])
    if isinstance(rung["minutes"], dict):
        rung["minutes"] = default["minutes"] | rung["minutes"]
    return rung


def _is_minutes(value: object) -> bool:
    if isinstance(value, dict):
        return all(not isinstance(one, dict) and _is_minutes(one) for one in value.values())
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (number and value >= 0)  # type: ignore[operator]


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _are_hours(value: object) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict) or not isinstance(value.get("weekdays", []), list):
        return False
    ends = (value.get("from"), value.get("to"))
    return all(type(end) is int and 0 <= end <= DAY_MINUTES for end in ends)


SOUND: dict[str, Callable[[Any], bool]] = {
    "label": lambda value: isinstance(value, str) and bool(value.strip()),
    "minutes": _is_minutes,
    "lead_minutes": lambda value: not isinstance(value, dict) and _is_minutes(value),
    "parallel": lambda value: isinstance(value, bool) or _are_texts(value),
    "languages": _are_texts,
    "hours": _are_hours,
    "fields": _are_texts,
    "except_fields": _are_texts,
    "certified_fields": _are_texts,
    "needs_yes_fields": _are_texts,
}
"""What each key of a stored rung must look like to be believed."""
