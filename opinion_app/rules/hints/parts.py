"""Hints on what a reply misses (答复要件): what was asked and found, what is done, why, and whom to call.

Unit and date are not looked for: page, receipt and print carry them in fields of their own. The words below were widened after
real replies had been read; how often each hint fires on them is stated in docs/reply-hints.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from opinion_app.rules.hints.kinds import Hint, HintKind
from opinion_app.rules.hints.matter import telling

SHORT: Final = "答复很短，请核对是否写明了收到的诉求、核实到的情况、处理意见和依据或理由、联系电话。"
_CALLED: Final = "没有称呼，请以“网友您好”等开头。"
_ASKED: Final = "没有写明收到的是什么诉求，请在开头概括。"
_FOUND: Final = "没有写明核实到的情况，请写谁、什么时候、查到了什么。"
_DONE: Final = "没有写明处理意见，请写已经做了什么、还要做什么、什么时候做完。"
_WHY: Final = "不能办的没有写明依据，请写依据的规定或者理由。"
_WHO: Final = "没有留联系电话，请写明联系人或单位的电话；也可在单位信息中填写全站公开的电话。"

_LEAST: Final = 30  # characters beside courtesies; below that nothing but its shortness is worth a hint
_SHARED: Final = 3  # telling words of the letter that come back in the reply: then it says what it is about
_COURTESY: Final = re.compile(
    r"[您你]好|尊敬的|网[友民]|朋友|先生|女士|同志|UU[0-9]+|(?:已经?)?收悉|收到|[您你]的|来信|留言|帖文|反映的?|问题|情况|诉求|意见|建议"
    r"|(?:非常|衷心)?感谢.{0,30}?(?:关心|关注|支持|理解|监督|留言|来帖|来信)(?:[和与、]?(?:关心|关注|支持|理解|监督))*|谢谢"
    r"|特此[回答]复|专此[回答]复|此复|祝您生活愉快|敬请关注后续回复|现[就将]?.{0,12}?[回答]复如下"
    r"|[0-9０-９〇零一二三四五六七八九十]{2,4}年[0-9０-９一二三四五六七八九十]+月[0-9０-９一二三四五六七八九十]+日|[\W_]"
)
_ADDRESSED: Final = re.compile(r"[您你]|尊敬的|网[友民]|朋友|先生|女士|同志|老师|留言人|信访人|来信人|市民|居民|村民|栏目")
_RETOLD: Final = re.compile(
    r"反映|反应|来信|来帖|帖|留言|咨询|询问|投诉|求助|建议|提出|提到|关于|对于|针对|[您你](?:所|问|说|对|的)|所提|诉求"
)
_FACTS: Final = re.compile(
    r"经.{0,20}?[查核实解勘访通研调]|核实|核查|核对|查[明看阅询实处]|据[查悉了]|勘查|现场|实地|走访|了解|得知|发现|沟通|衔接|协商|情况|属实|不实"
    r"|目前|现[在已有状阶]|截[至止]|至今|正在|已[经于将在由被纳完完开]|均已|曾|原[为因来系]|位于|属于|系[由为]|存在|由于|因[^此而]"
    r"|[0-9０-９] ?(?:米|公里|平方|亩|户|人|元|万|盏|处|个|台|辆|栋|次|条|%|％)|月[0-9０-９]+日"
)
_MEASURE: Final = re.compile(
    r"将|[已己]|拟|计划|安排|要求|责令|处罚|整改|维修|修复|补发|办理|协调|督促|联系|完成|予以|不予|可[以到向凭在先持由]|应[当该由先]|需[要求]?|申请"
    r"|正在|[会能换修清改建装退拆]|无法|不属|暂|请|推进|实施|开展|进行|执行|实行|负责|按照?|标准|规定|时间|为[：:0-9]|是"
)
_REFUSAL: Final = re.compile(
    r"不予(?!理会)|不能(?!忽视)|无法|不[会再](?:增设|受理|办理|补|予)|暂[不无]|不具备|不符合|难以|不属于.{0,8}?(?:职责|范围|管辖)"
)
_REASON: Final = re.compile(
    r"根据|依据|依照|依法|按照?|《[^》]{2,40}》|规定|条例|办法|通知|文件|政策|标准|规范|规划|方案|程序|法律|合同|协议|职责|权限|范围|管辖|归属"
    r"|因|由于|鉴于|考虑到?|为[了避防保]|原因|条件|符合|属于|涉及|需[要经先等]?|才能?|只能|所以|故|影响|资金|经费|投资|安全|隐患|争[议论]|尚未|还没|没有|未[经能满达达到取完]"
)
_CALL: Final = re.compile(
    r"(?:电话|热线|致电|拨打|咨询|联系)[^。\n]{0,20}[0-9０-９]{3,}|[0-9０-９]{3,4}[-－—][0-9０-９]{7,8}|1[0-9０-９]{10}|12345|12388|[0-9]{7,8}"
)


def missing_parts(text: str, question: str = "", *, to_check: bool = True, phone_is_shown: bool = False) -> Iterator[Hint]:
    """A hint for every part that is not there, about the whole of the reply; one alone where it is very short.

    `to_check`: the letter tells of something the office has to look into, as help, complaints and accusations do.
    `phone_is_shown`: the office's telephone number stands under every public page."""
    if len(_COURTESY.sub("", text)) < _LEAST:
        yield Hint(HintKind.MISSING, SHORT)
        return
    signs = (
        (_ADDRESSED.search(text[:60]), _CALLED),
        (_RETOLD.search(text) or _shares(text, question), _ASKED),
        (not to_check or _FACTS.search(text), _FOUND),
        (_MEASURE.search(text), _DONE),
        (not _REFUSAL.search(text) or _REASON.search(text), _WHY),
        (phone_is_shown or _CALL.search(text), _WHO),
    )
    yield from (Hint(HintKind.MISSING, message) for there, message in signs if not there)


def _shares(text: str, question: str) -> bool:
    return len(telling(question) & telling(text)) >= _SHARED
