"""Passwords everybody tries first: a short list of words and the patterns people dress them up with."""

from __future__ import annotations

import re

# The bare words that stand at the head of every published list, English and pinyin, with those an office of this kind invites.
WORDS = frozenset(
    """
    password passw0rd p@ssw0rd p@ssword pass passwd admin administrator root user guest test demo welcome login letmein master
    monkey dragon sunshine princess football baseball iloveyou trustno1 superman batman shadow qwerty qwertyuiop asdfgh
    asdfghjkl zxcvbn zxcvbnm qazwsx qwer asdf zxcv abc abcd abcdef abcdefg abcdefgh aaaa aaaaaa hello secret changeme default
    system manager server oracle mysql postgres cisco huawei windows linux apple google taobao baidu tencent weixin wechat
    alibaba mima woaini woaini1314 aini nihao zhongguo china beijing shanghai kunming yunnan baoshan changning zhengfu
    zhenzhengfu xiangzhen bangongshi dangzhengban xitong guanli guanliyuan shezhi kaifa ceshi denglu xinfang liuyan yuqing
    opinion zhangsan lisi wangwu xiaoming laoban dage laopo laogong baobei qinai tianya qq qq123 a1b2c3 a1b2c3d4 q1w2e3
    q1w2e3r4 q1w2e3r4t5 1q2w3e 1q2w3e4r 1q2w3e4r5t zaq1xsw2 zaq12wsx 1qaz2wsx 1qaz 2wsx 3edc 1qaz2wsx3edc qweasd qweasdzxc qwe
    asd zxc qwe123 abc123 a123 aa123 asd123 zxc123 admin123 admin888 root123 pass123 test123
    """.split()  # noqa: SIM905 - a list of two hundred quoted words is harder to read
)
_LEET = str.maketrans({"@": "a", "4": "a", "0": "o", "1": "i", "!": "i", "$": "s", "5": "s", "3": "e", "7": "t"})
_TAIL = re.compile(r"[\d!@#$%^&*()_+=.,?~-]*$")
_HEAD = re.compile(r"^[\d!@#$%^&*()_+=.,?~-]*")
_RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p")


def is_common(password: str) -> bool:
    """Whether a password is one of the words, one of them with figures and signs around it or letters swapped for figures, or one
    keyboard run or repetition."""
    lowered = password.lower()
    return any(form in WORDS for form in _forms(lowered)) or _repeats(lowered) or _mostly_run(lowered)


def _forms(lowered: str) -> set[str]:
    tailless = _TAIL.sub("", lowered)
    plain = lowered.translate(_LEET)
    return {lowered, tailless, plain, tailless.translate(_LEET), _HEAD.sub("", tailless), _HEAD.sub("", _TAIL.sub("", plain))}


def _repeats(lowered: str) -> bool:
    """One to four characters said again and again: abcabcabc, 12341234, aaaaaaaaaa."""
    return any(len(lowered) > 2 * n and (lowered[:n] * len(lowered)).startswith(lowered) for n in range(1, 5))


def _mostly_run(lowered: str) -> bool:
    """Most of it is one walk along the keyboard, the alphabet or the figures, either way."""
    need = max(6, len(lowered) - 3)
    for run in _RUNS:
        for line in (run, run[::-1]):
            if any(lowered[i : i + need] in line for i in range(len(lowered) - need + 1)):
                return True
    return False
