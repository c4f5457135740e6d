"""What became of an attempt to send, split into what an office reads and what a server or a machine said itself."""

from __future__ import annotations

import re

from opinion_app.rules.mail_faults import why_by_name

# “why: words of a server or a machine”; after a code of SMTP (550 5.1.1) its words are the server's own, too.
_OWN_WORDS = re.compile(r"(?P<why>.*?：(?:(?P<code>\d{3})(?: \d\.\d{1,3}\.\d{1,3})?|[^:]*?:)) (?P<own>.+)", re.DOTALL)
# The error's own name for why: of a mail server as earlier versions wrote it, of a robot's library and of a letter that could
# not be made as this one does.
_NAMED = re.compile(r"(?P<why>.*：)(?P<name>[A-Z]\w*|gaierror|herror|timeout|error)", re.DOTALL | re.ASCII)
UNMADE = "邮件无法生成"
# What a code of SMTP means (RFC 5321 4.2, RFC 4954 6), for who cannot read the server's own words.
_CODES = {
    "421": "服务器正忙或要停",
    "450": "邮箱暂时不能收",
    "451": "服务器暂时不收",
    "452": "服务器空间不足",
    "530": "须先登录",
    "535": "登录被拒",
    "550": "没有这个邮箱，或不肯收",
    "551": "邮箱不在这台服务器",
    "552": "邮箱已满",
    "553": "邮箱写法不对",
    "554": "服务器不肯收",
}


def why_and_own_words(noted: str, *, by_robot: bool) -> tuple[str, str]:
    """Why a letter did not leave, by what was `noted` with it, and apart from that the words of the server, mostly English."""
    found = _OWN_WORDS.fullmatch(noted)
    why, own = (found["why"], found["own"]) if found else (noted, "")
    why = why.rstrip(": ")
    if named := _NAMED.fullmatch(why):
        meant = "程序出错" if noted.startswith(UNMADE) else "发送时出错" if by_robot else why_by_name(named["name"])
        return named["why"] + meant, ": ".join(filter(None, (named["name"], own)))
    meaning = _CODES.get((found["code"] if found else None) or why[-3:])
    return f"{why}（{meaning}）" if meaning else why, own
