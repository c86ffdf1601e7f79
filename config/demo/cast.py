"""The two invented associations and the people who work at them, one for each role.

Their addresses end in ``example.jp``, which belongs to nobody; they have no password and come in by
the demo's links only.
"""

from __future__ import annotations

from typing import NamedTuple

from accounts.models import Membership, Organization, Role, User

CITY, TOWN = "hachioji-demo", "hino-demo"


class Part(NamedTuple):
    """A role somebody may try."""

    key: str
    organization: str
    role: str
    name: str
    email: str
    about: str

    @property
    def title(self) -> str:
        """The role in words."""
        label = str(Role(self.role).label)
        return label if self.organization == CITY else f"{label}（隣の市）"


PARTS: tuple[Part, ...] = (
    Part("coordinator", CITY, Role.COORDINATOR, "佐藤 恵", "sato@hachioji.example.jp",
         "依頼を受け、ボランティアへの打診を見守ります。"),
    Part("accountant", CITY, Role.ACCOUNTANT, "鈴木 誠", "suzuki@hachioji.example.jp",
         "謝礼を承認し、月を締めて支払い、交付金の実績をまとめます。"),
    Part("admin", CITY, Role.ADMIN, "高橋 明子", "takahashi@hachioji.example.jp",
         "担当者・謝礼基準・団体の設定を管理します。"),
    Part("requester", CITY, Role.REQUESTER, "渡辺 由紀", "watanabe@minami-hp.example.jp",
         "市立みなみ病院の相談員として、依頼の進み具合を確認します。"),
    Part("other_coordinator", TOWN, Role.COORDINATOR, "小川 遥", "ogawa@hino.example.jp",
         "別の団体です。八王子の情報は一切見えません。"),
)  # fmt: skip
DESK_STAFF = (
    Part("", CITY, Role.COORDINATOR, "山口 健", "yamaguchi@hachioji.example.jp", ""),
    Part("", TOWN, Role.ACCOUNTANT, "森 正美", "mori@hino.example.jp", ""),
    Part("", TOWN, Role.ADMIN, "岡田 勝", "okada@hino.example.jp", ""),
)

CITY_DATA = {
    "name": "八王子国際協会（デモ）",
    "name_en": "Hachioji International Association (demo)",
    "phone": "+81420000010",
    "email": "desk@hachioji.example.jp",
    "lat": 35.6559,
    "lon": 139.3389,
}
TOWN_DATA = {
    "name": "日野国際交流協会（デモ）",
    "name_en": "Hino International Exchange (demo)",
    "phone": "+81420000020",
    "email": "desk@hino.example.jp",
    "lat": 35.6713,
    "lon": 139.3953,
}


def found(slug: str) -> Organization:
    """Create one of the associations, flagged so that it never sends anything real."""
    data = CITY_DATA if slug == CITY else TOWN_DATA
    return Organization.objects.create(slug=slug, is_demo=True, **data)


def employ(organization: Organization, requesting_body_id: int | None = None) -> dict[str, User]:
    """The staff of one association by role; the first of each role."""
    staff: dict[str, User] = {}
    for part in (*PARTS, *DESK_STAFF):
        if part.organization != organization.slug:
            continue
        user = User.objects.create_user(part.email, name=part.name)
        Membership.objects.create(
            user=user,
            organization=organization,
            role=part.role,
            requesting_body_id=requesting_body_id if part.role == Role.REQUESTER else None,
        )
        staff.setdefault(part.role, user)
    return staff


def player(key: str) -> User:
    """The person behind a role's key. Raises User.DoesNotExist before the seed."""
    part = next(part for part in PARTS if part.key == key)
    return User.objects.get(email=part.email)
