"""The risk assessment (舆情风险评估研判): six graded factors, weighed into a proposal; a person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opinion_app.rules.errors import Invalid
from opinion_app.rules.registration import check_not_secret
from opinion_app.rules.words import RiskFactor, RiskLevel

F, L = RiskFactor, RiskLevel
TOP_GRADE = 3
# What each grade of a factor means; the factors are those of 文港镇 2024, the words are this project's own.
GRADE_WORDS: Mapping[RiskFactor, tuple[str, str, str, str]] = {
    F.CONTENT: (
        "一般咨询、建议，没有负面评价",
        "个人诉求，或对具体工作的批评",
        "涉及多数群众切身利益，或质疑政策、执法",
        "涉及人身伤亡、重大损失、干部违纪等敏感事项",
    ),
    F.REACTION: (
        "只有本人反映，无人附和",
        "少数人附和，情绪平和",
        "较多群众关注，有集中质疑或不满",
        "群情激烈，有串联、聚集的苗头",
    ),
    F.SPREAD: (
        "未扩散，只见于原渠道",
        "本地群聊、论坛有少量转发跟帖",
        "多个平台转发，跟帖较多",
        "登上热搜或榜单，转发跟帖持续猛增",
    ),
    F.MEDIA: (
        "没有媒体、自媒体关注",
        "本地自媒体转载",
        "市级以上媒体或有影响的自媒体报道",
        "省级以上媒体报道、追问",
    ),
    F.TREND: (
        "已经平息",
        "平稳，未见升温",
        "正在升温",
        "快速发酵，短时间内可能失控",
    ),
    F.IMPACT: (
        "不影响工作和社会秩序",
        "影响个别单位的形象",
        "影响本地形象或局部秩序",
        "可能引发群体性事件，或影响超出本县",
    ),
}


@dataclass(frozen=True)
class Scale:
    """How grades become a level. No official sheet with weights exists, so the office edits this one (domain §3).

    `bounds` is the lowest score (0-100) of each level; `single` the level under which no assessment falls that grades any
    factor 3."""

    weights: Mapping[RiskFactor, int]
    bounds: Mapping[RiskLevel, int]
    single: RiskLevel


DEFAULT_SCALE = Scale(
    weights={F.CONTENT: 20, F.REACTION: 15, F.SPREAD: 20, F.MEDIA: 15, F.TREND: 10, F.IMPACT: 20},
    bounds={L.IV: 15, L.III: 35, L.II: 60, L.I: 80},
    single=L.III,
)


@dataclass(frozen=True)
class Ground:
    """One factor's grade, 0 to 3, and what it rests on."""

    grade: int
    text: str = ""


@dataclass(frozen=True)
class Sheet:
    """What a person wrote on the sheet; `level` None takes the proposed one. `historic`: 历史遗留问题, verified more slowly."""

    grounds: Mapping[RiskFactor, Ground]
    level: RiskLevel | None = None
    difference_reason: str = ""
    findings: str = ""
    plan: str = ""
    historic: bool = False


@dataclass(frozen=True)
class Proposal:
    """The level the grades lead to, the score (0-100) behind it and the reason in words."""

    level: RiskLevel
    score: int
    why: str


@dataclass(frozen=True)
class Decision:
    """The proposal and the level a person chose."""

    proposal: Proposal
    level: RiskLevel


def propose(grades: Mapping[RiskFactor, int], scale: Scale = DEFAULT_SCALE) -> Proposal:
    """The level `grades` lead to; a factor that is not graded counts as 0. A higher grade never lowers the level."""
    whole = TOP_GRADE * sum(scale.weights.values())
    score = 100 * sum(scale.weights[factor] * grades.get(factor, 0) for factor in RiskFactor) // whole
    by_score = max((level for level, least in scale.bounds.items() if score >= least), key=_rank, default=L.NONE)
    top = [factor.label for factor in RiskFactor if grades.get(factor, 0) >= TOP_GRADE]
    if top and scale.single.rank > by_score.rank:
        return Proposal(scale.single, score, f"综合 {score} 分；{'、'.join(top)}为最高一档，不低于“{scale.single.label}”")
    return Proposal(by_score, score, f"综合 {score} 分，{_band(by_score, scale)}")


def _rank(level: RiskLevel) -> int:
    return level.rank


def _band(level: RiskLevel, scale: Scale) -> str:
    if level is L.NONE:
        return f"不到 {scale.bounds[L.IV]} 分，建议“{level.label}”"
    return f"达到“{level.label}”的 {scale.bounds[level]} 分"


