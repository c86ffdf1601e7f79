"""対応状況: for each language, who would answer at which moments, and which rung would be first.

Counts what the ladder would find, with the same rules of availability; distance, fairness and
messages in the quiet hours are left to `dispatch.matching`, which judges the single request. A
language is safe at a moment when somebody answers without being asked first: a person at the desk
or on call, an operator, a device. Values in, values out; `dispatch.coverage_rows` loads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from accounts.models import Organization
from accounts.times import instant, local
from dispatch.coverage_rows import Lender, Loaded, Moments, Speaker, load
from dispatch.device_languages import device_languages, on_device
from dispatch.ladder import serves_field, serves_language
from dispatch.policy import Policy, policy_for, rungs_of
from volunteers.languages import covering_tags
from volunteers.languages import name as language_name

FIRST_HOUR, LAST_HOUR = 8, 21
"""The hours of the week's table: from 8:00 to the hour that begins at 20:00."""
CHANNELS = ("desk", "offer", "on_call", "video", "neighbour", "operator", "device")
"""Ways to connect, as the columns of the page show them."""
OF_KIND = {
    "volunteer": ("desk", "offer"),
    "video": ("on_call", "video"),
    "neighbour": ("neighbour",),
    "operator": ("operator",),
    "device": ("device",),
}
"""Which ways a kind of rung uses, the surest first."""
SURE = ("desk", "on_call", "operator", "device")
"""Ways that end in a conversation without waiting for somebody's yes."""


@dataclass(frozen=True)
class Way:
    """Who would answer on one way at a moment; ``names`` of our own people and companies only."""

    channel: str
    count: int
    names: tuple[tuple[int, str], ...] = ()
    """(primary key, name) of volunteers; for other ways the key is 0."""


@dataclass(frozen=True)
class First:
    """What a moment comes to: the first rung that would answer, and how many there are."""

    channel: str
    count: int
    label: str
    usable: int
    rungs: int
    safe: bool

    @property
    def dead_end(self) -> bool:
        """Nothing at all would answer."""
        return not self.channel


class Coverage:
    """The answers for a span of time; each language is worked out once."""

    def __init__(self, loaded: Loaded, policy: Policy, *, field: str = "") -> None:
        self.loaded, self.policy, self.field = loaded, policy, field
        self.moments = loaded.moments
        self.rungs = rungs_of(policy)
        self.device = device_languages(policy)
        levels = policy["minimum_level"]
        self.level = int(levels.get(field, levels["default"]))
        self._tongues: dict[str, Tongue] = {}

    @cached_property
    def tags(self) -> list[str]:
        """Languages that somebody speaks, serves or has asked for, the most needed first."""
        spoken: dict[str, int] = {}
        for speaker in self.loaded.speakers:
            for tag in speaker.levels:
                spoken[tag] = spoken.get(tag, 0) + (0 if speaker.lender else 1)
        listed = {tag for one in self.loaded.companies for tag in one.languages}
        known = (set(spoken) | set(self.loaded.asked) | listed) - {"ja"}
        asked = self.loaded.asked
        return sorted(known, key=lambda t: (-asked[t], -spoken.get(t, 0), language_name(t, "ja")))

    @cached_property
    def device_only(self) -> list[str]:
        """Languages that nothing but the device serves, in its order."""
        return [tag for tag in self.device if tag not in set(self.tags)]

    def of(self, tag: str) -> Tongue:
        """One language."""
        if tag not in self._tongues:
            self._tongues[tag] = Tongue(self, tag)
        return self._tongues[tag]

    @cached_property
    def rung_hours(self) -> list[int]:
        """The moments at which each rung is open."""
        return [self.moments.in_hours(rung["hours"]) for rung in self.rungs]

    def applies(self, rung: dict[str, Any], tag: str) -> bool:
        """The rung is meant for the language and, if one was chosen, for the field."""
        meant = serves_language(rung["languages"], tag)
        return meant and (not self.field or serves_field(rung, self.field))

    def reach(self, *channels: str) -> int:
        """In how many languages one of the ways answers at some moment."""
        return sum(1 for tag in self.tags if any(self.of(tag).masks[c] for c in channels))

    def reach_at(self, index: int, *channels: str) -> int:
        """In how many languages one of the ways answers at one moment."""
        return sum(
            1 for tag in self.tags if any(self.of(tag).masks[c] >> index & 1 for c in channels)
        )

    @property
    def serves_any(self) -> bool:
        """Some operator serves every language."""
        return any(one.mask and not one.languages for one in self.loaded.companies)


