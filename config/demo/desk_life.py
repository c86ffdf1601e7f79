"""What the demo's desks have prepared: people on the roster, operators, an agreement.

Everything goes through the product's own actions; companies and their numbers are invented.
"""

from __future__ import annotations

from datetime import datetime
from random import Random

from accounts.models import Organization, Role, User
from dispatch.actions.operator_register import OperatorDraft, ServiceDraft, save_operator
from dispatch.actions.roster import ShiftDraft, add_shift
from dispatch.actions.sharing import agree, propose
from dispatch.models import Desk
from volunteers.languages import matches
from volunteers.models import Volunteer

ROSTER = (
    # language, weekday, from, to, weeks of the month as a mask (0: every)
    ("zh", 0, 10, 16, 0), ("en", 0, 13, 17, 0), ("vi", 1, 10, 16, 0), ("zh", 1, 13, 17, 0),
    ("en", 2, 10, 16, 0), ("fil", 2, 10, 13, 0b101), ("ko", 2, 13, 17, 0), ("ne", 3, 10, 13, 0),
    ("es", 3, 13, 17, 0b1010), ("zh", 3, 10, 16, 0), ("fil", 4, 10, 16, 0), ("pt", 4, 13, 17, 0),
    ("vi", 4, 10, 13, 0), ("en", 5, 10, 13, 0b101),
)  # fmt: skip
VIDEO_COMPANY = OperatorDraft(
    name="あおぞら多言語コールセンター（デモ）",
    phone="+81120000001",
    pin="8807",
    instructions="音声案内のあと、利用者番号と「#」を押し、言語名を伝えてください。",
    services=(
        ServiceDraft(
            ("en", "zh", "ko", "vi", "ne", "fil", "pt", "es", "th", "id", "my", "ru", "fr", "hi"),
            (0, 1, 2, 3, 4, 5, 6, 7), 0, 1440, 0, 80, 0,
        ),
        ServiceDraft(("km", "mn", "si", "bn", "uk", "lo"), (0, 1, 2, 3, 4), 540, 1080, 0, 120, 5),
    ),
)  # fmt: skip
RARE_COMPANY = OperatorDraft(
    name="けやき通訳サービス（デモ）",
    phone="+81420000099",
    pin="",
    instructions="少数言語。折り返しの電話で三者通話になります。",
    services=(
        ServiceDraft(
            ("ur", "ta", "fa-AF", "fa", "ps", "ar", "tr"), (0, 1, 2, 3, 4), 540, 1020, 500, 150, 10
        ),
    ),
)


def sign_contracts(city: Organization, *, by: User, at: datetime) -> None:
    """The operators that the desk may call."""
    for company in (VIDEO_COMPANY, RARE_COMPANY):
        save_operator(city, company, by=by, at=at)


def prepare(
    city: Organization,
    town: Organization,
    *,
    city_staff: dict[str, User],
    town_staff: dict[str, User],
    at: datetime,
) -> None:
    """Fill the roster, agree on lending."""
    admin = city_staff[Role.ADMIN]
    _fill_roster(city, city_staff[Role.COORDINATOR], at)
    agreement = propose(city, town.slug, ["en", "zh", "vi", "ne", "pt"], by=admin, at=at)
    agree(agreement, organization=town, by=town_staff[Role.ADMIN], at=at)
    lent = Volunteer.objects.of(town).filter(accepts_video=True).order_by("number")
    for volunteer in lent[::2]:
        Volunteer.objects.filter(pk=volunteer.pk).update(accepts_neighbours=True)


def _fill_roster(city: Organization, by: User, at: datetime) -> None:
    random = Random(20261122)  # noqa: S311 - no secret
    desks = list(Desk.objects.filter(organization=city))
    people = list(
        Volunteer.objects.of(city)
        .filter(status=Volunteer.Status.ACTIVE)
        .prefetch_related("skills")
        .order_by("number")
    )
    taken: set[int] = set()
    for index, (tag, weekday, start, end, mask) in enumerate(ROSTER):
        able = [
            person
            for person in people
            if person.pk not in taken
            and any(matches(tag, s.language) and s.to_japanese >= 2 for s in person.skills.all())
        ]
        if not able:
            continue
        person = random.choice(able[:12])
        taken.add(person.pk)
        draft = ShiftDraft(weekday, start * 60, end * 60, mask)
        add_shift(desks[index % len(desks)], person, draft, by=by, at=at)
