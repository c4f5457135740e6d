"""The words around a name that give it away: titles after it, introductions before it, and what goes on after it."""


def _either(text: str) -> str:
    """The words as alternatives of a regular expression, the longest first."""
    return "|".join(sorted(text.split(), key=len, reverse=True))


CIVIL_TITLES = _either(
    "先生 女士 小姐 太太 夫人 师傅 老师 同志 同学 大爷 大妈 大叔 大伯 大娘 大姐 大哥 阿姨 叔叔 爷爷 奶奶 婆婆 "
    "嫂子 老人 老汉 老板 医生 护士 教授 律师 警官 法官"
)
"""Titles of anybody."""

OFFICE_TITLES = _either(
    "书记 主任 镇长 乡长 村长 局长 科长 股长 所长 站长 处长 县长 区长 市长 省长 部长 会长 组长 队长 校长 园长 "
    "院长 行长 厂长 主席 主管 支书"
)
"""Titles of somebody who holds an office, also with 副 before them."""

ANNOUNCING = _either("我叫 名叫 叫做 名字叫做 名字叫 名字是 名字为 姓名叫 姓名是 姓名为 姓名 本人叫 本人姓名")
"""Words after which a name must follow."""

PARTIES = _either(
    "联系 联络 举报 投诉 反映 申请 留言 来信 信访 上访 代理 委托 受害 经办 负责 收款 收件 寄件 开户 报案 申诉 "
    "责任 举证 承包 被告 承租 出租 被投诉 被举报 紧急联系 署名 当事 监护 法定代表 感谢 见证 证明 保证 担保 继承 "
    "共有 权利"
)
"""Before 人: 联系人, 投诉人, 申请人."""

STANDING = _either("车主 机主 户主 户名 业主 死者 患者 伤者 原告 法人代表 法人 落款 署名 称呼")
"""Words of forms after which a name may follow."""

ROLES = _either(
    "村民 居民 业主 市民 群众 老人 学生 司机 患者 死者 邻居 丈夫 妻子 儿子 女儿 父亲 母亲 爱人 老公 老婆 哥哥 "
    "弟弟 姐姐 妹妹 孙子 孙女 岳父 岳母 爸爸 妈妈 家父 家母 家兄 舅舅 叔叔 伯伯 姑姑 姨妈 表哥 表弟 堂哥 堂弟 "
    "侄子 外甥 女婿 儿媳 同事 朋友 同学 同村的 同村 家长 车主 教师 教练 护士 保安 物业 法人 负责人 包工头 房东 "
    "老板 员工 职工 工人 书记 主任 村长 支书 组长 局长 镇长 乡长 县长 市长 队长 校长 所长 医生 老师 民警 法官 "
    "经理 会计 贫困户 低保户 五保户 联系 致电 找到 咨询 对接人 男子 女子 会长 工作人员 网格员 网友 销售 中介 "
    "我妈 我爸 我爹 我娘 我哥 我姐 我弟 我妹 我儿 我妻 我夫 俺妈 俺爸 俺娘 俺爹 奶奶 爷爷 外公 外婆 "
    "客服 业务员 从业人员 导游 监理 小女 小儿 领导 科长 股长 站长 处长 主席 委员 代表 小组 "
    "店主 当事人 户主 原告 被告 申请人 伤者 受害人 受害者 责任人 党员 干部 社员 租户 住户 农户 商户 房主 摊主 雇主 屋主 "
    "老乡 战友 室友 驾驶员 驾驶人 肇事者 打人者 副书记 村支书 村主任 副主任 副组长 邻里 儿媳妇 前妻 前夫 继父 继母 养父 养母 病人"
)
"""What somebody is to the writer or in the place, before the name."""

GOES_ON = _either(
    "长期 多次 经常 一直 私自 擅自 违规 非法 强行 利用 现在 目前 至今 今年 去年 同志 等人 名下 一家 夫妇 家中 "
    "家里 共同 承包 购买 签订 去世 病逝 死亡 受伤 办理 负责 表示 承认 可以 应该 需要 没有 反映 反应 协商 沟通 "
    "之女 之子 之妻 之夫 之母 之父 之孙 了解 立即 上班 联系 取得 召开 带领 带头 带着 老先生 先生 女士 本人"
)
"""What may follow a name at once, although its first character could be part of one."""

NAMED_AFTER = _either(
    "家 的房子 的房屋 的房 的地 的车 的儿子 的女儿 的妻子 的丈夫 的父亲 的母亲 称 说 告诉 反映 反应 打电话 来电 殴打 打人 打伤 "
    "辱骂 威胁 拒绝 同意 提出 认为 要求 举报 投诉 申请 咨询 是 在 把 被 将 为 与 和 于 因 系 户 已 到 从 向 对 也 又 还 就 "
    "未 不 有 带 到 给 叫"
)
"""What is said or done by, and belongs to, somebody who has just been named."""

ACTS = _either(
    "称 说 反映 反应 打电话 来电 来信 来访 殴打 打伤 打了 辱骂 骂 威胁 拒绝 不同意 不肯 承认 否认 认为 提出 声称 告诉 告知 带人 "
    "叫人 动手 私自 擅自 强行 占用 霸占 侵占 修建 违建 等人 等户 一家 一户 夫妇 夫妻 兄弟 父子 母子 父女 母女 之子 之女 之妻 "
    "之夫 之父 之母 的房子 的房屋 的儿子 的女儿 的妻子 的丈夫 的父亲 的母亲 本人 同志 家不 家的 家在 家里 家房"
)
"""What somebody says or does, and who belongs to him, at once after the name."""

PLACE_ENDS = frozenset("村镇乡县市区街路巷弄桥塘坪冲岭坡湾坝寺庙井园府城站港岸沟坑溪屋坊家渡洲江河湖山垅圩垸铺店厦苑")
"""Last characters of places that begin like a name."""

NEVER_GIVEN = frozenset("塘冲坡坝圩垸垅屋巷弄村镇")
"""Characters of places that no given name holds."""

FIRM_AFTER = _either(
    "小区 花园 学校 幼儿园 大厦 国际 新城 公园 水库 大桥 工地 科技 置业 地产 房产 房地产 建设 建筑 集团 项目 品牌 牌 "
    "号 线 站 河 江 水 塘 坪 坡 坝 寺 庙 井 洞 溪 洲 垸 垅 屋场 片区 片 安置 林场 农场 渔场 煤矿 矿 院子 国土 中心 校区 "
    "超市 商场 商城 广场 宾馆 饭店 餐馆 高速 大道 分局 卫生院 中学 小学 学院 大学 文化 书院 故居 墓 隧道 立交 地铁 "
    "门 楼 栋 期 苑 府 派出所 实业 投资 工程 教育 培训 物流 商贸 贸易 食品 农业 生态 医药 银行 证券 保险 支行 名邸 名苑 华府 雅苑"
)
"""What makes a place, a building or a firm of the characters before it."""

FIRM_BEFORE = _either("地铁 小区 花园 大道 楼盘 开发商 品牌 公交 高速 国道 省道 县道")
"""What a place or a firm is named by, before it."""

NO_NAME_BEFORE_HOUSE = frozenset("一二三四五六七八九十百千万数多各整全半")
"""What counts families rather than ends a name: 王强一家, 李明三户."""

OFFICES_END = frozenset("会局部所院厅委队站校司科厂店员长民友众总工哥姐弟董记任")
"""Last characters of offices, of those addressed together and of short titles in a salutation: 张局您好, 李总您好."""
