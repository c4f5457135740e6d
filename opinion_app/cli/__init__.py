"""The `opinion` command: every module of this package adds the commands it lists under `commands`."""

from __future__ import annotations

import importlib
import os
import pkgutil
import signal
import sys
import threading
from collections.abc import Sequence

import click
from sqlalchemy.exc import DBAPIError

from opinion_app.cli._usage import complaint
from opinion_app.rules.errors import OfficeError
from opinion_app.rules.settings import SettingMissing, SettingWrong

# Set by a parent that holds our standard input: when it is gone, however it went, we go too.
WATCHED = "OPINION_WATCH_STDIN"


def build() -> click.Group:
    """The command with all its parts; modules whose name begins with an underscore add none."""
    group = click.Group("opinion", help="留言与舆情办理 / public-opinion response tracking. 设置见环境变量 OPINION_*。")
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            for command in importlib.import_module(f"{__name__}.{module.name}").commands:
                group.add_command(command)
    return group


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit: 0 only on success, otherwise with one clear sentence on standard error and no traceback."""
    _speak_utf8()
    if os.environ.pop(WATCHED, ""):
        _end_with_parent()
    try:
        wanted = list(sys.argv[1:] if arguments is None else arguments)
        status = build().main(wanted, prog_name="opinion", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.ClickException as error:
        _fail(complaint(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("已中止。", 130)
    except (OfficeError, SettingMissing, SettingWrong) as error:
        _fail(str(error))
    except DBAPIError as error:
        _fail(f"数据库没有应答或拒绝了操作：{str(error.orig).strip().splitlines()[0]}")
    except OSError as error:
        _fail(f"无法读写文件或网络：{error.strerror or error}{f'（{error.filename}）' if error.filename else ''}")
    else:
        sys.exit(status if isinstance(status, int) else 0)


def _fail(message: str, status: int = 1) -> None:
    click.echo(message, err=True)
    sys.exit(status)


def _speak_utf8() -> None:
    """Chinese must come out whole where the console has another code page or none (Windows, cron)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
            reconfigure(encoding="utf-8", errors="replace")


def _end_with_parent() -> None:
    def wait() -> None:
        while os.read(0, 1024):  # not sys.stdin: its lock, held here, would make the interpreter abort at the end
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent watch", daemon=True).start()
