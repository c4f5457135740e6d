"""`opinion draw-pages`: the pages of one file as pictures, on behalf of the page 公开附件."""

from __future__ import annotations

import click

from opinion_app import clock
from opinion_app.cli._office import opened
from opinion_app.files.store import AttachmentStore
from opinion_app.records.current import settings_of
from opinion_app.rules.errors import Refused
from opinion_app.steps.publish import drawing


@click.command("draw-pages", hidden=True)
@click.argument("copy_id", type=int)
def draw_pages(copy_id: int) -> None:
    """把附件逐页转成图片（由“公开附件”页面启动）。 / Draw the pages of a file, on behalf of its page."""
    with opened():
        said = drawing.carry_out(copy_id, clock.now, AttachmentStore(settings_of().data_dir / "attachments"))
    if said:
        raise Refused(said)


commands = [draw_pages]
