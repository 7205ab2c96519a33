"""Both languages say everything: no sentence is missing in one, or names other values than the other."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

from api.errors import problem_codes
from api.lists.catalogue import LISTS
from api.wording import Wording, load_catalogue
from audit.faults import Kind
from domain.clocks import national_rules

API = Path(__file__).parents[2] / "api"
REFUSALS = {"UsageRefused", "InputRefused", "KeyFileRefused", "NotThere", "CheckFailed"}


TABLES = {
    "clocks": {row.clock for _, rules in national_rules().steps for row in rules.clocks.values()},
    "faults": {str(kind) for kind in Kind},
    "columns": {name for listing in LISTS for name in listing.columns},
}


def _values(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_catalogues_have_the_same_keys_and_the_same_values() -> None:
    zh, en = load_catalogue("zh"), load_catalogue("en")
    assert list(zh) == list(en)
    assert {key: _values(text) for key, text in zh.items()} == {key: _values(text) for key, text in en.items()}


def test_every_refusal_has_its_sentence_and_gives_it_its_values() -> None:
    sentences, wrong = load_catalogue("en"), []
    for path in API.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in REFUSALS):
                continue
            code = node.args[0]
            assert isinstance(code, ast.Constant)
            assert isinstance(code.value, str)
            given = {keyword.arg for keyword in node.keywords}
            if f"errors.{code.value}" not in sentences or given != _values(sentences[f"errors.{code.value}"]):
                wrong.append(f"{path.name}:{node.lineno} {code.value}")
    assert wrong == []


def test_every_sentence_is_asked_for_somewhere() -> None:
    rooms = [*API.rglob("*"), *(API.parent / "domain").rglob("*.py"), *(API.parent / "projections").rglob("*.py")]
    source = "".join(path.read_text() for path in rooms if path.suffix in (".py", ".html"))
    said = set(re.findall(r"\w+", source))
    names = [key for key in load_catalogue("en") if key.partition(".")[0] not in TABLES]
    # Most names are words: to search the source for each takes six times as long as to cut it into words.
    unsaid = [key for key in names if key.partition(".")[2] not in said]
    unused = [key for key in unsaid if not re.search(rf"\b{key.partition('.')[2]}\b", source)]
    assert unused == []


def test_every_clock_every_kind_of_fault_and_every_column_has_its_name() -> None:
    for table, words in TABLES.items():
        assert {key.partition(".")[2] for key in load_catalogue("zh") if key.startswith(f"{table}.")} == words


def test_every_problem_has_its_title() -> None:
    assert {f"problems.{code}" for code in problem_codes()} <= set(load_catalogue("zh"))


def test_the_chinese_catalogue_is_chinese() -> None:
    foreign = [
        key
        for key, text in load_catalogue("zh").items()
        if re.search("[a-z]{3}", re.sub(r"{[a-z_]+}", "", text)) and not re.search("[一-鿿]", text)
    ]
    assert foreign == []


def test_a_wording_fills_in_values_and_picks_its_language() -> None:
    assert Wording("zh")("errors.key_missing", name="li") == "没有名为 li 的密钥文件"
    assert Wording("en").pick("零", "zero") == "zero"
    assert Wording("en").pick("零", "") == "零"
