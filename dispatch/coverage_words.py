"""The words and symbols of the coverage pages; a colour only repeats what they say."""

from __future__ import annotations

from typing import NamedTuple

from dispatch.coverage import First


class Look(NamedTuple):
    """How a way is shown: one character for tables, a name, an icon, a tone of the tokens."""

    mark: str
    name: str
    icon: str
    tone: str


LOOKS: dict[str, Look] = {
    "desk": Look("当", "当番（窓口にいる）", "building", "ok"),
    "offer": Look("打", "現地に打診", "walk", "primary"),
    "on_call": Look("待", "映像で待機中", "bell", "ok"),
    "video": Look("映", "映像を打診", "video", "info"),
    "neighbour": Look("隣", "近隣団体に打診", "link", "info"),
    "operator": Look("外", "外部通訳", "phone", "warn"),
    "device": Look("機", "翻訳機", "device", "quiet"),
    "": Look("×", "つながる先なし", "cross", "danger"),
}


def sentence(first: First) -> str:
    """What would happen first, as a coordinator would say it."""
    count = first.count
    said = {
        "desk": f"窓口にいる{count}人がすぐ対応できます",
        "offer": f"{count}人に、現地での通訳を打診できます",
        "on_call": f"待機中の{count}人と、映像でつながります",
        "video": f"{count}人に、映像での通訳を打診できます",
        "neighbour": f"近隣団体の{count}人に、映像での通訳を打診できます",
        "operator": f"外部通訳（{count}社）に電話します",
        "device": "翻訳機で対応し、後日の通訳を予約します",
    }
    return said.get(first.channel, "つながる先がありません")


def warning(first: First) -> str:
    """What is missing, or nothing."""
    if first.dead_end:
        return "行き止まり：使える段階がありません"
    if not first.safe:
        return "返事がないと行き止まりになります"
    return ""
