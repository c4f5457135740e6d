"""E-mail addresses, and WeChat and QQ accounts announced by a word; official accounts (公众号) are not personal."""

import re
from collections.abc import Iterator

from opinion_app.rules.masking.kinds import Candidate, Confidence, Kind
from opinion_app.rules.masking.normalise import Reading, View

_AT = re.compile(r" ?@ ?| ?[(\[{<【] ?(?:at|@|艾特) ?[)\]}>】] ?| at |艾特", re.IGNORECASE)
_LOCAL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}$")
_DOMAIN = re.compile(
    r"[A-Za-z0-9\-]{1,63}(?:[.。点][A-Za-z0-9\-]{1,63}){0,3}"
    r"(?:[.。点][a-z]{2,6}|(?: ?[.。] ?| dot |[(\[]dot[)\]])(?:com|cn|net|org))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SAYS = r"(?:号码?|账号|帐号|同号|ID)?(?:[是为:=]|\s|\(|加我|联系){0,4}"
_WECHAT = re.compile(
    r"(?:微 ?信|威信|薇信|徽信|V信|卫星号|(?<![A-Za-z])(?:weixin|wechat|wx|vx|wei信)"
    r"|(?<!增)加我?微|(?:(?<!增)加我?|\+) ?v(?=[ :]))"
    rf"(?!公众|群|小程序|支付|扫码){_SAYS}"
    r"(?P<id>[A-Za-z][A-Za-z0-9_\-]{5,19}|[0-9]{5,12}(?![0-9])|[A-Za-z0-9][A-Za-z0-9_\-]{5,19})(?![A-Za-z0-9_\-@])",
    re.IGNORECASE,
)
_QQ = re.compile(
    rf"(?:(?<![A-Za-z])QQ|扣扣|企鹅|秋秋|(?<![A-Za-z])Q(?=[:号]))(?P<group>群?){_SAYS}"
    r"(?P<id>[1-9](?:[ \-]?[0-9]){4,11})(?![0-9@]|[A-Za-z0-9._]{0,8}@)",
    re.IGNORECASE,
)


def _emails(view: View) -> Iterator[Candidate]:
    text = view.text
    for sign in _AT.finditer(text):
        local = _LOCAL.search(text[max(0, sign.start() - 64) : sign.start()])
        domain = _DOMAIN.match(text, sign.end(), sign.end() + 255)
        if local and domain:
            start = sign.start() - len(local[0])
            plain = sign[0] == "@"
            confidence = Confidence.HIGH if plain else Confidence.MEDIUM
            yield Candidate(Kind.EMAIL, *view.span(start, domain.end()), confidence, "符合电子邮箱的写法")


def _named(view: View) -> Iterator[Candidate]:
    for found in _WECHAT.finditer(view.text):
        yield Candidate(Kind.WECHAT, *view.span(*found.span("id")), Confidence.HIGH, "“微信”字样之后的账号")
    for found in _QQ.finditer(view.text):
        confidence = Confidence.LOW if found["group"] else Confidence.HIGH
        reason = "QQ群号" if found["group"] else "“QQ”字样之后的号码"
        yield Candidate(Kind.QQ, *view.span(*found.span("id")), confidence, reason)


def candidates(reading: Reading) -> Iterator[Candidate]:
    """Every account in the text; numbers of WeChat and QQ also where they are spelled in Chinese or circled digits."""
    yield from _emails(reading.plain)
    yield from _named(reading.plain)
    if reading.spoken.text != reading.plain.text:
        yield from _emails(reading.spoken)
        yield from _named(reading.spoken)
