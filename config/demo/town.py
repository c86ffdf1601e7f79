"""The town of the demo: areas, desks, and the bodies and places that ask for interpreters.

The areas are really there; every hospital, school and office is invented. Coordinates are degrees
(WGS 84) around the station.
"""

from __future__ import annotations

from typing import NamedTuple

from accounts.models import Organization
from dispatch.models import Desk, Place, RequestingBody
from volunteers.models import Area


class Spot(NamedTuple):
    """A place that asks: name, reading, field, area, offset from the area's centre."""

    name: str
    kana: str
    field: str
    area: str
    north: float
    east: float
    weight: int = 1


AREAS: dict[str, tuple[float, float]] = {
    "八王子駅前": (35.6559, 139.3389),
    "西八王子": (35.6566, 139.3127),
    "高尾": (35.6420, 139.2820),
    "北野": (35.6447, 139.3542),
    "みなみ野": (35.6307, 139.3313),
    "南大沢": (35.6143, 139.3795),
    "由木・堀之内": (35.6243, 139.4003),
    "元八王子": (35.6660, 139.2800),
    "楢原": (35.6790, 139.3080),
    "加住": (35.6900, 139.3400),
    "日野": (35.6713, 139.3953),
    "豊田": (35.6595, 139.3815),
}

SPOTS: tuple[Spot, ...] = (
    Spot("市立みなみ病院", "シリツミナミビョウイン", "medical", "みなみ野", 0.003, 0.002, 14),
    Spot(
        "多摩あおば総合病院",
        "タマアオバソウゴウビョウイン",
        "medical",
        "西八王子",
        -0.002,
        0.004,
        11,
    ),
    Spot(
        "ひかりレディースクリニック",
        "ヒカリレディースクリニック",
        "medical",
        "八王子駅前",
        0.002,
        -0.003,
        6,
    ),
    Spot("こどもの森クリニック", "コドモノモリクリニック", "medical", "南大沢", 0.001, 0.002, 6),
    Spot("市立ひばり小学校", "シリツヒバリショウガッコウ", "school", "北野", 0.004, 0.001, 7),
    Spot(
        "市立けやき第二小学校",
        "シリツケヤキダイニショウガッコウ",
        "school",
        "南大沢",
        -0.004,
        0.005,
        5,
    ),
    Spot("市立みどり台中学校", "シリツミドリダイチュウガッコウ", "school", "楢原", 0.002, 0.003, 5),
    Spot("あおぞら保育園", "アオゾラホイクエン", "childcare", "高尾", 0.001, -0.002, 4),
    Spot(
        "子育てひろば ゆりかご",
        "コソダテヒロバ ユリカゴ",
        "childcare",
        "由木・堀之内",
        -0.001,
        0.002,
        4,
    ),
    Spot("市役所 市民課", "シヤクショ シミンカ", "administrative", "元八王子", 0.001, 0.012, 9),
    Spot(
        "市役所 国民健康保険課",
        "シヤクショ コクミンケンコウホケンカ",
        "administrative",
        "元八王子",
        0.001,
        0.012,
        6,
    ),
    Spot("東保健センター", "ヒガシホケンセンター", "childcare", "北野", -0.002, -0.002, 5),
    Spot("南大沢事務所", "ミナミオオサワジムショ", "administrative", "南大沢", 0.002, -0.001, 4),
    Spot("市民法律相談室", "シミンホウリツソウダンシツ", "legal", "八王子駅前", -0.002, 0.002, 3),
    Spot(
        "浅川しごと相談所",
        "アサカワシゴトソウダンジョ",
        "employment",
        "八王子駅前",
        0.004,
        0.004,
        4,
    ),
    Spot(
        "市営住宅管理センター",
        "シエイジュウタクカンリセンター",
        "housing",
        "八王子駅前",
        0.001,
        0.005,
        2,
    ),
)

NEIGHBOURS: tuple[Spot, ...] = (
    Spot("市立ほどくぼ病院", "シリツホドクボビョウイン", "medical", "豊田", 0.002, 0.004, 5),
    Spot(
        "市立たまだいら第三小学校",
        "シリツタマダイラダイサンショウガッコウ",
        "school",
        "豊田",
        -0.003,
        0.002,
        3,
    ),
    Spot(
        "市役所 市民窓口課",
        "シヤクショ シミンマドグチカ",
        "administrative",
        "日野",
        0.001,
        0.001,
        3,
    ),
)

DESKS = (
    ("サポートデスク 八王子駅前", "八王子市旭町0-0 まちなかビル6階", "八王子駅前", "+81420000011"),
    ("サポートデスク 南大沢", "八王子市南大沢0-0 フレンテみなみ2階", "南大沢", "+81420000012"),
)

NOTES = {
    "medical": (
        "初診。受付から会計まで。",
        "検査結果の説明。家族も同席。",
        "入院前の説明と同意書の確認。",
        "乳幼児健診のあとの再診。",
        "お薬の飲み方の説明。",
    ),
    "school": (
        "三者面談。進路の説明。",
        "入学手続きと持ち物の説明。",
        "欠席が続いているため、保護者との面談。",
        "給食費と就学援助の説明。",
    ),
    "childcare": (
        "新生児訪問。保健師が同席。",
        "入園の申込みと面接。",
        "1歳半健診。",
        "ならし保育の説明。",
    ),
    "administrative": (
        "転入の手続き。",
        "国民健康保険の減免の相談。",
        "児童手当の申請。",
        "住民税の通知についての相談。",
    ),
    "legal": ("弁護士相談。相談者は2名。", "離婚に関する相談。"),
    "employment": ("雇用保険の手続き。", "給料についての相談。"),
    "housing": ("入居の説明。", "退去の立会い。"),
    "other": ("窓口での問合せ。",),
}


def build(organization: Organization, spots: tuple[Spot, ...]) -> None:
    """Enter the areas, places and bodies of one association; desks for the first one."""
    Area.objects.bulk_create(
        Area(organization=organization, name=name, lat=lat, lon=lon)
        for name, (lat, lon) in AREAS.items()
    )
    for number, spot in enumerate(spots, start=1):
        lat, lon = position(spot)
        RequestingBody.objects.create(
            organization=organization,
            name=spot.name,
            phone=f"+81420001{number:03d}",
            email=f"soudan{number}@kikan.example.jp",
        )
        Place.objects.create(
            organization=organization,
            name=spot.name,
            kana=spot.kana,
            address=address_of(spot),
            area=spot.area,
            lat=lat,
            lon=lon,
        )
    if spots is SPOTS:
        for name, address, area, phone in DESKS:
            lat, lon = AREAS[area]
            Desk.objects.create(
                organization=organization, name=name, address=address, phone=phone, lat=lat, lon=lon
            )
    else:
        lat, lon = AREAS["日野"]
        Desk.objects.create(
            organization=organization,
            name="国際交流ラウンジ",
            address="日野市神明0-0",
            phone="+81420000021",
            lat=lat,
            lon=lon,
        )


def position(spot: Spot) -> tuple[float, float]:
    """Latitude and longitude of a place."""
    lat, lon = AREAS[spot.area]
    return round(lat + spot.north, 5), round(lon + spot.east, 5)


def address_of(spot: Spot) -> str:
    """An address that does not exist: house number 0."""
    city = "日野市" if spot.area in {"日野", "豊田"} else "八王子市"
    return f"{city}{spot.area.split('・')[0]}0-0-0"
