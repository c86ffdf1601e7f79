"""Travel estimates: plausible, never a surprise, and the same in the database."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from dispatch.travel import (
    BREATHING_MINUTES,
    LONGEST_MINUTES,
    SAME_AREA_MINUTES,
    SQL_DISTANCE_KM,
    UNKNOWN_MINUTES,
    Point,
    approx_km,
    buffer_minutes,
    distance_km,
    minutes,
)

HACHIOJI = Point(35.65556, 139.33889)
TAKAO = Point(35.64222, 139.28222)
TACHIKAWA = Point(35.69806, 139.41389)
TOKYO_STATION = Point(35.68124, 139.76712)
OSAKA_STATION = Point(34.70249, 135.49596)

anywhere = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
around_tokyo = st.builds(Point, st.floats(34.8, 36.5), st.floats(138.7, 140.8))
ways = st.sampled_from(["transit", "car", "walk"])


def near(a: float, b: float) -> bool:
    return a == pytest.approx(b, rel=1e-9, abs=1e-9)


# ---- distance


def test_known_distances_come_out() -> None:
    assert distance_km(HACHIOJI, TOKYO_STATION) == pytest.approx(38.8, abs=0.2)
    assert distance_km(TOKYO_STATION, OSAKA_STATION) == pytest.approx(403, abs=2)
    assert distance_km(Point(0, 0), Point(0, 180)) == pytest.approx(20015, abs=1)


@given(anywhere, anywhere)
def test_distance_is_the_same_both_ways(a: Point, b: Point) -> None:
    assert near(distance_km(a, b), distance_km(b, a))
    assert distance_km(a, a) == 0
    assert 0 <= distance_km(a, b) <= 20016


@given(around_tokyo, around_tokyo)
def test_the_flat_map_is_within_half_a_percent_up_to_100_km(a: Point, b: Point) -> None:
    exact = distance_km(a, b)
    if exact <= 100:
        assert abs(approx_km(a, b) - exact) <= 0.005 * exact + 1e-6


@pytest.mark.parametrize(
    ("lat", "lon"), [(91, 0), (-91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))]
)
def test_a_point_off_the_globe_is_refused(lat: float, lon: float) -> None:
    with pytest.raises(ValueError, match="must be"):
        Point(lat, lon)


# ---- minutes


@pytest.mark.parametrize(
    ("to", "by", "low", "high"),
    [
        (TAKAO, "transit", 25, 35),  # 7 minutes by train, and the way to both stations
        (TACHIKAWA, "transit", 35, 45),
        (TOKYO_STATION, "transit", 120, 160),
        (TAKAO, "car", 18, 25),
        (TAKAO, "walk", 75, 100),
    ],
)
def test_estimates_from_hachioji_are_plausible(to: Point, by, low: int, high: int) -> None:
    assert low <= minutes(HACHIOJI, to, by) <= high


def test_a_short_way_is_walked_whatever_one_owns() -> None:
    across_the_square = Point(HACHIOJI.lat + 0.002, HACHIOJI.lon)
    assert minutes(HACHIOJI, across_the_square, "transit") == 4
    assert minutes(HACHIOJI, across_the_square, "car") == 4
    assert minutes(HACHIOJI, HACHIOJI) == 0


def test_a_wrong_coordinate_does_not_block_a_day() -> None:
    assert minutes(HACHIOJI, Point(-35, -70), "walk") == LONGEST_MINUTES


@pytest.mark.parametrize(("a", "b"), [(None, HACHIOJI), (HACHIOJI, None), (None, None)])
def test_an_unknown_place_counts_as_a_cautious_default(a, b) -> None:
    assert minutes(a, b) == UNKNOWN_MINUTES
    assert minutes(a, b, same_area=True) == SAME_AREA_MINUTES


@given(around_tokyo, around_tokyo, ways)
def test_minutes_are_whole_bounded_and_the_same_both_ways(a: Point, b: Point, by) -> None:
    there, back = minutes(a, b, by), minutes(b, a, by)
    assert isinstance(there, int)
    assert abs(there - back) <= 1  # the last bit of a float may fall on either side of a minute
    assert 0 <= there <= LONGEST_MINUTES
    assert there <= minutes(a, b, "walk")


@given(st.floats(0, 1), st.floats(0, 1), ways)
def test_farther_never_takes_less(one: float, other: float, by) -> None:
    close, far = sorted((one, other))
    start = Point(35.5, 139.5)
    assert minutes(start, Point(35.5 + close, 139.5), by) <= minutes(
        start, Point(35.5 + far, 139.5), by
    )


# ---- buffers


@pytest.mark.parametrize("mode", ["video", "phone", "translation"])
def test_remote_jobs_need_a_breath_and_no_travel(mode: str) -> None:
    assert buffer_minutes(mode, HACHIOJI, TOKYO_STATION) == BREATHING_MINUTES
    assert buffer_minutes(mode, None, None, other_mode="video") == BREATHING_MINUTES


@pytest.mark.parametrize("mode", ["onsite", "accompany"])
def test_jobs_in_a_place_need_the_way_there_too(mode: str) -> None:
    way = minutes(HACHIOJI, TAKAO, "car")
    assert buffer_minutes(mode, HACHIOJI, TAKAO, "car") == way + BREATHING_MINUTES
    assert buffer_minutes(mode, None, TAKAO) == UNKNOWN_MINUTES + BREATHING_MINUTES
    assert buffer_minutes(mode, HACHIOJI, HACHIOJI) == BREATHING_MINUTES


def test_between_a_call_and_a_place_somebody_travels() -> None:
    way = minutes(HACHIOJI, TAKAO) + BREATHING_MINUTES
    assert buffer_minutes("video", HACHIOJI, TAKAO, other_mode="onsite") == way
    assert buffer_minutes("onsite", HACHIOJI, TAKAO, other_mode="video") == way


# ---- the database


@pytest.mark.django_db
@pytest.mark.parametrize("other", [HACHIOJI, TAKAO, TACHIKAWA, TOKYO_STATION, OSAKA_STATION])
def test_the_database_computes_the_same_distance(other: Point) -> None:
    expression = SQL_DISTANCE_KM.format(
        lat1="home.lat", lon1="home.lon", lat2="%(lat)s", lon2="%(lon)s"
    )
    values = {"a": HACHIOJI.lat, "b": HACHIOJI.lon, "lat": other.lat, "lon": other.lon}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {expression} FROM (SELECT %(a)s::float8 AS lat, %(b)s::float8 AS lon) home",
            values,
        )
        (found,) = cursor.fetchone()
    assert near(found, approx_km(HACHIOJI, other))


@pytest.mark.django_db
def test_an_unknown_home_has_no_distance_in_the_database() -> None:
    expression = SQL_DISTANCE_KM.format(lat1="NULL::float8", lon1="139", lat2="35", lon2="139")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression}")
        assert cursor.fetchone() == (None,)
