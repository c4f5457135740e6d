"""The made-up wording of the generated texts: templates of messages and replies, fillers, decoys, parts of names."""

import random
from collections.abc import Callable

FAMILY_NAMES = tuple(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁郑谢宋唐许邓冯韩曹曾彭肖蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戚莫孔向汤"
)
TEMPLATES = (
    "尊敬的领导：您好！我叫{name}，家住青山镇幸福小区{house}。…恳请尽快处理，我的电话是{mobile}。",
    "镇领导好，本人{name}，系柳树村{farm}村民，身份证号{identity}，联系电话{mobile}。…盼复。",
    "我要反映一个问题。…楼上住户的车牌是{plate}，经常堵住消防通道。联系人：{name}，电话：{mobile}",
    "关于拖欠工资的投诉\n老板{name}欠我三个月工资不给，他的手机是{mobile}。…我的银行卡号{card}，请帮我们讨回血汗钱。",
    "书记您好：…我的微信号：{wechat}，也可以加QQ：{qq}，手机{mobile}，谢谢！\n{name}\n2026年3月5日",
    "投诉青山镇解放路{door}的烧烤店，…营业执照统一社会信用代码{credit}。投诉人{name}，{mobile}。",
    "您好，{surname}先生：您反映的问题已收悉。…如有疑问，请致电{landline}。青山镇人民政府 2026年3月5日",
    "网友您好！…经核实，{name}女士购买的房屋位于阳光花园{house}，我们已与开发商联系。咨询电话：{landline}。",
    "尊敬的{surname}女士：来信收悉。…资料请发至邮箱{email}，或拨打{landline}联系工作人员{name}。",
    "您好！…经查，该车（车牌号{plate}）车主{name}已将车辆移走，处罚已告知本人。感谢您的监督！",
    "来信人您好：…低保户{name}（身份证号：{identity}）的补助已于上月发放至卡号{card}。咨询电话{landline}。",
    "我是青山中学学生家长{name}，…班主任{surname}老师要求补课，联系方式{mobile}，邮箱{email}。",
    "求助：我父亲{name}，{identity}，今年七十八岁，住人民路{door}。…子女电话{mobile}。",
    "该公司法人代表{name}，信用代码：{credit}，…公司电话{landline}，开户账号{card}。",
    "请问办理老年证要什么手续？…本人在翠竹苑{house}居住，qq{qq}，微信{wechat}。",
    "{surname}师傅的态度很好，…特此感谢！他开的公交车车牌是{plate}。感谢人：{name}",
    "…有需要请加微信 {wechat} 或发邮件到 {email}，电话 {mobile}，找{surname}女士。",
    "邻居{name}在楼道堆放杂物，门牌是锦绣家园{house}，…物业电话{landline}打不通。",
    "答复如下：…请携带身份证到政务中心办理，联系人{name}，电话{landline}，手机{mobile}。",
    "举报人：{name}\n身份证：{identity}\n电话：{mobile}\n地址：建设路{door}\n…",
    "我和妻子{name}在桂花村{farm}有一处老宅，…村里{surname}大爷可以作证，他的电话：{mobile}。",
    "…同村的{name}可以证明，他住在东风小区{house}，号码{mobile}。",
    "家父{name}于去年病逝，…抚恤金请打到{card}，户名{name}。",
    "姓名：{apart}\n电话：{mobile}\n…",
    "您好，我叫 {apart}，…联系人:{apart} 电话{mobile}",
    "…我妈{name}在桂花村第三小组门牌号{plaque}住了一辈子，低保被取消了。",
    "本人系{name}之女，…加V：{wechat}，或者加微{wechat}。",
    "…有事 +v {wechat}，微 信：{wechat}",
    "工行{card}，户名{name}，请把补偿款打到这张卡。…",
    "{name}家门口.jpg",
    "村民{name}家漏水三次，…请尽快处理。",
    "邻居{name}家的狗整夜叫，…",
    "…业主{name}家门口堆满垃圾。",
    "{name}您好！您反映的问题已收悉。…",
    "尊敬的{name}：您好！…感谢您的来信，可加QQ：{qq}或致电{landline}。",
    "…住户{name}户与村民{name}户共用一口井。",
    "…我们一直向{name}反映，他说要等通知。",
    "…",
    "…{decoy}，请问什么时候解决？",
    "镇政府：…{decoy}，{decoy}。此致敬礼",
)

