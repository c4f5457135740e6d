"""Other systems' words for kinds, areas, channels and yes."""

import pytest

from opinion_app.rules.import_words import area_of, channel_of, kind_of, said_yes
from opinion_app.rules.words import DEFAULT_AREAS, Channel, Kind


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("咨询", Kind.INQUIRY),
        ("咨询类", Kind.INQUIRY),
        ("投诉件", Kind.COMPLAINT),
        ("举报", Kind.ACCUSATION),
        ("建言", Kind.SUGGESTION),
        ("求助", Kind.HELP),
        ("表扬", Kind.THANKS),
        ("其它", Kind.OTHER),
        ("公文", None),
        ("", None),
    ],
)
def test_kinds(word: str, kind: Kind | None) -> None:
    assert kind_of(word) is kind


@pytest.mark.parametrize(
    ("word", "area"),
    [("城建", "城建"), ("城乡建设", "城建"), ("城乡建设类", "城建"), ("环境保护", "环保"), ("航天", "其他"), ("", "其他")],
)
def test_areas(word: str, area: str) -> None:
    assert area_of(word, DEFAULT_AREAS) == area


def test_areas_are_the_offices_own() -> None:
    assert area_of("拆迁", ("拆迁",)) == "拆迁"
    assert area_of("城乡建设", ("拆迁",)) == "其他"


def test_every_area_that_words_lead_to_is_on_the_default_list() -> None:
    assert all(area_of(word, DEFAULT_AREAS) == word for word in DEFAULT_AREAS)


def test_channels() -> None:
    assert channel_of("12345 热线", Channel.IMPORT) is Channel.HOTLINE
    assert channel_of("飞鸽", Channel.IMPORT) is Channel.IMPORT


def test_yes() -> None:
    assert [said_yes(text) for text in ("是", "愿意公开", "Ｙ", "", "否", "不公开", "0")] == [True] * 3 + [False] * 4
