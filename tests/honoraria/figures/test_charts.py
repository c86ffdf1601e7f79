"""Charts: well-formed, named for a screen reader, true to their amounts, without style attributes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honoraria.figures.charts import Bar, Chart, Series, columns, rows, shortened, swatch
from honoraria.figures.scale import Scale, man

SERIES = (Series("paid", "支払済み"), Series("draft", "承認待ち", "bars"))
YEN = st.integers(-10_000_000, 100_000_000)
BARS = st.lists(st.builds(Bar, st.text(max_size=40), st.tuples(YEN, YEN)), max_size=14)


def chart(*bars: Bar) -> Chart:
    return Chart("by-desk", "窓口別の費用", SERIES, bars)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)


def percent(area: ET.Element, name: str) -> float:
    return float(area.attrib[name].removesuffix("%"))


def areas(svg: ET.Element) -> list[ET.Element]:
    return [one for one in svg.iter("rect") if "figure__area" in one.get("class", "")]


@pytest.mark.parametrize("draw", [columns, rows])
@given(bars=BARS)
def test_it_is_well_formed_and_says_every_value(draw, bars):
    found = chart(*bars)
    svg = parsed(draw(found))
    assert svg.get("role") == "img"
    title, values = svg.find("title"), svg.find("desc")
    assert svg.get("aria-labelledby") == f"{title.get('id')} {values.get('id')}"
    assert title.text == "窓口別の費用"
    for bar in bars:
        assert f"{bar.total:,}円" in values.text
        for part in bar.parts:
            assert not part or f"{part:,}円" in values.text
    assert not [one for one in svg.iter() if "style" in one.attrib or "onclick" in one.attrib]


@pytest.mark.parametrize("draw", [columns, rows])
@given(bars=BARS)
def test_nothing_is_drawn_outside_the_picture(draw, bars):
    svg = parsed(draw(chart(*bars)))
    for area in areas(svg):
        left, width = percent(area, "x"), percent(area, "width")
        top, height = float(area.get("y")), float(area.get("height"))
        assert left >= 0
        assert width >= 0
        assert left + width <= 100.01
        assert top >= 0
        assert height >= 0
        assert top + height <= float(svg.get("height")) + 0.01


def test_bars_are_as_long_as_their_amounts():
    svg = parsed(rows(chart(Bar("東", (30_000, 10_000)), Bar("西", (20_000, 0)))))
    long, end, short = areas(svg)
    assert percent(long, "width") == 75
    assert percent(end, "x") == 75
    assert percent(end, "width") == 25
    assert percent(short, "width") == 50
    assert [one.find("title").text for one in (long, end)] == [
        "東 支払済み 30,000円",
        "東 承認待ち 10,000円",
    ]


def test_no_line_of_the_scale_runs_through_the_words_of_a_bar():
    svg = parsed(rows(chart(Bar("東", (30_000, 0)), Bar("西", (20_000, 0)), Bar("南", (1, 0)))))
    words = [float(one.get("y")) for one in svg.iter("text") if "label" in one.get("class")]
    lines = [(float(one.get("y1")), float(one.get("y2"))) for one in svg.iter("line")]
    assert len(words) == 3
    assert len(lines) % 3 == 0
    for line in words:
        assert not [one for one in lines if one[0] < line < one[1]]
    for area in areas(svg):
        top = float(area.get("y"))
        assert [one for one in lines if one[0] <= top and one[1] >= top + 14]


def test_columns_are_as_high_as_their_amounts():
    low, high = areas(parsed(columns(chart(Bar("4月", (10_000, 0)), Bar("5月", (40_000, 0))))))
    assert float(high.get("height")) == 4 * float(low.get("height")) == 200


def test_what_is_negative_goes_the_other_way_from_zero():
    svg = parsed(rows(chart(Bar("東", (30_000, 0)), Bar("西", (-10_000, 0)))))
    up, down = areas(svg)
    assert percent(down, "x") + percent(down, "width") == pytest.approx(percent(up, "x"))
    assert "−1" in [one.text for one in svg.iter("text")]


def test_series_differ_without_their_colour():
    svg = parsed(rows(chart(Bar("東", (1000, 1000)))))
    solid, striped = areas(svg)
    assert solid.get("fill") is None
    (pattern,) = svg.iter("pattern")
    assert striped.get("fill") == f"url(#{pattern.get('id')})"
    assert parsed(swatch(chart(), SERIES[1])).find("rect").get("fill") == striped.get("fill")


def test_names_are_text_and_never_markup():
    svg = parsed(rows(chart(Bar('<script>"&\x00\x0b', (1000, 0)))))
    assert not list(svg.iter("script"))
    assert '<script>"&' in svg.find("desc").text


def test_long_names_leave_room_for_the_amount_and_stay_whole_for_a_reader():
    name = "多文化共生センター外国人総合相談窓口"
    assert shortened(name) == "多文化共生センター外国…"
    assert shortened("窓口") == "窓口"
    assert name in parsed(rows(chart(Bar(name, (1, 0))))).find("desc").text


@given(st.integers(-(10**9), 10**11), st.integers(-(10**9), 10**11))
def test_the_axis_holds_everything_in_a_few_round_steps(one, other):
    low, high = sorted((one, other))
    scale = Scale.over(low, high)
    assert scale.low <= min(low, 0)
    assert scale.high >= max(high, 0)
    assert 0 in scale.ticks
    assert 2 <= len(scale.ticks) <= 7
    assert str(scale.step).rstrip("0") in {"1", "2", "5"}


def test_the_axis_counts_in_ten_thousands():
    assert [man(yen) for yen in (0, 5_000, 12_500_000, -20_000, 1)] == [
        "0", "0.5", "1,250", "−2", "0.0001",
    ]  # fmt: skip
