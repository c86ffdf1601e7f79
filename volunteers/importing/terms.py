"""Reads the small vocabularies of a register: fields, areas, gender, names, numbers, remarks.

Codes of fields are those of the register. Remarks are kept word for word by the caller; this
module only points out what in them changes how a person may be asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from volunteers.importing.problems import Parsed, Problem, Severity
from volunteers.importing.text import is_nothing, one_line, pieces, plain, tight
from volunteers.importing.workbook import CellValue

FIELD_WORDS: dict[str, str] = {
    word: code
    for code, words in {
        "medical": "医療 病院 診療 保健 健診 医療通訳 福祉・医療 medical hospital health",
        "school": "学校 教育 学習 進学 school education 学校教育 学校・教育",
        "administrative": "行政 役所 市役所 行政手続き 行政手続 窓口 手続き 税 administrative government",
        "legal": "法律 司法 警察 裁判 入管 在留資格 弁護士 legal law",
        "employment": "就労 労働 仕事 雇用 ハローワーク 就職 employment work labor labour",
        "childcare": "子育て 保育 育児 保育園 幼稚園 母子保健 母子 childcare children",
        "disaster": "災害 防災 災害時 災害支援 disaster emergency",
        "housing": "住宅 住居 住まい 不動産 housing",
        "other": "その他 other 交流 国際交流 イベント",
    }.items()
    for word in words.split()
}
_TRANSLATION = frozenset(["翻訳", "文書翻訳", "翻訳のみ", "translation"])
_ALL_FIELDS = frozenset(["全般", "すべて", "全て", "全分野", "何でも", "なんでも", "all", "any"])
_DOT = re.compile(r"[・、,;/\n]+")
_REACH = re.compile(
    r"(?:自宅|家)?(?:から|より)?(?:車で|電車で|徒歩で?|バスで)?(?:約|片道)?(?:(\d{1,2})時間(?:(半)|(\d{1,2})分)?|(\d{1,3})分)(?:以内|程度|圏内|まで|くらい|ぐらい)?(?:の範囲)?"
)
_CAR = re.compile(r"車(?:で)?(?:の移動)?(?:も)?(?:可能?|ok|あり)|自家用車", re.IGNORECASE)
_BRACKETS = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Fields:
    """Field codes in the order written, and whether written translation was named too."""

    codes: tuple[str, ...] = ()
    translation: bool = False


@dataclass(frozen=True, slots=True)
class Areas:
    """Names of areas, minutes somebody travels from home (one way), and travelling by car."""

    names: tuple[str, ...] = ()
    reach_minutes: int | None = None
    by_car: bool = False


@dataclass(frozen=True, slots=True)
class Remark:
    """What a remark says beyond its words, which the caller keeps."""

    paused: bool = False
    women_only: bool = False
    men_only: bool = False
    prefers_fax: bool = False
    no_smartphone: bool = False
    by_car: bool = False


def parse_fields(value: CellValue) -> Parsed[Fields]:
    """Read 医療・学校・翻訳 as codes. Unknown words come back as `rest`."""
    original = "" if value is None else str(value)
    if is_nothing(original):
        return Parsed(Fields())
    codes: list[str] = []
    unknown: list[str] = []
    translation = False
    for word in filter(None, (part.strip() for part in _split_fields(plain(original)))):
        key = tight(word).removesuffix("通訳").removesuffix("関係").removesuffix("分野") or tight(
            word
        )
        if key in _TRANSLATION:
            translation = True
        elif key in _ALL_FIELDS:
            codes += [code for code in dict.fromkeys(FIELD_WORDS.values()) if code != "other"]
        elif code := FIELD_WORDS.get(key) or FIELD_WORDS.get(tight(word)):
            codes.append(code)
        else:
            unknown.append(word)
    problems = tuple(
        Problem("field_unknown", f"「{word}」がどの分野か分かりません。", original)
        for word in unknown
    )
    found = Fields(tuple(dict.fromkeys(codes)), translation)
    return Parsed(found, problems, "、".join(unknown))


def _split_fields(text: str) -> list[str]:
    if tight(text) in FIELD_WORDS:
        return [text]
    parts = _DOT.split(text)
    if any(" " in part and tight(part) not in FIELD_WORDS for part in parts):
        parts = [word for part in parts for word in part.split()]
    return parts


def parse_areas(value: CellValue) -> Parsed[Areas]:
    """Read 八王子市・日野市, 自宅から30分以内, 市内（車可）. Any other text is an area's name."""
    original = "" if value is None else str(value)
    if is_nothing(original):
        return Parsed(Areas())
    text = plain(original)
    by_car = bool(_CAR.search(text))
    for bracket in _BRACKETS.findall(text):
        if _CAR.fullmatch(bracket.strip()):
            text = text.replace(f"({bracket})", "")
    names: list[str] = []
    reach: int | None = None
    for part in (piece.strip() for piece in _DOT.split(text)):
        if reach is None and (match := _REACH.fullmatch(tight(part))):
            reach = _minutes(match)
        elif part and not _CAR.fullmatch(tight(part)):
            names.append(part)
    areas = Areas(tuple(dict.fromkeys(names)), reach, by_car)
    if any(len(name) > 60 for name in names):
        problem = Problem("area_long", "地域の名前としては長すぎます。", original)
        return Parsed(Areas((), reach, by_car), (problem,), original)
    return Parsed(areas)


