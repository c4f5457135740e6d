"""Why a letter has not left, as the outbox says it: in Chinese, of what earlier versions wrote as well."""

from __future__ import annotations

import pytest

from opinion_app.desks.casefile.results import why_not
from opinion_app.desks.outbox.queries import Letter
from opinion_app.records.notice import Notice
from opinion_app.rules.words import NoticeChannel

LATER, REFUSED = "邮件服务器连接不上，稍后再发：", "对方暂不接收，稍后再发："


@pytest.mark.parametrize(
    ("kept", "why", "own"),
    [
        (
            f"{LATER}ConnectionRefusedError: [Errno 111] Connection refused",
            f"{LATER}拒绝连接，服务可能没有启动或端口不对",
            "ConnectionRefusedError: [Errno 111] Connection refused",
        ),
        (f"{LATER}ConnectionResetError: [Errno 104]", f"{LATER}连接中途断开", "ConnectionResetError: [Errno 104]"),
        (f"{LATER}gaierror: [Errno -2] Name", f"{LATER}找不到主机，请核对服务器名称", "gaierror: [Errno -2] Name"),
        (f"{LATER}SSLCertVerificationError: self", f"{LATER}证书不对，不能确认是这台服务器", "SSLCertVerificationError: self"),
        (f"{LATER}SMTPServerDisconnected: closed", f"{LATER}连接中途断开", "SMTPServerDisconnected: closed"),
        (f"{LATER}OSError: too long", f"{LATER}没有连上", "OSError: too long"),
        (f"四天内多次发送未成功：TimeoutError: {''}", "四天内多次发送未成功：超时没有应答", "TimeoutError"),
        (f"{LATER}OldLibraryError: ?", f"{LATER}没有连上", "OldLibraryError: ?"),
        (f"{LATER}证书不对: SSLError: x", f"{LATER}证书不对", "SSLError: x"),
        (f"{LATER}超时没有应答", f"{LATER}超时没有应答", ""),
        ("邮件无法生成：ValueError: boom", "邮件无法生成：程序出错", "ValueError: boom"),
        ("邮件无法生成：TemplateNotFound: x.html", "邮件无法生成：程序出错", "TemplateNotFound: x.html"),
        ("邮件无法生成：KeyError", "邮件无法生成：程序出错", "KeyError"),
        ("对方拒收：550 5.1.1 no Error", "对方拒收：550 5.1.1（没有这个邮箱，或不肯收）", "no Error"),
    ],
)
def test_an_earlier_versions_reason_is_said_in_chinese_with_the_machines_words_behind(kept: str, why: str, own: str) -> None:
    letter = Letter(Notice(last_error=kept, channel=NoticeChannel.MAIL), "即时催办", "", "blue", readable=True)
    assert (letter.why, letter.own_words) == (why, own)
    assert why_not(letter.notice) == why, "the page of a case says the same, without the machine's words"


def test_a_librarys_fault_in_a_message_to_a_robot_is_no_name_either() -> None:
    kept = Notice(last_error=f"{REFUSED}群机器人：TypeError", channel=NoticeChannel.ROBOT)
    letter = Letter(kept, "即时催办", "", "blue", readable=True)
    assert (letter.why, letter.own_words) == (f"{REFUSED}群机器人：发送时出错", "TypeError")
