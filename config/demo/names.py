"""Invented names of the demo's people, per language they grew up with.

Each entry is «written|furigana»; given names of women come before those of men. Nobody here is a
real person: family and given names are combined at random with a fixed seed.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple


class Name(NamedTuple):
    """A full name as written, its furigana, and ``female`` or ``male``."""

    written: str
    kana: str
    gender: str


class Pool(NamedTuple):
    """Name parts of one origin. ``pattern`` puts family and given name in the local order."""

    family: str
    women: str
    men: str
    pattern: str = "{family}・{given}"


JAPANESE = Pool(
    "佐藤|サトウ 鈴木|スズキ 高橋|タカハシ 田中|タナカ 伊藤|イトウ 渡辺|ワタナベ 山本|ヤマモト 中村|ナカムラ "
    "小林|コバヤシ 加藤|カトウ 吉田|ヨシダ 山田|ヤマダ 佐々木|ササキ 山口|ヤマグチ 松本|マツモト 井上|イノウエ "
    "木村|キムラ 林|ハヤシ 斎藤|サイトウ 清水|シミズ 山崎|ヤマザキ 森|モリ 池田|イケダ 橋本|ハシモト 阿部|アベ "
    "石川|イシカワ 山下|ヤマシタ 中島|ナカジマ 石井|イシイ 小川|オガワ 前田|マエダ 岡田|オカダ 長谷川|ハセガワ "
    "藤田|フジタ 後藤|ゴトウ 近藤|コンドウ 村上|ムラカミ 遠藤|エンドウ 青木|アオキ 坂本|サカモト 福田|フクダ "
    "太田|オオタ 西村|ニシムラ 藤井|フジイ 金子|カネコ 岡本|オカモト 中野|ナカノ 原田|ハラダ 小野|オノ "
    "田村|タムラ 竹内|タケウチ 和田|ワダ 中山|ナカヤマ 石田|イシダ 上田|ウエダ 森田|モリタ 柴田|シバタ "
    "酒井|サカイ 宮崎|ミヤザキ 横山|ヨコヤマ",
    "和子|カズコ 幸子|サチコ 節子|セツコ 洋子|ヨウコ 恵子|ケイコ 京子|キョウコ 由美子|ユミコ 真由美|マユミ "
    "明美|アケミ 久美子|クミコ 智子|トモコ 裕子|ユウコ 直美|ナオミ 美穂|ミホ 陽子|ヨウコ 香織|カオリ 麻衣|マイ "
    "彩|アヤ 美咲|ミサキ 葵|アオイ 千尋|チヒロ 早苗|サナエ 典子|ノリコ 順子|ジュンコ 美紀|ミキ 理恵|リエ",
    "誠|マコト 隆|タカシ 茂|シゲル 博|ヒロシ 清|キヨシ 健一|ケンイチ 浩二|コウジ 雅彦|マサヒコ 正之|マサユキ "
    "修|オサム 哲也|テツヤ 直樹|ナオキ 大輔|ダイスケ 健太|ケンタ 翔|ショウ 拓也|タクヤ 昭夫|アキオ 和夫|カズオ "
    "勝|マサル 義男|ヨシオ",
    "{family} {given}",
)

CHINESE = Pool(
    "王|オウ 李|リ 張|チョウ 劉|リュウ 陳|チン 楊|ヨウ 黄|コウ 趙|チョウ 周|シュウ 呉|ゴ 徐|ジョ 孫|ソン "
    "胡|コ 朱|シュ 高|コウ 林|リン 何|カ 郭|カク 馬|バ 羅|ラ 梁|リョウ 宋|ソウ 鄭|テイ 謝|シャ",
    "麗華|レイカ 秀英|シュウエイ 静|セイ 敏|ビン 雪梅|セツバイ 暁紅|ギョウコウ 丹|タン 玉蘭|ギョクラン 婷婷|テイテイ "
    "雅琴|ガキン 思雨|シウ 佳怡|カイ",
    "偉|イ 強|キョウ 磊|ライ 軍|グン 志明|シメイ 建国|ケンコク 浩然|コウゼン 海涛|カイトウ 俊傑|シュンケツ",
    "{family} {given}",
)

KOREAN = Pool(
    "金|キム 李|イ 朴|パク 崔|チェ 鄭|チョン 姜|カン 趙|チョ 尹|ユン 張|チャン 林|イム 韓|ハン 申|シン",
    "志雨|ジウ 瑞妍|ソヨン 恵眞|ヘジン 美京|ミギョン 恩珠|ウンジュ 秀珍|スジン 賢雅|ヒョナ 英姫|ヨンヒ",
    "敏俊|ミンジュン 聖浩|ソンホ 在鉉|ジェヒョン 東旭|ドンウク 泰宇|テウ 鎭秀|ジンス",
    "{family} {given}",
)

POOLS: dict[str, Pool] = {
    "ja": JAPANESE,
    "zh": CHINESE,
    "ko": KOREAN,
    "vi": Pool(
        "グエン|グエン チャン|チャン レ|レ ファム|ファム ホアン|ホアン ヴー|ヴー ブイ|ブイ ダン|ダン",
        "ティ・フオン|ティ・フオン ティ・マイ|ティ・マイ ティ・ハー|ティ・ハー トゥイ・リン|トゥイ・リン "
        "ゴック・アイン|ゴック・アイン ティ・ホア|ティ・ホア",
        "ヴァン・ミン|ヴァン・ミン クアン・フイ|クアン・フイ "
        "ドゥック・タイン|ドゥック・タイン ヴァン・ナム|ヴァン・ナム",
    ),
    "en": Pool(
        "Miller|ミラー Johnson|ジョンソン Brown|ブラウン O'Connor|オコナー Wilson|ウィルソン Clarke|クラーク "
        "Mensah|メンサー Sharma|シャルマ Campbell|キャンベル Tan|タン",
        "Emily|エミリー Sarah|サラ Grace|グレース Hannah|ハンナ Priya|プリヤ Olivia|オリビア",
        "James|ジェームズ Daniel|ダニエル Kwame|クワメ Andrew|アンドリュー Michael|マイケル",
        "{given} {family}",
    ),
    "es": Pool(
        "García|ガルシア Quispe|キスペ Rodríguez|ロドリゲス "
        "Flores|フローレス Mamani|ママニ Ortiz|オルティス Vargas|バルガス",
        "María|マリア Lucía|ルシア Carmen|カルメン Rosa|ロサ Valeria|バレリア",
        "José|ホセ Luis|ルイス Diego|ディエゴ Andrés|アンドレス",
        "{given} {family}",
    ),
    "fr": Pool(
        "Dubois|デュボワ Moreau|モロー Diallo|ディアロ Laurent|ローラン Mbemba|ムベンバ",
        "Camille|カミーユ Aminata|アミナタ Claire|クレール",
        "Julien|ジュリアン Mamadou|ママドゥ Antoine|アントワーヌ",
        "{given} {family}",
    ),
    "pt-BR": Pool(
        "Silva|シルバ Santos|サントス Oliveira|オリベイラ "
        "Nakamura|ナカムラ Tanaka|タナカ Souza|ソウザ Yamashita|ヤマシタ",
        "Ana Paula|アナ・パウラ Juliana|ジュリアナ Sayuri|サユリ Beatriz|ベアトリス",
        "Carlos|カルロス Kenji|ケンジ Rafael|ラファエル Marcos|マルコス",
        "{given} {family}",
    ),
    "fil": Pool(
        "Santos|サントス Reyes|レイエス Cruz|クルス Bautista|バウティスタ Mendoza|メンドーサ Ramos|ラモス",
        "Maricel|マリセル Jocelyn|ジョセリン Analyn|アナリン Rowena|ロウェナ Cristina|クリスティーナ",
        "Rodel|ロデル Jun|ジュン Arnel|アーネル",
        "{given} {family}",
    ),
    "de": Pool(
        "Müller|ミュラー Schneider|シュナイダー Weber|ウェーバー",
        "Katrin|カトリン Julia|ユリア",
        "Thomas|トーマス Stefan|シュテファン",
        "{given} {family}",
    ),
    "th": Pool(
        "ศรีสุข|シースック วงศ์ไทย|ウォンタイ แก้วมณี|ケーオマニー บุญมา|ブンマー",
        "มาลี|マリー สมหญิง|ソムイン กนกวรรณ|カノックワン",
        "สมชาย|ソムチャイ ณัฐพล|ナッタポン",
        "{given} {family}",
    ),
    "id": Pool(
        "Wijaya|ウィジャヤ Lestari|レスタリ Pratama|プラタマ Hartono|ハルトノ",
        "Dewi|デウィ Siti|シティ Ayu|アユ",
        "Budi|ブディ Agus|アグス",
        "{given} {family}",
    ),
    "ne": Pool(
        "シュレスタ|シュレスタ グルン|グルン タマン|タマン ライ|ライ アディカリ|アディカリ",
        "サビタ|サビタ アニタ|アニタ プラティマ|プラティマ",
        "ビシュヌ|ビシュヌ スレシュ|スレシュ ラジュ|ラジュ",
    ),
    "ru": Pool(
        "Черных|チェルヌイフ Ткач|トカチ Литвин|リトビン",
        "Елена|エレーナ Наталья|ナタリア Ольга|オリガ",
        "Сергей|セルゲイ Дмитрий|ドミトリー",
        "{given} {family}",
    ),
    "my": Pool(
        "モー|モー ミャッ|ミャッ ニラー|ニラー",
        "エイエイ|エイエイ スースー|スースー",
        "アウンゾー|アウンゾー チョーチョー|チョーチョー",
        "{given}{family}",
    ),
    "it": Pool("Rossi|ロッシ Conti|コンティ", "Giulia|ジュリア", "Marco|マルコ", "{given} {family}"),
    "mn": Pool(
        "バトバヤル|バトバヤル ガンボルド|ガンボルド",
        "オユンチメグ|オユンチメグ サラントヤ|サラントヤ",
        "エンフバト|エンフバト",
    ),
    "uk": Pool(
        "Коваленко|コワレンコ Шевчук|シェフチュク",
        "Олена|オレーナ Ірина|イリーナ",
        "Андрій|アンドリー",
        "{given} {family}",
    ),
    "bn": Pool("রহমান|ラハマン", "নাসরিন|ナスリン", "করিম|カリム", "{given} {family}"),
    "km": Pool("សុខ|ソック", "ស្រីមុំ|スレイモム", "វិចិត្រ|ヴィチェット", "{family} {given}"),
    "si": Pool("Perera|ペレラ", "Nirmala|ニルマラ", "Sunil|スニル", "{given} {family}"),
    "fa-AF": Pool("アフマディ|アフマディ", "ザフラ|ザフラ", "レザ|レザ"),
}  # fmt: skip


def invent(origin: str, random: Random, taken: set[str]) -> Name:
    """A name of somebody from ``origin`` (a language tag) that nobody in ``taken`` bears yet."""
    pool = POOLS.get(origin, JAPANESE)
    for _ in range(200):
        gender = "female" if random.random() < 0.64 else "male"
        family, family_kana = _part(random.choice(_parts(pool.family)))
        given, given_kana = _part(
            random.choice(_parts(pool.women if gender == "female" else pool.men))
        )
        written = pool.pattern.format(family=family, given=given)
        if written not in taken:
            taken.add(written)
            kana = pool.pattern.format(family=family_kana, given=given_kana).replace("・", " ")
            return Name(written, kana, gender)
    return invent("ja", random, taken)


def _parts(text: str) -> list[str]:
    """Entries are separated by spaces; a space inside a name stands before a part without «|»."""
    found: list[str] = []
    carried = ""
    for piece in text.split(" "):
        if "|" in piece:
            found.append(carried + piece)
            carried = ""
        else:
            carried += piece + " "
    return found


def _part(entry: str) -> tuple[str, str]:
    written, _, kana = entry.partition("|")
    return written, kana
