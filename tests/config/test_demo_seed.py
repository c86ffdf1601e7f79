"""The demo at its full size: how long it takes, and that its figures are believable."""

from __future__ import annotations

import time

import pytest
from django.db.models import Count

from accounts.models import Organization
from config.demo import cast
from config.demo.seed import seed
from dispatch.models import Request
from tests.demo.invariants import violations
from tests.factories import NOW
from volunteers.models import LanguageSkill


@pytest.mark.timeout(300)
@pytest.mark.django_db
def test_the_whole_world_is_made_in_under_a_minute() -> None:
    begin = time.process_time()
    seed(NOW)
    took = time.process_time() - begin
    city = Organization.objects.get(slug=cast.CITY)
    assert violations(city, NOW) == []
    assert city.volunteers.count() == 371
    skills = LanguageSkill.objects.filter(volunteer__organization=city)
    languages = skills.values("language").annotate(count=Count("volunteer"))
    assert len(languages) == 21
    assert Request.objects.of(city).count() >= 170
    met = Request.objects.of(city).filter(status="finished").count()
    assert met > 0.75 * Request.objects.of(city).filter(ends_at__lt=NOW).count()
    assert took < 60, "seconds of computing; on a quiet machine the clock says about the same"
