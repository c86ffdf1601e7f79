"""Charts as inline SVG: stacked columns by month, stacked bars by name. Pure: amounts in, text out.

Sizes across are percentages and letters keep their size, so that one picture fits a phone and a
desk. Series differ by pattern as well as by colour (classes, see figures.css); title and
description say every value to a screen reader. No style attributes, no script.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import east_asian_width

from django.utils.safestring import SafeString

from honoraria.figures.scale import Scale, man

PLOT = 200  # px from the highest tick of columns to the lowest
TOP, BOTTOM = 26, 30  # px above and below it
LEFT = 13.0  # percent for the words of the axis
ROW, WORDS, THICK = 46, 22, 14  # px of a bar with its words, of the words, of the bar alone
LONGEST = 24  # half-width letters of a name beside its amount, on a phone
LONGEST_WIDE = 64  # and on a desk
HEIGHT_OF_TILE = 6
PATTERNS = {
    "lines": ("M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2",),
    "dots": ("M1.5,1.5 h1.5 v1.5 h-1.5 z", "M4.5,4.5 h1.5 v1.5 h-1.5 z"),
    "bars": ("M0,1.5 h6", "M0,4.5 h6"),
    "cross": ("M0,0 l6,6", "M6,0 l-6,6"),
}
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of amount. ``code`` names its class; ``pattern`` is empty for a solid area."""

    code: str
    words: str
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One column or bar: an amount in yen for each series; ``short`` stands on the picture."""

    label: str
    parts: tuple[int, ...]
    short: str = ""

    @property
    def total(self) -> int:
        """All parts together."""
        return sum(self.parts)

    @property
    def lowest(self) -> int:
        """Where the parts below zero end."""
        return sum(part for part in self.parts if part < 0)

    @property
    def highest(self) -> int:
        """Where the parts above zero end."""
        return sum(part for part in self.parts if part > 0)


@dataclass(frozen=True, slots=True)
class Chart:
    """What a picture shows; ``name`` is its id on the page."""

    name: str
    title: str
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]

    @property
    def scale(self) -> Scale:
        """The axis that holds every bar."""
        lowest = min((bar.lowest for bar in self.bars), default=0)
        return Scale.over(lowest, max((bar.highest for bar in self.bars), default=0))

    @property
    def description(self) -> str:
        """Every value in words."""
        return " ".join(self.words_of(bar) for bar in self.bars)

    def words_of(self, bar: Bar) -> str:
        """``4月 3,460円（支払済み 3,000円、承認待ち 460円）。``"""
        there = zip(self.series, bar.parts, strict=True)
        parts = "、".join(f"{one.words} {yen:,}円" for one, yen in there if yen)
        inside = f"（{parts}）" if len(self.series) > 1 and parts else ""
        return f"{bar.label} {bar.total:,}円{inside}。"


def columns(chart: Chart) -> SafeString:
    """Upright columns side by side, stacked by series; for months."""
    scale = chart.scale
    svg = _picture(chart, TOP + PLOT + BOTTOM)
    _add(svg, "text", "単位：万円（横は月）", x="0", y="12", class_="figure__unit")
    for tick in scale.ticks:
        y = _number(_height(scale, tick))
        kind = "figure__zero" if tick == 0 else "figure__grid"
        _add(svg, "line", x1=_percent(LEFT), x2="100%", y1=y, y2=y, class_=kind)
        text = {"x": _percent(LEFT - 1.5), "y": y, "dy": "4", "text-anchor": "end"}
        _add(svg, "text", man(tick), class_="figure__tick", **text)
    width = (100 - LEFT) / max(len(chart.bars), 1)
    for place, bar in enumerate(chart.bars):
        left = LEFT + place * width
        for series, start, end in _stacked(chart, bar):
            top, bottom = _height(scale, end), _height(scale, start)
            box = {
                "x": _percent(left + width * 0.16),
                "width": _percent(width * 0.68),
                "y": _number(top),
                "height": _number(bottom - top),
            }
            _area(svg, chart, bar, series, box)
        middle = {"x": _percent(left + width / 2), "text-anchor": "middle"}
        y = str(TOP + PLOT + 20)
        _add(svg, "text", bar.short or bar.label, y=y, class_="figure__label", **middle)
    return _written(svg)


def rows(chart: Chart) -> SafeString:
    """Lying bars one below the other, each under its name and amount; for names."""
    scale, end_of_rows = chart.scale, ROW * len(chart.bars) + 4
    svg = _picture(chart, end_of_rows + 42)
    for place, tick in enumerate(scale.ticks):
        x = _percent(100 * scale.share(tick))
        kind = "figure__zero" if tick == 0 else "figure__grid"
        for row in range(len(chart.bars)):  # beside the bars only: a line through words cuts them
            below = str(end_of_rows if row == len(chart.bars) - 1 else ROW * (row + 1))
            _add(svg, "line", x1=x, x2=x, y1=str(ROW * row + WORDS), y2=below, class_=kind)
        anchor = {0: "start", len(scale.ticks) - 1: "end"}.get(place, "middle")
        text = {"x": x, "y": str(end_of_rows + 16), "text-anchor": anchor}
        _add(svg, "text", man(tick), class_="figure__tick", **text)
    end = {"x": "100%", "y": str(end_of_rows + 36), "text-anchor": "end"}
    _add(svg, "text", "単位：万円", class_="figure__unit", **end)
    for place, bar in enumerate(chart.bars):
        top = place * ROW
        _name(svg, bar.short or bar.label, str(top + 17))
        text = {"x": "100%", "y": str(top + 17), "text-anchor": "end"}
        _add(svg, "text", f"{bar.total:,}円", class_="figure__value", **text)
        for series, left, right in _stacked(chart, bar):
            box = {
                "x": _percent(100 * scale.share(left)),
                "width": _percent(100 * (scale.share(right) - scale.share(left))),
                "y": str(top + 24),
                "height": str(THICK),
            }
            _area(svg, chart, bar, series, box)
    return _written(svg)


def swatch(chart: Chart, series: Series) -> SafeString:
    """A small field that shows how a series is drawn, for the key beside its words."""
    svg = ET.Element("svg", {"class": "figure__swatch", "aria-hidden": "true"})
    kind = f"figure__area figure__area--{series.code}"
    _add(
        svg, "rect", x="0", y="0", width="100%", height="100%", class_=kind, **_fill(chart, series)
    )
    return _written(svg)


def _name(svg: ET.Element, name: str, y: str) -> None:
    """A name above its bar; a long one twice, and the stylesheet shows the one that fits."""
    short, long = shortened(name), shortened(name, LONGEST_WIDE)
    if short == long:
        _add(svg, "text", name, x="0", y=y, class_="figure__label")
        return
    for words, kind in ((short, "short"), (long, "long")):
        _add(svg, "text", words, x="0", y=y, class_=f"figure__label figure__label--{kind}")


def shortened(name: str, longest: int = LONGEST) -> str:
    """A name that fits beside an amount; letters of full width count twice."""
    wide = 0
    for place, letter in enumerate(name):
        wide += 2 if east_asian_width(letter) in "FWA" else 1
        if wide > longest:
            return f"{name[: place - 1]}…"
    return name


def _picture(chart: Chart, height: int) -> ET.Element:
    ids = f"{chart.name}-title {chart.name}-values"
    found = {"class": "figure__svg", "role": "img", "aria-labelledby": ids, "height": str(height)}
    svg = ET.Element("svg", {"width": "100%", **found})
    _add(svg, "title", chart.title, id=f"{chart.name}-title")
    _add(svg, "desc", chart.description, id=f"{chart.name}-values")
    defs = _add(svg, "defs")
    size = str(HEIGHT_OF_TILE)
    for series in chart.series:
        if not series.pattern:
            continue
        tile = {"id": _pattern(chart, series), "patternUnits": "userSpaceOnUse"}
        pattern = _add(defs, "pattern", width=size, height=size, **tile)
        ground = f"figure__ground--{series.code}"
        _add(pattern, "rect", width=size, height=size, class_=ground)
        for path in PATTERNS[series.pattern]:
            _add(pattern, "path", d=path, class_=f"figure__ink--{series.code}")
    return svg


def _stacked(chart: Chart, bar: Bar) -> Iterator[tuple[Series, int, int]]:
    """Each series with its lower and upper end in yen; what is negative goes down from zero."""
    up = down = 0
    for series, yen in zip(chart.series, bar.parts, strict=True):
        if yen > 0:
            yield series, up, up + yen
            up += yen
        elif yen < 0:
            yield series, down + yen, down
            down += yen


def _area(svg: ET.Element, chart: Chart, bar: Bar, series: Series, box: dict[str, str]) -> None:
    kind = f"figure__area figure__area--{series.code}"
    area = _add(svg, "rect", class_=kind, **box, **_fill(chart, series))
    yen = bar.parts[chart.series.index(series)]
    _add(area, "title", f"{bar.label} {series.words} {yen:,}円")


def _fill(chart: Chart, series: Series) -> dict[str, str]:
    return {"fill": f"url(#{_pattern(chart, series)})"} if series.pattern else {}


def _pattern(chart: Chart, series: Series) -> str:
    return f"{chart.name}-{series.code}"


def _height(scale: Scale, yen: int) -> float:
    return TOP + PLOT * (1 - scale.share(yen))


def _percent(number: float) -> str:
    return f"{_number(number)}%"


def _number(number: float) -> str:
    return f"{number:.3f}".rstrip("0").rstrip(".")


def _add(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    """A child; ``class_`` is the class. Letters that XML cannot hold are left out."""
    given = {name.rstrip("_"): UNWRITABLE.sub("", value) for name, value in attributes.items()}
    child = ET.SubElement(parent, tag, given)
    if text:
        child.text = UNWRITABLE.sub("", text)
    return child


def _written(svg: ET.Element) -> SafeString:
    # written by a serializer, which escapes every text and attribute
    return SafeString(ET.tostring(svg, encoding="unicode"))  # nosec B308 B703
