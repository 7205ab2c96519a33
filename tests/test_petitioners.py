"""The house measures offices, never petitioners: what would turn it against them cannot be named in it.

These words stand here and in the README, and nowhere else. Each is a notion that such systems are known to hold.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("api", "audit", "domain", "projections")
SUFFIXES = {".py", ".sql", ".toml", ".html", ".css", ".js", ".md", ".json", ".csv"}

WORDS = (
    *("缠访", "闹访", "稳控", "劝返", "息诉罢访", "息访", "越级", "非正常上访", "集体访", "重点人员", "重点群体"),
    *("驻地工作组", "网格员", "舆情", "曝光", "进京访", "敏感期"),
)
IDENTIFIERS = re.compile(
    r"visit_?count|travel|risk_?(score|level)|key_?person|mass_?incident|containment|black_?list|troublemaker"
    r"|petitioner_?(score|rank|history|index|profile|cases)|sensitive_?period|head_?count|repeat_?petitioner",
    re.IGNORECASE,
)


def _sources() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*"))
        if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts
    ]


def test_no_source_table_template_or_text_names_a_notion_that_turns_against_petitioners() -> None:
    sources = _sources()
    assert len(sources) > 20
    wrong = []
    for path in sources:
        text = path.read_text(encoding="utf-8")
        wrong += [f"{path.relative_to(ROOT)}: {word}" for word in WORDS if word in text]
        wrong += [f"{path.relative_to(ROOT)}: {found.group()}" for found in IDENTIFIERS.finditer(text)]
    assert wrong == []


def test_the_words_are_explained_where_people_look_first() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "稳控" in readme
    assert "never built" in readme.lower()