def decide(sheet: Sheet, scale: Scale = DEFAULT_SCALE) -> Decision:
    """The proposal and the person's level; raises Invalid with everything that is missing.

    A level other than the proposed one needs a reason; every grade above 0 needs its ground."""
    check_not_secret(sheet.findings, sheet.plan, sheet.difference_reason, *(ground.text for ground in sheet.grounds.values()))
    problems: dict[str, str] = {}
    for factor in RiskFactor:
        ground = sheet.grounds.get(factor)
        if ground is None or not 0 <= ground.grade <= TOP_GRADE:
            problems[f"grade_{factor.value}"] = f"请选择“{factor.label}”属于哪一档。"
        elif ground.grade and not ground.text.strip():
            problems[f"ground_{factor.value}"] = f"请写明“{factor.label}”定为这一档的依据。"
    if any(name.startswith("grade_") for name in problems):
        raise Invalid("研判表还没有填完。", problems)
    proposal = propose({factor: ground.grade for factor, ground in sheet.grounds.items()}, scale)
    level = sheet.level or proposal.level
    if level is not proposal.level and not sheet.difference_reason.strip():
        problems["difference_reason"] = f"定级“{level.label}”与建议等级“{proposal.level.label}”不同，请写明理由。"
    if level is not L.NONE and not sheet.findings.strip():
        problems["findings"] = "请写明研判结论：风险点在哪里、可能怎样发展。"
    if problems:
        raise Invalid("研判表还没有填完。", problems)
    return Decision(proposal, level)


def acts_at_once(before: RiskLevel | None, level: RiskLevel) -> bool:
    """Whether a new level counts from the moment it is saved: a first one and a rise do, a fall awaits a leader (decisions 5)."""
    return before is None or level.rank >= before.rank


def all_leaders_told(level: RiskLevel) -> bool:
    """Whether every leader is told, not only the one in charge: 重大 and 特别重大."""
    return level.rank >= L.II.rank


def plan_wanted(level: RiskLevel) -> bool:
    """Whether a case of this level should have a response plan 应对处置预案; asked for, never a hindrance to a quick rating."""
    return level.rank >= L.III.rank


def grounds_data(sheet: Sheet, proposal: Proposal, scale: Scale) -> dict[str, Any]:
    """The grades with their grounds, and the scale they were weighed by, as they are stored."""
    data: dict[str, Any] = {
        factor.value: {"grade": ground.grade, "ground": ground.text} for factor, ground in sheet.grounds.items()
    }
    return data | {"score": proposal.score, "scale": scale_data(scale)}


def grounds_of(data: Mapping[str, Any]) -> dict[RiskFactor, Ground]:
    """The grades with their grounds as they were stored."""
    return {factor: Ground(int(data[factor]["grade"]), str(data[factor]["ground"])) for factor in RiskFactor if factor in data}


def scale_data(scale: Scale) -> dict[str, Any]:
    """A scale as plain data."""
    return {
        "weights": {factor.value: weight for factor, weight in scale.weights.items()},
        "bounds": {level.value: bound for level, bound in scale.bounds.items()},
        "single": scale.single.value,
    }


def scale_from(data: Mapping[str, Any]) -> Scale:
    """The scale in plain data; raises Invalid when it cannot work."""
    try:
        weights = {factor: int(data["weights"][factor.value]) for factor in RiskFactor}
        bounds = {level: int(data["bounds"][level.value]) for level in (L.IV, L.III, L.II, L.I)}
        single = L.of(str(data["single"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid("研判分值表不完整，请检查每个因素的分值和每一级的起点分。") from error
    scale = Scale(weights, bounds, single)
    check_scale(scale)
    return scale


def check_scale(scale: Scale) -> None:
    """Raises Invalid for weights that weigh nothing and for levels that do not follow each other."""
    if any(not 0 <= weight <= 100 for weight in scale.weights.values()) or not sum(scale.weights.values()):
        raise Invalid("每个因素的分值须在 0 到 100 之间，且不能全部为 0。")
    bounds = [scale.bounds[level] for level in (L.IV, L.III, L.II, L.I)]
    if bounds != sorted(set(bounds)) or not 1 <= bounds[0] <= bounds[-1] <= 100:
        raise Invalid("各级的起点分须在 1 到 100 之间，而且从一般到特别重大依次增大。")
