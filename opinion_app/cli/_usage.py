"""What is wrong with how a command was called, in Chinese: the library says it in English wherever it is found."""

from __future__ import annotations

import re

import click

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
# The library's own sentences; one that is not here is given as it stands.
_SENTENCES = (
    (r"Missing command\.", "请写明要运行的命令"),
    (r"Got unexpected extra arguments? \((?P<what>.*)\)", "多出了参数 {what}"),
    (r"Option '(?P<what>.*)' requires (?:an argument|\d+ arguments)\.", "选项 {what} 后面要写值"),
    (r"Option '(?P<what>.*)' does not take a value\.", "选项 {what} 后面不写值"),
    (r"'(?P<what>.*)' is not a valid integer(?: range)?\.", "“{what}”不是整数"),
    (r"(?P<what>\S+) is not in the range (?P<low>\d+)<=x<=(?P<high>\d+)\.", "{what} 不在 {low} 至 {high} 之间"),
    (r"'(?P<what>.*)' is not (?:one of )?(?P<those>'.*')\.", "“{what}”不能用，只能写 {those}"),
    (r"\w+ '(?P<what>.*)' does not exist\.", "没有找到 {what}"),
    (r"\w+ '(?P<what>.*)' is a directory\.", "{what} 是文件夹，这里要写文件"),
    (r"\w+ '(?P<what>.*)' is a file\.", "{what} 是文件，这里要写文件夹"),
    (r"\w+ '(?P<what>.*)' is not (?:readable|writable|executable)\.", "没有权限读写 {what}"),
)


def complaint(error: click.ClickException) -> str:
    """One sentence, and for a wrong call how the command is written and where its help is."""
    said = _said(error)
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return said
    pieces = " ".join(context.command.collect_usage_pieces(context))
    return f"{said}\n用法：{context.command_path} {pieces}\n说明：{context.command_path} --help"


def _said(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}{_perhaps(error.possibilities)}"
    if isinstance(error, click.exceptions.NoSuchCommand):
        return f"没有命令 {error.command_name}{_perhaps(error.possibilities)}"
    if isinstance(error, click.MissingParameter):
        return f"缺少{_which(error)}。"
    said = _in_chinese(error.message)
    return f"{_which(error)}：{said}" if isinstance(error, click.BadParameter) and _which(error) else said


def _perhaps(alike: list[str] | None) -> str:
    return f"，是不是 {'、'.join(alike)}？" if alike else "。"


def _which(error: click.BadParameter) -> str:
    """选项 --port or 参数 START, as the help names it."""
    param = error.param
    if isinstance(param, click.Option):
        return f"选项 {param.opts[0]}"
    if param is not None:
        return f"参数 {param.human_readable_name}"
    return ""


def _in_chinese(message: str) -> str:
    if _CHINESE.search(message):
        return message
    for sentence, words in _SENTENCES:
        if found := re.fullmatch(sentence, message.strip()):
            return words.format(**found.groupdict()) + "。"
    return f"命令写得不对：{message}"
