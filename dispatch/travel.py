"""Travel: how long between two places, estimated without asking any service.

Estimates for the suburbs of a Japanese city, in minutes, good enough to rank candidates and to keep
two assignments from touching; never shown as a promise. Whoever is quicker on foot walks. Where a
place is unknown a cautious default stands in, so a missing coordinate never makes anybody free.
Pure; a journey planner can replace `minutes` without any caller noticing.
"""

from dataclasses import dataclass
from math import asin, ceil, cos, isfinite, radians, sin, sqrt
from typing import Literal

TravelBy = Literal["transit", "car", "walk"]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the IUGG."""

DETOUR = 1.3
"""Way on the ground ÷ straight line, a usual figure for street networks."""
WALK_MINUTES_PER_KM = 12.5  # 4.8 km/h, elderly volunteers included
TRANSIT_ACCESS_MINUTES = 12.0  # to the stop, waiting, from the stop
TRANSIT_MINUTES_PER_KM = 2.6
CAR_ACCESS_MINUTES = 8.0  # getting off and parking
CAR_MINUTES_PER_KM = 2.2
LONGEST_MINUTES = 180
"""More than three hours within a register is a wrong coordinate rather than a journey."""

UNKNOWN_MINUTES = 45
SAME_AREA_MINUTES = 25
BREATHING_MINUTES = 5
"""Between any two jobs, also two video calls: finish, drink some water, read the next briefing."""

REMOTE_MODES = frozenset({"video", "phone", "translation"})


@dataclass(frozen=True)
class Point:
    """A place in degrees, WGS 84. Raises ValueError for what is not on the globe."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        if not (isfinite(self.lat) and abs(self.lat) <= 90):
            raise ValueError("lat must be -90 to 90")
        if not (isfinite(self.lon) and abs(self.lon) <= 180):
            raise ValueError("lon must be -180 to 180")


def distance_km(a: Point, b: Point) -> float:
    """Great-circle distance (haversine), as the crow flies."""
    half_lat = sin(radians(b.lat - a.lat) / 2)
    half_lon = sin(radians(b.lon - a.lon) / 2)
    chord = half_lat**2 + cos(radians(a.lat)) * cos(radians(b.lat)) * half_lon**2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))


def approx_km(a: Point, b: Point) -> float:
    """The same on a flat map (equirectangular at the mean latitude): what the database computes.

    Within 0.5 % of `distance_km` up to 100 km around Tokyo. Not for places on either side of the
    180th meridian.
    """
    east = cos(radians((a.lat + b.lat) / 2)) * radians(b.lon - a.lon)
    return EARTH_RADIUS_KM * sqrt(radians(b.lat - a.lat) ** 2 + east**2)


SQL_DISTANCE_KM = (
    f"({EARTH_RADIUS_KM} * sqrt("
    "power(radians({lat2} - {lat1}), 2)"
    " + power(cos(radians(({lat1} + {lat2}) / 2.0)) * radians({lon2} - {lon1}), 2)))"
)
"""`approx_km` as an SQL expression, to be filled with `.format(lat1=…, lon1=…, lat2=…, lon2=…)`:
column names or parameter markers such as `%(lat)s`, never values. Null if any part is null."""


def minutes(
    a: Point | None,
    b: Point | None,
    travel_by: TravelBy = "transit",
    *,
    same_area: bool = False,
) -> int:
    """Estimated minutes from ``a`` to ``b``, rounded up, at most `LONGEST_MINUTES`.

    Where either is unknown: `SAME_AREA_MINUTES` if both are known to lie in one named area,
    otherwise `UNKNOWN_MINUTES`.
    """
    if a is None or b is None:
        return SAME_AREA_MINUTES if same_area else UNKNOWN_MINUTES
    way = distance_km(a, b) * DETOUR
    estimates = {
        "walk": way * WALK_MINUTES_PER_KM,
        "transit": TRANSIT_ACCESS_MINUTES + way * TRANSIT_MINUTES_PER_KM,
        "car": CAR_ACCESS_MINUTES + way * CAR_MINUTES_PER_KM,
    }
    return min(ceil(min(estimates["walk"], estimates[travel_by])), LONGEST_MINUTES)


def is_remote(mode: str) -> bool:
    """Whether nobody has to go anywhere: video, telephone, written translation."""
    return mode in REMOTE_MODES


def buffer_minutes(
    mode: str,
    a: Point | None,
    b: Point | None,
    travel_by: TravelBy = "transit",
    *,
    other_mode: str | None = None,
    same_area: bool = False,
) -> int:
    """Minutes to keep free between a job and what stands before or after it.

    ``mode`` is the job's; ``other_mode`` that of the neighbouring job if it is one. Only two remote
    jobs (or a remote one next to none) need no travel; beside a remote job the place is where the
    volunteer takes it, usually home. `BREATHING_MINUTES` are always included.
    """
    if is_remote(mode) and (other_mode is None or is_remote(other_mode)):
        return BREATHING_MINUTES
    return minutes(a, b, travel_by, same_area=same_area) + BREATHING_MINUTES


@dataclass(frozen=True)
class Site:
    """Where a job is done; a remote one is taken at home."""

    remote: bool
    place: str = ""
    point: Point | None = None
    area: str = ""


def minutes_between_jobs(
    one: Site, other: Site, *, home: Point | None, travel_by: TravelBy = "transit"
) -> int:
    """Minutes from one job to another of the same person; 0 at one place or between remote ones."""
    if (one.remote and other.remote) or (one.place and one.place == other.place):
        return 0
    here = home if one.remote else one.point
    there = home if other.remote else other.point
    same_area = bool(one.area) and one.area == other.area
    return minutes(here, there, travel_by, same_area=same_area)
