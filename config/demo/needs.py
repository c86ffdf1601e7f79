"""What the demo's town asks for: one believable need after the other, drawn at random.

Shares of languages, fields and modes are those of a mid-sized Japanese desk; times lie in office
hours. Pure but for the desks and bodies it names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

import jpholiday

from accounts.models import Organization
from accounts.times import instant, local
from config.demo.names import invent
from config.demo.town import NOTES, Spot, address_of, position
from dispatch.actions.drafts import Draft, Wish
from dispatch.models import Desk, Mode, RequestingBody, Urgency

DEMAND = {
    "zh": 22, "vi": 19, "en": 13, "ne": 9, "fil": 9, "pt-BR": 7, "es": 6, "ko": 5, "th": 3, "id": 3,
    "my": 3, "ru": 2, "mn": 2, "uk": 2, "fr": 1, "bn": 1, "si": 1, "fa-AF": 1, "km": 1,
}  # fmt: skip
MODES = {Mode.ACCOMPANY: 58, Mode.ONSITE: 16, Mode.VIDEO: 16, Mode.PHONE: 10}
CONTACTS = ("地域連携室", "教頭", "窓口担当", "相談員", "保健師")


@dataclass
class Asker:
    """Draws needs for one organization."""

    organization: Organization
    spots: Sequence[Spot]
    random: Random
    desks: list[Desk] = field(init=False)
    bodies: dict[str, RequestingBody] = field(init=False)

    def __post_init__(self) -> None:
        self.desks = list(self.organization.desks.all())
        self.bodies = {body.name: body for body in self.organization.bodies.all()}

    def spot(self) -> Spot:
        """A place, the busy ones more often."""
        return self.random.choices(self.spots, [spot.weight for spot in self.spots])[0]

    def language(self) -> str:
        """A language as it is asked for."""
        return self.random.choices(list(DEMAND), list(DEMAND.values()))[0]

    def booked(self, day: date, *, language: str = "") -> Draft:
        """A booked appointment on a day."""
        spot = self.spot()
        start = instant(day, self.random.choice(range(9 * 60, 16 * 60 + 1, 30)))
        mode = self.random.choices(list(MODES), list(MODES.values()))[0]
        wishes: tuple[Wish, ...] = ()
        if spot.field == "medical" and self.random.random() < 0.12:
            wishes = (Wish("gender", self.random.random() < 0.5, "female"),)
        return self.at_place(
            spot,
            language or self.language(),
            mode,
            urgency=Urgency.BOOKED,
            starts_at=start,
            ends_at=start + timedelta(minutes=self.random.choice((60, 60, 90, 90, 120, 150))),
            wishes=wishes,
        )

    def today(self, at: datetime, *, language: str = "") -> Draft:
        """Needed within hours of ``at``."""
        start = _half_hour(at + timedelta(hours=self.random.choice((2, 3, 4))))
        return self.at_place(
            self.spot(),
            language or self.language(),
            self.random.choice((Mode.ACCOMPANY, Mode.ACCOMPANY, Mode.VIDEO)),
            urgency=Urgency.TODAY,
            starts_at=start,
            ends_at=start + timedelta(minutes=60),
        )

    def counter(self, at: datetime, *, language: str = "") -> Draft:
        """Somebody stands at the desk at ``at``."""
        desk = self.random.choice(self.desks)
        tag = language or self.language()
        return Draft(
            language=tag,
            mode=Mode.ONSITE,
            urgency=Urgency.NOW,
            field="administrative",
            starts_at=at,
            ends_at=at + timedelta(minutes=60),
            desk=desk,
            place_name=desk.name,
            place_address=desk.address,
            place_area="",
            place_lat=desk.lat,
            place_lon=desk.lon,
            note=self.random.choice(NOTES["administrative"]),
        )

    def at_place(
        self,
        spot: Spot,
        language: str,
        mode: str,
        *,
        urgency: str,
        starts_at: datetime,
        ends_at: datetime,
        wishes: tuple[Wish, ...] = (),
    ) -> Draft:
        """A need of one of the bodies, at its own place."""
        lat, lon = position(spot)
        return Draft(
            language=language,
            mode=mode,
            urgency=urgency,
            field=spot.field,
            starts_at=starts_at,
            ends_at=ends_at,
            desk=self.desks[0],
            place_name=spot.name,
            place_address=address_of(spot),
            place_area=spot.area,
            place_lat=lat,
            place_lon=lon,
            note=self.random.choice(NOTES[spot.field]),
            resident_name=invent(language, self.random, set()).written,
            body=self.bodies.get(spot.name),
            contact_name=self.random.choice(CONTACTS),
            contact_phone=self.bodies[spot.name].phone if spot.name in self.bodies else "",
            wishes=wishes,
        )


def working_day(day: date, random: Random) -> bool:
    """Whether the desks are busy that day; few appointments fall on a Saturday."""
    if jpholiday.is_holiday(day) or day.weekday() == 6:
        return False
    return day.weekday() < 5 or random.random() < 0.25


def office_hour(day: date, random: Random) -> datetime:
    """An instant at which somebody telephones the desk."""
    return instant(day, random.randrange(9 * 60, 16 * 60 + 30))


def _half_hour(at: datetime) -> datetime:
    wall = local(at)
    return at + timedelta(
        minutes=-wall.minute % 30, seconds=-wall.second, microseconds=-wall.microsecond
    )