class Tongue:
    """One language: its people and, per way, the moments at which somebody answers."""

    def __init__(self, coverage: Coverage, tag: str) -> None:
        self.coverage, self.tag = coverage, tag
        known = {covering for covering, _ in covering_tags(tag)} | {tag}
        self.people = [
            speaker
            for speaker in coverage.loaded.speakers
            if speaker.takes(coverage.field)
            and any(
                level >= coverage.level and spoken in known
                for spoken, level in speaker.levels.items()
            )
            and (not speaker.lender or self._lent(speaker))
        ]
        self.companies = [
            one for one in coverage.loaded.companies if serves_language(list(one.languages), tag)
        ]

    def _lent(self, speaker: Speaker) -> bool:
        return self.is_lent_by(self.coverage.loaded.lenders[speaker.lender])

    def is_lent_by(self, lender: Lender) -> bool:
        """The agreement with the organization holds for this language."""
        return serves_language(list(lender.languages), self.tag)

    @property
    def asked(self) -> int:
        """Requests of the last year."""
        return self.coverage.loaded.asked[self.tag]

    @cached_property
    def masks(self) -> dict[str, int]:
        """The moments at which each way answers, whatever the ladder says."""
        found = {channel: self._mask(channel, self.people) for channel in CHANNELS}
        for company in self.companies:
            found["operator"] |= company.mask
        if on_device(self.tag, self.coverage.device):
            found["device"] = self.coverage.moments.all
        return found

    def _mask(self, channel: str, people: Iterable[Speaker]) -> int:
        mask = 0
        for speaker in people:
            mask |= mask_of(speaker, channel)
        return mask

    @cached_property
    def open_rungs(self) -> list[tuple[dict[str, Any], list[tuple[str, int]]]]:
        """Each rung meant for this language with the moments at which its ways answer."""
        found = []
        for rung, hours in zip(self.coverage.rungs, self.coverage.rung_hours, strict=True):
            if not self.coverage.applies(rung, self.tag):
                continue
            ways = [(c, self._rung_mask(rung, c) & hours) for c in OF_KIND[rung["kind"]]]
            found.append((rung, ways))
        return found

    def _rung_mask(self, rung: dict[str, Any], channel: str) -> int:
        field = self.coverage.field
        if channel in ("operator", "device") or not field or field not in rung["certified_fields"]:
            return self.masks[channel]
        return self._mask(channel, (one for one in self.people if field in one.qualified))

    def first(self, index: int) -> First:
        """What the moment comes to."""
        bit, usable, channel, label, safe = 1 << index, 0, "", "", False
        for rung, ways in self.open_rungs:
            answering = [way for way, mask in ways if mask & bit]
            usable += bool(answering)
            safe = safe or any(way in SURE for way in answering)
            if answering and not channel:
                channel, label = answering[0], rung["label"]
        count = self.count(channel, index) if channel else 0
        return First(channel, count, label, usable, len(self.open_rungs), safe)

    def count(self, channel: str, index: int) -> int:
        """How many would answer on a way at the moment."""
        if channel == "device":
            return int(bool(self.masks["device"] >> index & 1))
        if channel == "operator":
            return len({one.operator_id for one in self.companies if one.mask >> index & 1})
        return sum(1 for one in self.people if mask_of(one, channel) >> index & 1)

    def ways(self, index: int) -> list[Way]:
        """Every way at the moment, with names where they may be shown."""
        return [self._way(channel, index) for channel in CHANNELS]

    def _way(self, channel: str, index: int) -> Way:
        if channel == "device":
            return Way(channel, self.count(channel, index))
        if channel == "operator":
            names = {one.operator_id: one.name for one in self.companies if one.mask >> index & 1}
            return Way(channel, len(names), tuple((0, name) for name in names.values()))
        there = [one for one in self.people if mask_of(one, channel) >> index & 1]
        if channel == "neighbour":
            lenders = {self.coverage.loaded.lenders[one.lender].name for one in there}
            return Way(channel, len(there), tuple((0, name) for name in sorted(lenders)))
        ordered = sorted(there, key=lambda one: one.number)
        return Way(channel, len(there), tuple((one.pk, one.name) for one in ordered))


def mask_of(speaker: Speaker, channel: str) -> int:
    """The moments at which somebody may be reached on a way; each person is counted once on site
    and once by video: at the desk rather than by offer, on call rather than by offer."""
    if speaker.lender:
        return speaker.free | speaker.on_call if channel == "neighbour" else 0
    video = speaker.free if speaker.accepts_video else 0
    masks = {
        "desk": speaker.at_desk,
        "offer": speaker.free & ~speaker.at_desk,
        "on_call": speaker.on_call,
        "video": video & ~speaker.on_call,
    }
    return masks.get(channel, 0)


def coverage_at(
    organization: Organization, instants: Sequence[datetime], *, at: datetime, field: str = ""
) -> Coverage:
    """The coverage at the instants (UTC, any order); ``at`` is now."""
    moments = Moments(tuple(sorted(set(instants))))
    return Coverage(load(organization, moments, at), policy_for(organization), field=field)


def hours_of_week(day: date) -> list[datetime]:
    """The whole hours of the table (UTC) in the week, Monday to Sunday, that holds the day."""
    monday = day - timedelta(days=day.weekday())
    return [
        instant(monday + timedelta(days=n), hour * 60)
        for n in range(7)
        for hour in range(FIRST_HOUR, LAST_HOUR)
    ]


@dataclass(frozen=True)
class Run:
    """Hours of a day in a row in which the same way is the first: 9 to 12 is 9:00〜12:00."""

    first_hour: int
    end_hour: int
    first: First


def runs_of(tongue: Tongue, day: date) -> list[Run]:
    """The day's hours as runs of the same first way."""
    found: list[Run] = []
    for hour, first in firsts_of(tongue, day):
        last = found[-1] if found else None
        if last and last.first.channel == first.channel and last.end_hour == hour:
            found[-1] = Run(last.first_hour, hour + 1, last.first)
        else:
            found.append(Run(hour, hour + 1, first))
    return found


def firsts_of(tongue: Tongue, day: date) -> Iterator[tuple[int, First]]:
    """(hour, what it comes to) for every hour of the day that the table has."""
    for index, moment in enumerate(tongue.coverage.moments.instants):
        here = local(moment)
        if here.date() == day and here.minute == 0 and FIRST_HOUR <= here.hour < LAST_HOUR:
            yield here.hour, tongue.first(index)
