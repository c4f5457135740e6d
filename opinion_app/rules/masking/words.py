"""The words just before a number that say what it is, or that it is none of our business."""

import re

_GAP = r"[^0-9。；;!?\n]{0,12}$"
PHONE = re.compile(
    r"(?:电话|座机|热线|传真|致电|拨打|来电|手机|联系方式|联系人|联系|号码|咨询|短信|微信同号|(?<![a-z])tel|phone|mobile|call)"
    + _GAP,
    re.IGNORECASE,
)
IDENTITY = re.compile(r"(?:身份证|身份号|证件号|公民身份|身份信息|(?<![A-Za-z])id)" + _GAP, re.IGNORECASE)
CREDIT = re.compile(r"(?:信用代码|社会代码|税号|纳税人识别号|机构代码|执照号?|注册号)[^0-9A-Z。；;\n]{0,8}$", re.IGNORECASE)
BANK = re.compile(
    r"(?:卡号|银行卡|储蓄卡|信用卡|账号|帐号|账户|帐户|户头|存折"
    r"|工行|建行|农行|中行|农商行|信用社|邮储|邮政|银行|打到|转到)" + _GAP
)
ACCOUNT = re.compile(r"(?:卡号|银行卡|储蓄卡|信用卡|银行账号|银行帐号|收款账号|账号|帐号|账户|帐户)[是为:：\s]{0,4}$")
SERIAL = re.compile(
    r"(?:订单|工单|单号|编号|流水|运单|快递|案号|文号|批号|序列号|发票|条码|受理号|保单|合同|项目代码|代码|条形码|No\.?)"
    r"[^0-9。；;!?\n]{0,10}$",
    re.IGNORECASE,
)
MONEY_BEFORE = re.compile(r"(?:共|计|总|额|价|资|款|费|欠|付|约|达|近|超|余|人民币|罚|借|贷|值)[^0-9。；;\n]{0,4}$")
MONEY_AFTER = re.compile(r"\s?(?:元(?![旦宵])|块钱)")
AMOUNT_AFTER = re.compile(r"\s?(?:元(?![旦宵])|万|亿|块钱|人民币|平方|亩|吨|公里|度电|千瓦)")
