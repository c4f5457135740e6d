"""Hints on what a reply misses (答复要件): what was asked and found, what is done on which basis, whom to call, who and when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from opinion_app.rules.hints.kinds import Hint, HintKind

_TAIL: Final = 40
_PARTS: Final = (
    (
        re.compile(r"反映|反应|来信|留言|咨询|投诉|求助|建议|提出|关于|您问|所提|诉求"),
        "没有写明收到的是什么诉求，请在开头概括。",
    ),
    (
        re.compile(
            r"经.{0,12}(?:核实|调查|了解|查|勘|现场|走访|沟通|研究)|核实|调查|查明|查看|勘查|现场|走访|了解到|情况如下|答复如下|属实|据悉|目前"
        ),
        "没有写明核实到的情况，请写谁、什么时候、查到了什么。",
    ),
    (
        re.compile(r"根据|依据|按照|依照|《[^》]{2,40}》|规定|条例|办法|通知|文件|政策|标准"),
        "没有写明处理的依据，请写依据的规定或者理由。",
    ),
    (
        re.compile(
            r"将|已|拟|计划|安排|要求|责令|处罚|整改|维修|修复|补发|办理|协调|督促|联系|完成|予以|不予|可以|可到|应当|需要|可申请"
        ),
        "没有写明处理意见，请写已经做了什么、还要做什么、什么时候做完。",
    ),
    (
        re.compile(
            r"(?:电话|热线|致电|拨打|咨询|联系)[^。\n]{0,20}[0-9０-９]{3,}|[0-9０-９]{3,4}[-－—][0-9０-９]{7,8}|1[0-9０-９]{10}|12345|12388"
        ),
        "没有留联系电话，请写明联系人或单位的电话。",
    ),
)
_DAY = re.compile(
    r"[0-9０-９〇○零一二三四五六七八九]{2,4}\s*年\s*[0-9０-９一二三四五六七八九十]{1,3}\s*月"
    r"|20[0-9]{2}[-./][0-9]{1,2}"
)
_UNIT = re.compile(
    r"人民政府|办公室|委员会|管理局|[局委办所站队院校部厅]\s*(?:$|\n|[0-9０-９二])|中心|政府|公司|街道|服务站|派出所|大队|村委|居委|科室"
)
_GREETING = re.compile(r"您好|你好|尊敬的|网友|先生|女士|同志|老师|留言人|信访人|热心市民")


def missing_parts(text: str) -> Iterator[Hint]:
    """A hint for every part that is not there, about the whole of the reply."""
    if not _GREETING.search(text[:60]):
        yield Hint(HintKind.MISSING, "没有称呼，请以“网友您好”等开头。")
    for sign, message in _PARTS:
        if not sign.search(text):
            yield Hint(HintKind.MISSING, message)
    tail = text.rstrip()[-_TAIL:]
    if not _UNIT.search(tail):
        yield Hint(HintKind.MISSING, "落款没有单位，请写明答复单位。")
    if not _DAY.search(tail):
        yield Hint(HintKind.MISSING, "落款没有日期，请写明答复日期。")
