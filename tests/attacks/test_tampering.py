"""Whatever is done to the database behind the application's back, `verify` finds it, and says where.

It never cries wolf. Every attack runs on a fresh copy of one small ledger, with a seed that its name and number give;
the few seeds of `make test` become thousands of attacks in `make soak`.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from api.anchors import advance_anchor
from api.settings import Settings
from api.verify.run import Verification, verify_database
from audit.faults import Kind
from tests.attacks.attacker import Attacker, PostgresAttacker, SqliteAttacker
from tests.attacks.forgeries import FORGERIES, Keys
from tests.attacks.rows import ROW_ATTACKS, SQLITE_ATTACKS
from tests.attacks.snapshot import Snapshot, take_snapshot
from tests.attacks.surroundings import SURROUNDING_ATTACKS
from tests.attacks.town import Clock, build_town, insiders, open_town
from tests.postgres_server import PostgresServer

SEEDS = {"sqlite": 4, "postgres": 1}
SOAK_SEEDS = {"sqlite": 40, "postgres": 10}

Attack = Callable[[Attacker, random.Random, Keys], object]


def _without_keys(attack: Callable[[Attacker, random.Random], None]) -> Attack:
    return lambda attacker, chance, keys: attack(attacker, chance)


ATTACKS: dict[str, Attack] = {
    **{attack.__name__: _without_keys(attack) for attack in (*ROW_ATTACKS, *SURROUNDING_ATTACKS, *SQLITE_ATTACKS)},
    **{attack.__name__: attack for attack in FORGERIES},
}

# PostgreSQL's columns have types; only SQLite takes anything anywhere.
ON_BOTH = [name for name in ATTACKS if name not in {attack.__name__ for attack in SQLITE_ATTACKS}]


@dataclass
class Battlefield:
    """One finished ledger on one store, copied for each attack."""

    store: str
    settings: Settings
    keys: Keys
    copy: Callable[[], str]
    drop: Callable[[str], None]
    open: Callable[[str], Attacker]

    @contextmanager
    def fresh(self) -> Iterator[Settings]:
        """Yield settings of a copy of the ledger, with the same home and so the same anchor."""
        url = self.copy()
        try:
            yield replace(self.settings, database=url)
        finally:
            self.drop(url)

    @contextmanager
    def attacked(self, settings: Settings) -> Iterator[Attacker]:
        """Open a copy as an attacker."""
        attacker = self.open(settings.database)
        try:
            yield attacker
        finally:
            attacker.close()


def _sqlite_field(folder: Path) -> Battlefield:
    settings = build_town(folder / "home", f"sqlite:///{folder / 'town.db'}")
    keys = insiders(settings)
    numbers = iter(range(1_000_000))

    def copy() -> str:
        return f"sqlite:///{shutil.copy(settings.database_file, folder / f'copy-{next(numbers)}.db')}"

    def drop(url: str) -> None:
        for path in folder.glob(f"{Path(url.removeprefix('sqlite:///')).name}*"):
            path.unlink()

    return Battlefield("sqlite", settings, keys, copy, drop, SqliteAttacker)


def _postgres_field(folder: Path, server: PostgresServer) -> Battlefield:
    settings = build_town(folder / "home", server.create_database())
    keys = insiders(settings)

    def attack(url: str) -> Attacker:
        return PostgresAttacker(server.superuser_url(url.rpartition("/")[2]))

    return Battlefield(
        "postgres", settings, keys, lambda: server.copy_database(settings.database), server.drop_database, attack
    )


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def field(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Battlefield:
    """The ledger to attack, on both stores."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        return _sqlite_field(folder)
    return _postgres_field(folder, request.getfixturevalue("postgres_server"))


@pytest.fixture(scope="module")
def untouched(field: Battlefield) -> Snapshot:
    """What the ledger holds before anybody touches it."""
    with field.fresh() as settings, field.attacked(settings) as attacker:
        return take_snapshot(attacker)


def verify(settings: Settings) -> Verification:
    """Verify in this process."""
    return verify_database(settings, processes=1)


def run_attack(field: Battlefield, untouched: Snapshot, name: str, seed: int) -> tuple[Verification, set[int]]:
    """Attack a copy and return what verification says, and the entries that were touched."""
    with field.fresh() as settings:
        with field.attacked(settings) as attacker:
            ATTACKS[name](attacker, random.Random(f"{name} {seed}"), field.keys)
            after = take_snapshot(attacker)
        assert after != untouched, f"{name} #{seed} changed nothing"
        return verify(settings), untouched.touched(after)


def check_found(name: str, seed: int, found: Verification, touched: set[int]) -> bool:
    """Check that an attack was found and located; return whether it was located to one entry."""
    assert not found.ok, f"{name} #{seed} was not found"
    first = found.faults[0]
    if first.kind is Kind.DISCLOSURE and found.report.first_fault is not None:
        # An erasure that was cut off leaves erased slots that nothing explains: a fault as well, but a consequence.
        first = found.report.first_fault
    place = range(first.index, max(first.last, first.index) + 1)
    # A row before the first has no index of its own; it shows at the first.
    shown = touched | {max(index, 0) for index in touched}
    assert not shown or shown & set(place), f"{name} #{seed}: {first} names none of {sorted(touched)[:9]}"
    return len(place) == 1