FILLER = (
    "小区门口的路灯坏了半个多月，晚上老人孩子出门很不方便。",
    "自来水水压一直不足，三楼以上经常没有水。",
    "村里的水泥路坑坑洼洼，下雨天根本没法走。",
    "广场舞的音响每天放到晚上十点，严重影响孩子写作业。",
    "垃圾站离居民楼太近，夏天臭味很大，苍蝇成群。",
    "我们多次向物业和社区反映，都没有得到明确答复。",
    "经我镇城管中队现场核查，您反映的情况基本属实。",
    "已责令施工单位限期整改，并安排专人跟踪督办。",
    "根据有关规定，该项目已列入今年的改造计划，预计年底前完工。",
    "感谢您对我们工作的关心、理解和支持！",
    "业主高度重视这件事，居民安全没有保障。",
    "学校周边流动摊贩占道经营，交警同志也来过几次。",
    "高速公路出口每天堵车，方便的话请增加红绿灯。",
    "请各位老师和家长相互转告。",
    "村民应当先向村委会提出申请，由村民小组讨论通过。",
    "司机师傅态度很差，乘客都有意见。",
    "单位领导说下个月解决，到现在也没有消息。",
    "老人常年独居，子女在外打工，生活困难。",
    "公安局长期以来对这里的停车问题没有管理办法。",
    "我是一名普通的退休工人，每月只有一点养老金。",
)

DECOY_SENTENCES = (
    "我已拨打12345热线，工单编号{decoy}。",
    "根据{decoy}的要求，应当在六十日内办结。",
    "该项目总投资{decoy}，至今没有公示。",
    "热线12319、12388和110都打过了，95598也说不归他们管。",
    "事情发生在{decoy}左右，当时有很多人在场。",
    "快递单号{decoy}，至今没有收到。",
    "详情可关注微信公众号：青山发布，或拨打400-820-0012。",
    "我住的小区离1路公交车站有500米，离201路也不远。",
    "案件受理号为{decoy}。",
    "每平方米均价6800元，共计138000.50元。",
    "请到政务服务中心二楼大厅办理，工作时间8:30-17:30。",
)


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


DECOYS: tuple[Callable[[random.Random], str], ...] = (
    lambda rng: f"LY2026-{_digits(rng, 6)}",
    lambda rng: f"青政办发〔2026〕{rng.randint(1, 99)}号",
    lambda rng: f"国发[20{rng.randint(10, 25)}]{rng.randint(1, 99)}号文件",
    lambda rng: "2026" + _digits(rng, 16),
    lambda rng: f"{rng.randint(1, 999)},{_digits(rng, 3)},{_digits(rng, 3)}.{_digits(rng, 2)}元",
    lambda rng: f"{rng.randint(100, 99999)}万元",
    lambda rng: f"2026年{rng.randint(1, 12)}月{rng.randint(1, 28)}日{rng.randint(0, 23)}时",
    lambda rng: f"2026-{rng.randint(1, 12):02}-{rng.randint(1, 28):02} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}:09",
    lambda rng: f"2026.{rng.randint(1, 12)}.{rng.randint(1, 28)}",
    lambda rng: "SF" + _digits(rng, 13),
    lambda rng: f"东经{rng.randint(110, 114)}.{_digits(rng, 6)}",
    lambda rng: f"国道{rng.randint(106, 320)}线K{rng.randint(10, 999)}+{_digits(rng, 3)}处",
    lambda rng: f"{rng.randint(1, 9)}号楼{rng.choice(['东侧', '大厅'])}",
)
