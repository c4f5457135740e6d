"""What other systems call a kind, an area, a channel, yes and no, turned into this office's words."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from opinion_app.rules.text import fold
from opinion_app.rules.words import Channel, Kind

OTHER_AREA: Final = "其他"

_KINDS: Final = {
    Kind.ACCUSATION: "举报 检举 控告 检举控告",
    Kind.COMPLAINT: "投诉 申诉 反映问题 意见 批评 投诉举报 申诉求决",
    Kind.HELP: "求助 求决 诉求 办事 帮助 救助",
    Kind.INQUIRY: "咨询 询问 提问 政策咨询",
    Kind.SUGGESTION: "建议 建言 献策 意见建议 建言献策 建议意见",
    Kind.THANKS: "感谢 表扬 致谢",
    Kind.OTHER: "其他 其它",
}
# Names from the three-level catalogue of 网络问政 platforms and from office practice, by area of the default list.
_AREAS: Final = {
    "城建": "城乡建设 城市建设 住房 物业 拆迁 规划 市政 城管 城市管理 住建 房产",
    "交通": "交通运输 公交 道路 出行",
    "三农": "农村农业 农业农村 农业 农村 农林水利",
    "环保": "环境保护 生态环境 环境 污染",
    "教育": "教育文体 学校 教育体育",
    "医疗": "卫生计生 医疗卫生 卫生健康 卫健 卫生",
    "治安": "政法 公安 社会治安",
    "旅游": "商贸旅游 文化旅游 文旅",
    "就业": "劳动和社会保障 人社 社会保障 社保 劳动就业 人力资源",
    "文娱": "文化 体育 娱乐 文体",
    "金融": "经济金融 银行",
    "企业": "营商环境 工商",
    "政务": "党务政务 纪检监察 民政 政务服务",
}
_KIND_OF: Final = {fold(word): kind for kind, words in _KINDS.items() for word in words.split()}
_AREA_OF: Final = {fold(word): area for area, words in _AREAS.items() for word in words.split()}
_CHANNEL_OF: Final = {fold(channel.label): channel for channel in Channel}
_YES: Final = frozenset({"是", "公开", "同意", "愿意", "同意公开", "愿意公开", "匿名", "y", "yes", "true", "1", "√", "✓"})


def kind_of(text: str) -> Kind | None:
    """The kind a word means, with or without 类 or 件 behind it; None when it means none of ours."""
    word = fold(text)
    return _KIND_OF.get(word) or _KIND_OF.get(word.rstrip("类件型"))


def area_of(text: str, areas: Sequence[str]) -> str:
    """The office's own area a word means; 其他 when the office has none of that name."""
    word = fold(text)
    own = _folded(tuple(areas))
    if word in own:
        return own[word]
    meant = _AREA_OF.get(word) or _AREA_OF.get(word.rstrip("类"), "")
    return own.get(fold(meant), OTHER_AREA)


@lru_cache(maxsize=8)
def _folded(areas: tuple[str, ...]) -> Mapping[str, str]:
    """The office's areas by the form they are compared in; the same for every row of a sheet."""
    return {fold(area): area for area in areas}


def channel_of(text: str, otherwise: Channel) -> Channel:
    """The channel of that name, or the one given for the whole file."""
    return _CHANNEL_OF.get(fold(text), otherwise)


def said_yes(text: str) -> bool:
    """Whether a cell says yes; an empty one and anything unclear say no."""
    return fold(text) in _YES