@pytest.mark.parametrize("name", ATTACKS)
def test_tampering_is_found_and_located(
    field: Battlefield, untouched: Snapshot, name: str, record_property: Callable[[str, object], None]
) -> None:
    attack_many(field, untouched, name, SEEDS[field.store], record_property)


@pytest.mark.soak
@pytest.mark.parametrize("name", ATTACKS)
def test_tampering_is_found_and_located_a_great_many_times(
    field: Battlefield, untouched: Snapshot, name: str, record_property: Callable[[str, object], None]
) -> None:
    attack_many(field, untouched, name, SOAK_SEEDS[field.store], record_property)


def attack_many(
    field: Battlefield, untouched: Snapshot, name: str, seeds: int, record_property: Callable[[str, object], None]
) -> None:
    """Run one kind of attack with so many seeds and count them."""
    counts: Counter[str] = Counter()
    if field.store == "postgres" and name not in ON_BOTH:
        return
    for seed in range(seeds):
        found, touched = run_attack(field, untouched, name, seed)
        exact = check_found(name, seed, found, touched)
        counts["attacks found"] += 1
        counts["located to one entry"] += exact
    for what, number in counts.items():
        record_property(f"count: tampering on {field.store}, {what}", number)


def test_untouched_data_raise_no_alarm(field: Battlefield, record_property: Callable[[str, object], None]) -> None:
    rounds = 3
    for _ in range(rounds):
        with field.fresh() as settings:
            found = verify(settings)
        assert found.ok, found.faults[0]
        assert found.fault_count == 0
    record_property(f"count: tampering on {field.store}, clean copies without an alarm", rounds)


def test_rows_rewritten_as_they_were_raise_no_alarm(field: Battlefield, untouched: Snapshot) -> None:
    with field.fresh() as settings:
        with field.attacked(settings) as attacker:
            ATTACKS["flip_a_bit_of_an_entry"](attacker, random.Random(5), field.keys)
            for row in untouched.rows:
                attacker.run("UPDATE entries SET state = ? WHERE notification_id = ?", row.state, row.id)
        assert verify(settings).ok


def test_acts_recorded_after_the_anchor_raise_no_alarm(field: Battlefield) -> None:
    with field.fresh() as settings:
        clock = Clock()
        for _ in range(3_000):
            clock()
        with open_town(settings, random.Random(99), clock) as town:
            town.tell_case(2)
            town.tell_case(5)
        found = verify(settings)
    assert found.ok, found.faults[0]


def test_a_whole_file_rolled_back_is_found_by_the_anchor_outside(
    field: Battlefield, tmp_path: Path, untouched: Snapshot
) -> None:
    """The anchor has seen more than an old copy of the database, complete and consistent, can show."""
    with field.fresh() as settings:
        newer = replace(settings, home=Path(shutil.copytree(settings.home, tmp_path / "home")))
        clock = Clock()
        for _ in range(3_000):
            clock()
        with open_town(newer, random.Random(98), clock) as town:
            town.tell_case(2)
            advance_anchor(newer.anchor_file, town.application.ledger)
        assert verify(newer).ok
        with field.fresh() as old:
            found = verify(replace(old, home=newer.home))
    assert not found.ok
    assert found.faults[0].kind == "truncated"
    assert found.faults[0].index == len(untouched.rows)


def test_a_ledger_founded_anew_is_not_the_anchored_one(field: Battlefield, tmp_path: Path) -> None:
    """A complete, consistent ledger of the same name and story under other keys: only the anchor tells."""
    other = build_town(tmp_path / "other", f"sqlite:///{tmp_path / 'other.db'}", seed=8)
    assert verify(other).ok
    other.anchor_file.write_bytes(field.settings.anchor_file.read_bytes())
    found = verify(other)
    assert not found.ok
    assert not found.report.anchored
    assert (found.faults[0].kind, found.faults[0].index) == ("anchor", 0)


def test_the_same_story_has_the_same_root_on_both_stores(field: Battlefield, tmp_path: Path) -> None:
    twin = build_town(tmp_path / "twin", f"sqlite:///{tmp_path / 'twin.db'}")
    assert verify(twin).report.root == verify(field.settings).report.root


def test_without_an_anchor_nothing_is_good_but_faults_are_found_all_the_same(
    field: Battlefield, tmp_path: Path
) -> None:
    home = Path(shutil.copytree(field.settings.home, tmp_path / "home"))
    (home / "anchor.json").unlink()
    with field.fresh() as settings:
        bare = replace(settings, home=home)
        found = verify(bare)
        assert not found.ok
        assert not found.report.anchored
        assert found.fault_count == 0
        with field.attacked(bare) as attacker:
            ATTACKS["flip_a_bit_of_an_entry"](attacker, random.Random(1), field.keys)
        assert verify(bare).fault_count > 0
