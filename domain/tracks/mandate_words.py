"""The closed words of mandates, and how such words are written down."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from domain.vocabulary import Name

Words = Mapping[str, Name]


def names(**rows: tuple[str, str]) -> Words:
    """Return words with their Chinese and English names."""
    return MappingProxyType({word: Name(*pair) for word, pair in rows.items()})


MANDATES: Final = names(
    special=("专项督查", "special inspection"),
    case=("个案督查", "one case"),
    periodic=("定期检查", "periodic inspection"),
    random=("随机抽查", "random inspection"),
    campaign=("专项行动", "campaign"),
    assessment=("年度考核", "yearly assessment"),
)
POPULATIONS: Final = names(
    held=("所及单位持有或持有过的全部事项", "all cases that the units hold or held"),
    open=("其中尚未终结的事项", "those of them that are not over"),
)
CHANGES: Final = names(added=("增加", "added"), removed=("移出", "removed"))
CRITERIA: Final = names(
    timely_acceptance=("及时受理", "timely acceptance"),
    on_time_closure=("按期办结", "on-time closure"),
    on_time_reply=("按期答复", "on-time reply"),
    notices_served=("依法告知", "notices served"),
    satisfaction=("群众满意", "satisfaction of petitioners"),
    participation=("群众参评", "participation"),
    one_time_resolution=("一次性化解", "resolved the first time"),
    opinions_executed=("意见执行", "opinions executed"),
    recommendations_answered=("建议反馈", "recommendations answered"),
    packages_resolved=("包案化解", "packages resolved"),
    rectified=("整改落实", "rectified"),
    duties_of_leaders=("领导履职", "duties of leaders"),
    suggestions_adopted=("建议采纳", "suggestions adopted"),
)
"""What an assessment may score: the work of offices. No volume of petitions is among them, nor can it be."""
