"""The form of the office's own settings."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired

from opinion_app.forms import OfficeForm, line, text


class SettingsForm(OfficeForm):
    """What the office says of itself, on its pages and its papers."""

    name = line("办公室名称", 60, required=True, hint="页眉、打印文书的抬头")
    site_name = line("网站名称", 60, required=True, hint="公众页面的名称")
    site_domain = line("网站域名", 100)
    site_id_code = line("政府网站标识码", 10, hint="10 位数字，没有可不填")
    credit_code = line("统一社会信用代码", 18, hint="18 位，用于索引号")
    phone = line("公开电话", 40)
    email = line("公开邮箱", 100)
    address = line("地址", 100)
    organiser = line("主办单位", 60, hint="公众页面页脚，空则用办公室名称")
    icp = line("ICP 备案号", 40)
    police_record = line("公安备案号", 60)
    leader_phone = line("领导值班电话", 40, hint="一级、二级舆情时电话报告用，不公开")
    areas = text("领域", 1000, required=True, rows=8, hint="每行一个；“其他”总在最后，不用写")
    message = line("网民留言编号", 60, required=True, hint="{year} 为年份，{serial:06d} 为六位流水号")
    forwarded_letter = line("转来信件编号", 60, required=True)
    sentiment_item = line("舆情信息编号", 60, required=True)
    policy = line("政策文件编号", 60, required=True)
    index_pattern = line("索引号", 100, required=True, hint="可用 {code} 信用代码、{year}、{month:02d}、{day:02d}、{serial:03d}")
    kept_numbers = text("不脱敏的公开电话", 1000, rows=3, hint="每行一个，如本单位办公电话；公开答复时不提示脱敏")
    secrecy_by_other = BooleanField(
        "保密审查须由遮盖以外的人作出",
        description="不勾选时只作提示；勾选后，遮盖的人须提请另一名受理员审查，本人不能公开。至少要有两名受理员",
    )
    rating_days = IntegerField(
        "评价期限（工作日）",
        [InputRequired("请填写评价期限。")],
        description="答复后多少个工作日内，留言人可以评价并申请一次重办",
    )
