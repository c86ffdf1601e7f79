"""What the year will have cost: the rule on paper, and how it stands to the budget in words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from honoraria.figures.forecast import Forecast, compare, forecast, percent

NOTHING = [0] * 12
YEAR = st.lists(st.integers(0, 10**8), min_size=12, max_size=12)


def test_without_last_year_every_month_counts_the_same():
    found = forecast([100_000, 200_000, 30_000, *[0] * 9], NOTHING, 2)
    assert found.yen == 1_800_000
    assert found.steps == "終わった月（4月〜5月）の費用 300,000円 × 12か月 ÷ 2か月 ＝ 1,800,000円"


def test_with_last_year_the_months_weigh_as_they_did_then():
    before = [100_000, 100_000, *[50_000] * 10]  # 700,000, of which 200,000 in two months
    found = forecast([150_000, 150_000, *[0] * 10], before, 2)
    assert found.yen == 1_050_000
    assert "前年度の1年分 700,000円 ÷ 前年度の同じ月の分 200,000円" in found.steps


def test_a_last_year_that_began_late_is_not_a_measure():
    before = [0, 0, 0, *[50_000] * 9]
    assert forecast([10_000] * 4 + [0] * 8, before, 4).yen == 120_000


def test_a_year_that_was_all_taken_back_is_not_a_measure():
    before = [50_000, -50_000, *[0] * 10]
    assert forecast([10_000] * 2 + [0] * 10, before, 2).yen == 120_000


def test_half_a_yen_is_rounded_up():
    assert forecast([1, 0, *[0] * 10], [2, 0, 1, *[0] * 9], 1).yen == 2  # 1 × 3 ÷ 2


def test_before_a_month_is_over_nothing_is_said():
    found = forecast([5_000, *[0] * 11], [1_000] * 12, 0)
    assert (found.yen, found.spent) == (None, 5_000)
    assert "まだ終わった月がない" in found.steps


def test_a_year_that_is_over_is_what_it_was():
    assert forecast(list(range(12)), [1] * 12, 12).yen == 66


def test_what_is_booked_already_is_the_least():
    found = forecast([0, 90_000, *[0] * 10], NOTHING, 1)
    assert found.yen == 90_000
    assert found.steps.endswith("すでに計上した額より小さいため 90,000円")


@given(this=YEAR, before=YEAR, over=st.integers(1, 12))
def test_it_is_never_below_what_was_spent_and_exact_to_half_a_yen(this, before, over):
    found = forecast(this, before, over)
    assert found.yen >= sum(this) == found.spent
    if over < 12 and before[0] and found.yen > found.spent:
        assert abs(2 * found.yen * sum(before[:over]) - 2 * sum(this[:over]) * sum(before)) <= sum(
            before[:over]
        )


def test_a_year_like_the_last_costs_as_much():
    before = [n * 1_000 for n in range(1, 13)]
    for over in range(1, 12):
        assert forecast(before[:over] + [0] * (12 - over), before, over).yen == sum(before)


def words(yen: int | None, spent: int, budget: int, over: int = 6) -> tuple[str, str]:
    found = compare(Forecast(yen, spent, over, "まだ"), budget)
    return found.words, found.tone


def test_the_budget_is_compared_in_words():
    assert words(900, 500, 1000) == ("予算を100円下回る見込みです。", "ok")
    assert words(1100, 500, 1000) == ("予算を100円超える見込みです。", "warn")
    assert words(1100, 1001, 1000) == ("予算を100円超える見込みです。", "danger")
    assert words(1000, 500, 1000) == ("予算と同じ額になる見込みです。", "ok")
    assert words(None, 0, 1000) == ("まだ", "info")
    assert words(900, 900, 1000, 12) == ("予算を100円下回りました。", "ok")
    assert words(1200, 1200, 1000, 12) == ("予算を200円超えました。", "danger")


def test_what_is_left_is_said():
    spent = compare(Forecast(900, 250, 3, ""), 1000).spent_words
    assert spent == "これまでに予算の25.0%を使い、残りは750円です。"
    over = compare(Forecast(1500, 1200, 3, ""), 1000).spent_words
    assert over == "これまでの費用が、すでに予算を200円超えています。"


def test_percents_never_reach_a_hundred_too_early():
    assert [percent(*pair) for pair in [(9_999, 10_000), (1, 3), (0, 5), (5, 0), (-1, 3)]] == [
        "99.9%", "33.3%", "0.0%", "—", "-33.3%",
    ]  # fmt: skip
