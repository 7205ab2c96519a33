"""The random draw, repeated by an implementation that shares nothing with ours but the sentence in its docstring."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tracks.draw import DrawRejected, check_draw, draw, population_digest

CASES = [f"{number:032x}" for number in range(50)]
ROOT = bytes(range(32))


def _repeated(cases: Sequence[str], count: int, root: bytes) -> list[str]:
    """Pick the smallest remaining number, count times, as somebody with a shell and sha256sum would."""
    listing = b""
    for number in sorted(cases):
        listing += (b"\n" if listing else b"") + number.encode("ascii")
    population = hashlib.new("sha256", listing).digest()
    numbered = {
        int.from_bytes(hashlib.new("sha256", b"sundial/draw1" + root + population + one.encode()).digest(), "big"): one
        for one in cases
    }
    picked: list[str] = []
    while len(picked) < count:
        smallest = min(numbered)
        picked.append(numbered.pop(smallest))
    return picked


@given(
    st.lists(st.integers(0, 2**128 - 1), min_size=1, max_size=60, unique=True),
    st.binary(min_size=32, max_size=32),
    st.data(),
)
def test_an_independent_implementation_draws_the_same(numbers: list[int], root: bytes, data: st.DataObject) -> None:
    cases = [f"{number:032x}" for number in numbers]
    count = data.draw(st.integers(1, len(cases)))
    drawn = draw(cases, count, root)
    assert list(drawn) == _repeated(cases, count, root)
    check_draw(cases, population_digest(cases), root, drawn)


def test_the_order_in_which_cases_are_given_does_not_matter() -> None:
    assert draw(CASES, 7, ROOT) == draw(CASES[::-1], 7, ROOT)


def test_drawing_one_more_keeps_those_drawn_before() -> None:
    assert draw(CASES, 8, ROOT)[:7] == draw(CASES, 7, ROOT)


def test_another_seed_or_another_population_draws_others() -> None:
    assert draw(CASES, 5, ROOT) != draw(CASES, 5, ROOT[::-1])
    assert draw(CASES, 5, ROOT) != draw(CASES[1:], 5, ROOT)


def test_a_draw_recorded_once_is_the_same_for_ever() -> None:
    expected = hashlib.sha256("\n".join(sorted(CASES)).encode()).hexdigest()
    assert population_digest(CASES) == expected
    assert draw(CASES, 3, ROOT) == tuple(_repeated(CASES, 3, ROOT))


def test_every_case_has_its_chance() -> None:
    times = dict.fromkeys(CASES, 0)
    for seed in range(400):
        for one in draw(CASES, 5, hashlib.sha256(bytes([seed % 256, seed // 256])).digest()):
            times[one] += 1
    # 400 draws of 5 out of 50: each case 40 times on average, with a standard deviation of 6.
    assert 15 < min(times.values()) <= max(times.values()) < 70


@pytest.mark.parametrize(
    ("population", "drawn"),
    [
        pytest.param(population_digest(CASES[1:]), draw(CASES, 3, ROOT), id="another population"),
        pytest.param(population_digest(CASES), draw(CASES, 3, ROOT)[::-1], id="another order"),
        pytest.param(population_digest(CASES), (*draw(CASES, 2, ROOT), CASES[0]), id="a case put in"),
        pytest.param(population_digest(CASES), ("f" * 32,), id="a case from elsewhere"),
    ],
)
def test_a_draw_that_is_not_the_seeds_is_found(population: str, drawn: tuple[str, ...]) -> None:
    with pytest.raises(DrawRejected):
        check_draw(CASES, population, ROOT, drawn)


@pytest.mark.parametrize(
    ("cases", "count", "root"),
    [
        pytest.param([], 1, ROOT, id="nobody to draw"),
        pytest.param(CASES, 0, ROOT, id="none drawn"),
        pytest.param(CASES, 51, ROOT, id="more than there are"),
        pytest.param(CASES, 3, ROOT[:31], id="a short root"),
        pytest.param([*CASES, CASES[0]], 3, ROOT, id="a case twice"),
        pytest.param([*CASES, "x" * 32], 3, ROOT, id="no case number"),
    ],
)
def test_what_cannot_be_drawn_from_is_refused(cases: list[str], count: int, root: bytes) -> None:
    with pytest.raises(DrawRejected):
        draw(cases, count, root)
