"""`opinion import`: a sheet of messages into the office, from the command line or on behalf of the page."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from opinion_app import clock
from opinion_app.cli._office import opened
from opinion_app.files.received import Received
from opinion_app.records.current import settings_of
from opinion_app.records.transaction import transaction
from opinion_app.rules.errors import Refused
from opinion_app.rules.file_kinds import IMPORT_LIMITS
from opinion_app.rules.file_names import display_name
from opinion_app.rules.import_columns import choices_from_text
from opinion_app.rules.import_modes import ImportMode, ImportState
from opinion_app.rules.words import Word
from opinion_app.steps.intake import import_job, import_queries, importing
from opinion_app.steps.intake.import_job import Tally
from opinion_app.steps.intake.importing import Choices, import_store
from opinion_app.steps.intake.sheet_peek import peek

PROBLEMS_SHOWN = 20


def _values(words: type[Word]) -> list[str]:
    return [member.value for member in words]


@click.command("import")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="只试导入，不写入任何件 / try only, write nothing")
@click.option(
    "--map", "pairs", multiple=True, metavar="项目=列", help="指定哪一列是什么，可重复，如 标题=留言主题 / which column is what"
)
@click.option("--mode", type=click.Choice(_values(ImportMode)), default="auto", help="auto 按时间 / history 历史 / open 待办")
@click.option("--label", default="", help="来源名称，与原编号一起识别重复 / where the sheet is from")
@click.option("--sheet", default=None, help="工作表名称 / name of the sheet")
@click.option("--run", "run_id", type=int, default=None, help="继续编号为此的导入 / go on with this import")
@click.option("--quiet", is_flag=True, help="不显示进度 / no progress")
def import_sheet(
    file: Path | None,
    pairs: tuple[str, ...],
    mode: str,
    label: str,
    sheet: str | None,
    run_id: int | None,
    *,
    dry_run: bool,
    quiet: bool,
) -> None:
    """导入留言表格（.xlsx、.xls、.csv）。 / Import a sheet of messages."""
    if (file is None) == (run_id is None):
        raise click.UsageError("请给出要导入的文件，或用 --run 指定要继续的导入。")
    with opened():
        if file is not None:
            run_id = _begin(file, pairs, ImportMode.of(mode), label, sheet, dry=dry_run)
        settings = settings_of()
        shown = _Line(quiet)
        tally = import_job.carry_out(run_id or 0, clock.now, settings.secret_key, import_store(settings.data_dir), shown)
        shown.end()
        _summary(run_id or 0, tally)
    if tally.state is ImportState.FAILED:
        raise Refused(tally.message)


def _begin(file: Path, pairs: tuple[str, ...], mode: ImportMode, label: str, sheet: str | None, *, dry: bool) -> int:
    """Take the file in and note the run; the file is removed again when it cannot be read."""
    now, store = clock.now(), import_store(settings_of().data_dir)
    name = display_name(file.name)
    with file.open("rb") as stream:
        received = Received(name, store.save(stream, name, IMPORT_LIMITS), store)
    try:
        seen = peek(store.path(received.stored.stored_name), name, sheet)
        with transaction() as session:
            run = importing.prepare(session, received, seen, None, now)
            columns = choices_from_text(seen.layout, pairs)
            importing.choose(run, Choices(columns, mode, label))
            importing.begin(session, run, None, now, dry=dry)
            return run.id
    except BaseException:
        received.discard()
        raise


class _Line:
    """The line of progress: rewritten on a terminal, one line every so often elsewhere."""

    def __init__(self, quiet: bool) -> None:  # noqa: FBT001
        self._quiet, self._live, self._told = quiet, sys.stdout.isatty(), 0

    def __call__(self, tally: Tally) -> None:
        words = f"{tally.done}/{tally.total} 行，新增 {tally.added}，重复 {tally.repeated}，未导入 {tally.refused}"
        if self._quiet:
            return
        if self._live:
            click.echo(f"\r{words}", nl=False)
        elif tally.done - self._told >= 5000:
            self._told = tally.done
            click.echo(words)

    def end(self) -> None:
        """Leave the rewritten line."""
        if self._live and not self._quiet:
            click.echo()


def _summary(run_id: int, tally: Tally) -> None:
    if tally.state is ImportState.FAILED:
        return
    verb = "将新增" if tally.state is ImportState.DRY else "新增"
    click.echo(f"共 {tally.done} 行：{verb} {tally.added}，重复 {tally.repeated}，未导入 {tally.refused}，提示 {tally.warned}。")
    with transaction() as session:
        for problem in import_queries.problems(session, run_id, PROBLEMS_SHOWN):
            where = f"第 {problem.row_no} 行" + (f"“{problem.column}”" if problem.column else "")
            click.echo(f"  {where}：{problem.reason}")
    if tally.refused > PROBLEMS_SHOWN:
        click.echo(f"  其余见“表格导入”页面第 {run_id} 次导入，可下载未导入的行。")


commands = [import_sheet]
