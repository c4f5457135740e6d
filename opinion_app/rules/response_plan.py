"""The outline of a response plan (应对处置预案): the headings an office fills in (domain §3; 国办发〔2016〕61号)."""

from __future__ import annotations

HEADINGS: tuple[tuple[str, str], ...] = (
    ("目标与适用范围", "本预案针对哪件事、哪个范围，要达到什么目标。"),
    ("风险点", "可能被误解误读、引发质疑或激化的地方，逐条列出。"),
    ("等级与启动条件", "现定等级；出现什么情况时启动、升级。"),
    ("组织机构", "组长、副组长、成员；监测组、处置组、信息发布组及联系方式。"),
    ("监测与报告时限", "由谁监测哪些平台，多久报一次，报给谁。"),
    ("处置步骤与责任单位", "按先后列出做什么、由谁做、何时完成。"),
    ("回应口径", "对外统一说法，以及审定人。"),
    ("新闻发言人", "姓名、职务；其他人员不接受采访。"),
    ("回应方式", "权威信息、发布会或吹风会、接受采访、政务新媒体、网站互动，选哪些。"),
    ("三同步", "事件应急与新闻应急同步、处置与口径同步、处置授权与发布授权同步。"),
    ("后续跟踪", "平息后观察多久，由谁复盘评估、整改落实。"),
)
_COUNT = "一二三四五六七八九十"


def _ordinal(number: int) -> str:
    return _COUNT[number - 1] if number <= len(_COUNT) else f"十{_COUNT[number - 11]}"


def outline() -> str:
    """The headings with a line each on what belongs there."""
    return "\n\n".join(f"{_ordinal(number)}、{head}\n（{hint}）" for number, (head, hint) in enumerate(HEADINGS, 1))


def is_written(plan: str) -> bool:
    """Whether a plan says anything beyond the headings and hints of the outline."""
    return bool({line.strip() for line in plan.splitlines()} - {""} - set(outline().splitlines()))
