"""Short codes of offers: unlike every other open one of the same telephone, also in a race."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Thread

import pytest
from django.db import connection, transaction

from accounts.models import Organization
from dispatch.models import Offer
from dispatch.offer_codes import all_codes, codes_for
from tests.factories import OfferFactory, OrganizationFactory, RequestFactory, VolunteerFactory
from volunteers.models import Volunteer


@pytest.mark.django_db
def test_codes_go_on_from_one_letter_to_two_without_those_that_look_like_digits() -> None:
    codes = list(all_codes())
    assert codes[:3] == ["A", "B", "C"]
    assert codes[codes.index("Z") + 1 :][:2] == ["AA", "AB"]
    assert not {"I", "L", "O", "NO", "OK"} & set(codes)
    assert len(codes) == len(set(codes)) > 500


@pytest.mark.django_db
def test_a_code_rests_for_two_days_after_its_offer_closed(hana: Volunteer, now: datetime) -> None:
    closed = OfferFactory(
        volunteer=hana, state="declined", code="A", answered_at=now,
        created_at=now - timedelta(days=9), expires_at=now - timedelta(days=8),
    )  # fmt: skip
    OfferFactory(volunteer=hana, code="B")
    assert codes_for([hana], at=now + timedelta(hours=47)) == {hana.pk: "C"}
    later = now + timedelta(hours=49)
    assert codes_for([hana], at=later) == {hana.pk: "A"}
    assert closed.code == "A"


@pytest.mark.django_db
def test_people_with_one_telephone_never_share_a_code(now: datetime, city: Organization) -> None:
    family = [VolunteerFactory(organization=city, mobile="+819012345678") for _ in range(3)]
    abroad = VolunteerFactory(organization=OrganizationFactory(), mobile="+819012345678")
    OfferFactory(volunteer=abroad, code="B")
    other = VolunteerFactory(organization=city)
    codes = codes_for([*family, other], at=now)
    assert sorted(codes[one.pk] for one in family) == ["A", "C", "D"]
    assert codes[other.pk] == "A"


@pytest.mark.django_db
def test_however_many_are_asked_it_takes_three_statements(
    city: Organization, now: datetime, django_assert_max_num_queries: object
) -> None:
    people = [VolunteerFactory(organization=city) for _ in range(12)]
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        codes_for(people, at=now)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_two_offers_made_at_the_same_moment_get_different_codes(
    now: datetime, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the lock both get A."""
    if not guarded:
        monkeypatch.setattr("dispatch.offer_codes._lock", lambda chosen, people: set(chosen))
    person = VolunteerFactory()
    first, second = (RequestFactory(organization=person.organization) for _ in range(2))

    def ask_at_the_same_time() -> None:
        with transaction.atomic():
            code = codes_for([person], at=now)[person.pk]
            OfferFactory(request=second, volunteer=person, code=code)
        connection.close()

    with transaction.atomic():
        code = codes_for([person], at=now)[person.pk]
        OfferFactory(request=first, volunteer=person, code=code)
        other = Thread(target=ask_at_the_same_time)
        other.start()
        other.join(20)
        assert not other.is_alive(), "nobody waits for a code"
    codes = sorted(Offer.objects.filter(volunteer=person).values_list("code", flat=True))
    assert codes == (["A", "B"] if guarded else ["A", "A"])