def _minutes(match: re.Match[str]) -> int:
    hours, half, minutes, only_minutes = match.groups()
    if only_minutes:
        return int(only_minutes)
    return int(hours) * 60 + (30 if half else int(minutes or 0))


_GENDERS = {
    "男": "male", "男性": "male", "m": "male", "male": "male", "man": "male",
    "女": "female", "女性": "female", "f": "female", "female": "female", "woman": "female",
    "その他": "other", "other": "other", "x": "other", "回答しない": "", "無回答": "", "不明": "",
}  # fmt: skip


def parse_gender(value: CellValue) -> Parsed[str]:
    """Return female, male, other or "" (not stated)."""
    original = "" if value is None else str(value)
    if is_nothing(original):
        return Parsed("")
    if (word := tight(original)) in _GENDERS:
        return Parsed(_GENDERS[word])
    return Parsed(
        "", (Problem("gender_unknown", "性別として読み取れません。", original),), original
    )


def parse_number(value: CellValue) -> Parsed[int | None]:
    """Read a registration number, full-width or with a prefix of No. or 第…号."""
    original = "" if value is None else str(value)
    if is_nothing(original):
        return Parsed(None)
    match = re.fullmatch(r"(?:no\.?|第)?(\d{1,9})(?:番|号)?", tight(original))
    if match and 0 < int(match[1]) <= 2_147_483_647:
        return Parsed(int(match[1]))
    message = "登録番号が数字ではないため、番号としては使えません。"
    return Parsed(None, (Problem("number_unreadable", message, original),), original)


def parse_texts(value: CellValue) -> Parsed[tuple[str, ...]]:
    """Read a list of free texts such as certificates; each piece stays as written."""
    original = "" if value is None else str(value)
    return Parsed(() if is_nothing(original) else tuple(dict.fromkeys(pieces(original))))


def split_name(name: str) -> tuple[str, str]:
    """Return (family, given) where a Japanese-style name has one space, else ("", "").

    Names in Latin and other scripts are not split: which part is the family name is not knowable.
    """
    parts = one_line(name).split(" ")
    if len(parts) == 2 and all(
        re.fullmatch(r"[々〆ヶ\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+", part) for part in parts
    ):
        return parts[0], parts[1]
    return "", ""


_REMARKS: tuple[tuple[str, re.Pattern[str], Severity, str], ...] = (
    ("paused", re.compile(r"休止|休会|お休み|休み中|活動休|活動できない|入院|一時帰国|産休|育休"), "check",
     "休止中と読みました。いつまでかを確認してください。"),
    ("women_only", re.compile(r"女性(?:の)?(?:相談者|方|患者|利用者)?(?:のみ|だけ|限定)"), "check",
     "女性の相談者だけという希望です。"),
    ("men_only", re.compile(r"男性(?:の)?(?:相談者|方|患者|利用者)?(?:のみ|だけ|限定)"), "check",
     "男性の相談者だけという希望です。"),
    ("prefers_fax", re.compile(r"fax(?:を)?(?:希望|のみ|で連絡|連絡)", re.I), "info", "FAXでの連絡を希望しています。"),
    ("no_smartphone", re.compile(r"(?:スマホ|スマートフォン)は?(?:なし|無|持って(?:い)?な)|ガラケー"), "info",
     "スマートフォンがありません。電話などで連絡してください。"),
    ("by_car", _CAR, "info", "車で移動できます。"),
    ("remark_about_language", re.compile(r"語は|日常会話|通訳可|翻訳のみ"), "check",
     "言語の程度について書かれています。対応言語と見比べてください。"),
    ("remark_about_hours", re.compile(r"短時間|平日|土日|夜|午前|午後|\d{1,2}時|曜"), "check",
     "活動できる時間について書かれています。活動可能日時と見比べてください。"),
)  # fmt: skip
_REMARK_FLAGS = frozenset(Remark.__dataclass_fields__)


def parse_remark(value: CellValue) -> Parsed[Remark]:
    """Point out what a remark says. `rest` stays empty: the caller keeps the whole remark."""
    original = "" if value is None else str(value)
    text = plain(original[:2000])
    flags = {}
    problems = []
    for code, pattern, severity, message in _REMARKS:
        if pattern.search(text):
            problems.append(Problem(code, message, original, severity))
            if code in _REMARK_FLAGS:
                flags[code] = True
    return Parsed(Remark(**flags), tuple(problems))
