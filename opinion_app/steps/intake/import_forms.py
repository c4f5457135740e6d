"""The forms of an import: the file, and what its columns mean."""

from __future__ import annotations

from collections.abc import Mapping

from wtforms import MultipleFileField, RadioField, SelectField
from wtforms.validators import InputRequired

from opinion_app.forms import OfficeForm, choices, line
from opinion_app.rules.import_columns import column_letters
from opinion_app.rules.import_fields import Field
from opinion_app.rules.import_modes import ImportMode
from opinion_app.rules.words import Channel, Kind
from opinion_app.steps.intake.importing import Choices

# What nearly every sheet has is shown at once; the rest lies folded.
FIRST = (
    Field.TITLE,
    Field.BODY,
    Field.SENT_AT,
    Field.NUMBER,
    Field.NICKNAME,
    Field.REPLY,
    Field.REPLIED_AT,
    Field.REPLY_UNIT,
)
OTHERS = tuple(field for field in Field if field not in FIRST)


def _column(value: object) -> int | None:
    text = "" if value is None else str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


class UploadForm(OfficeForm):
    """The sheet itself."""

    file = MultipleFileField("表格文件")


class PreviewForm(OfficeForm):
    """What the columns mean and what the rows are; one select for each field stands beside those named here."""

    mode = RadioField(
        "这些留言是", choices=choices(ImportMode.choices()), validators=[InputRequired("请选择按历史件还是按待办导入。")]
    )
    source_label = line("来源名称", 80)
    channel = SelectField("来源渠道", choices=choices(Channel.choices()))
    kind = SelectField("诉求类型", choices=choices(Kind.choices()))

    def offer(self, headers: tuple[str, ...]) -> None:
        """Let the person choose among the columns of this sheet."""
        listed = [("", "（没有这一列）")]
        listed += [(str(place), f"{column_letters(place)} 列 {header}".strip()) for place, header in enumerate(headers)]
        for field in Field:
            self[f"column_{field.value}"].choices = choices(listed)  # type: ignore[attr-defined]

    def chosen(self) -> Choices:
        """What the person decided."""
        columns: Mapping[Field, int | None] = {field: self[f"column_{field.value}"].data for field in Field}
        return Choices(
            columns,
            ImportMode.of(self.mode.data),
            self.source_label.data or "",
            Channel.of(self.channel.data),
            Kind.of(self.kind.data),
        )


for _field in Field:
    setattr(PreviewForm, f"column_{_field.value}", SelectField(_field.label, coerce=_column, validate_choice=False))
