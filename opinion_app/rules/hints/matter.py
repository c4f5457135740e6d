"""The hint that a reply is about another matter: hardly a word of what was asked comes back in it."""

from __future__ import annotations

import re
from typing import Final

_RUN = re.compile(r"[\u4e00-\u9fff]+")
_COMMON = re.compile(
    "[的了是在我有和就不人都一个上也很到说要去你会着没看好自己这那他她它们您请为与及或等被把从对以可能还又再但而则如因于之其所与吗呢吧啊么"
    "什怎谁哪何每各该此今明昨年月日时分现目前后里外中间些样得过来出下能让使给]"
)
_EVERYWHERE_WORDS: Final = """
反映 问题 情况 相关 部门 解决 处理 办理 工作 回复 答复 核实 调查 领导 书记 感谢 支持 理解 关注
监督 群众 市民 网友 留言 政府 尊敬 希望 建议 咨询 投诉 规定 根据 按照 电话 联系 单位 社区 小区
公司 您好 你好 谢谢 敬礼 此致 关心 生活 居民 管理 服务
"""
_EVERYWHERE: Final = frozenset(_EVERYWHERE_WORDS.split())
_LEAST: Final = 12
_SHARED_LEAST: Final = 2
_SHORT_ASKED: Final = 4  # of a short letter, of which then nothing at all may come back
_SHORT_ANSWERED: Final = 8


def other_matter(question: str, answer: str) -> bool:
    """Whether both have enough words to judge by, and the answer shares almost none of the question's; of a short one none."""
    asked, answered = telling(question), telling(answer)
    if len(asked) >= _LEAST:
        return len(answered) >= _LEAST and len(asked & answered) < _SHARED_LEAST
    return len(asked) >= _SHORT_ASKED and len(answered) >= _SHORT_ANSWERED and not asked & answered


def telling(text: str) -> set[str]:
    """The pairs of characters that carry a meaning: none of both is a word of grammar."""
    return {
        run[at : at + 2] for run in _RUN.findall(text) for at in range(len(run) - 1) if not _COMMON.search(run[at : at + 2])
    } - _EVERYWHERE
