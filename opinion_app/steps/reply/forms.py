"""The form of the draft."""

from __future__ import annotations

from wtforms import HiddenField

from opinion_app.forms import OfficeForm
from opinion_app.forms import text as long_text
from opinion_app.rules.reply import MAX_REPLY


class DraftForm(OfficeForm):
    """The public text; `read` is the wording the page was opened with, so that nobody overwrites another unseen."""

    read = HiddenField()
    text = long_text(
        "答复内容", MAX_REPLY, required=True, rows=16, hint="将发给留言人并可能公开：写明核实情况、处理意见和依据、联系电话"
    )
    template = HiddenField()
    note = long_text("修改说明", 300, rows=2)
