"""The one statement over a month says what each of the lists behind it says."""

from __future__ import annotations

import random
import statistics
from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honoraria.actions import approve, correct
from honoraria.closing import points
from honoraria.closing.counting import counted
from honoraria.models import Honorarium
from honoraria.months import Wanted, entries, totals
from tests import factories
from tests.honoraria.closing.months_of import NOVEMBER, entry_on

AT = factories.NOW


@pytest.mark.parametrize("seed", [1, 2])
def test_counts_are_those_of_the_lists(city, hana, accountant, coordinator, seed):
    chance = random.Random(seed)
    city.policy["single_handed"] = True
    city.save()
    version = factories.TariffVersionFactory(tariff__organization=city)
    made = []
    for number in range(24):
        entry = entry_on(
            hana, date(2026, 11, number + 1), state="draft", tariff_version=version,
            fee=30000 if number % 11 == 5 else 3000, transport=500 * (number % 3),
            total=(30000 if number % 11 == 5 else 3000) + 500 * (number % 3),
        )  # fmt: skip
        report = entry.report
        report.transport = chance.choice(["taxi", "train_bus"])
        report.transport_yen = chance.choice([0, 500, 1000])
        report.confirmed_by = chance.choice([accountant, coordinator])
        report.save()
        made.append(entry)
    for entry in made[:12]:
        entry = Honorarium.objects.get(pk=entry.pk)
        approve(entry, by=accountant, at=AT)
        if chance.random() < 0.5:
            correct(entry, "誤り", by=accountant, at=AT)
    found = counted(city, NOVEMBER)
    month = entries(city, Wanted(month=NOVEMBER))
    assert found.totals == totals(month)
    assert found.totals.drafts == found.drafts + found.reversals
    expected = {code: points.select(month, code, city).count() for code in points.ONLY}
    assert found.doubts == expected
    assert all(expected.values()), expected


@given(st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_the_middle_of_counted_values_is_the_median(values):
    assert points._median(Counter(values)) == statistics.median(values)
