"""`init`: home, keys, schema, genesis, anchor, published tables and the plan's people, in that order.

It can be interrupted anywhere and run again: keys that were made are used, entries that stand are left, and
a marker in the home tells an unfinished beginning from a finished ledger, which is refused.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial

from api.actions import Clock, Entropy
from api.anchors import advance_anchor, read_anchor, write_anchor
from api.founding import (
    OfficerPlan,
    Plan,
    found_ledger,
    people_the_ledger,
    publish_profile,
    publish_tables,
    read_profile,
)
from api.keyfiles import Key, keep_key, new_key
from api.main import IMPORT_SECRET, LOG_KEY, MASTER_KEY, Application, machine_clock, open_application, open_log
from api.registrars import OFFICE, POST, Registrars
from api.settings import Settings, prepare_home
from audit.anchor import Anchor
from audit.store.errors import LedgerExists, LedgerMissing
from domain.practice import Profile

ORIGIN_PREFIX = "sundial.local/"


@dataclass(frozen=True, slots=True)
class Founded:
    """What a new ledger is: its name, size, log key and the hash of its first entry."""

    origin: str
    size: int
    log_key: bytes
    genesis: bytes


def initialise(
    settings: Settings, plan: Plan, *, clock: Clock = machine_clock, entropy: Entropy = os.urandom
) -> Founded:
    """Found a ledger where settings say; raises LedgerExists if there is one, with nothing changed."""
    profile = read_profile(plan.profile) if plan.profile else None
    prepare_home(settings)
    marker = settings.home / "founding"
    size = _size(settings)
    if (size or settings.anchor_file.exists()) and not marker.exists():
        raise LedgerExists("there is a ledger here already")
    marker.touch(0o600)
    log_key, registrars = make_keys(settings, plan, entropy)
    log = open_log(settings, create=True)
    log.migrate()
    log.close()
    origin = plan.origin or ORIGIN_PREFIX + log_key.key_id.hex()[:16]
    with open_application(settings, clock=clock, entropy=entropy, origin=origin) as application:
        if not size:
            found_ledger(application.desk, log_key, registrars)
        founded = _finish(application, plan, profile, log_key, registrars)
    marker.unlink()
    return founded


def make_keys(settings: Settings, plan: Plan, entropy: Entropy) -> tuple[Key, tuple[Key, Key]]:
    """Make, or find, the key files every ledger has; return the log key and the two registrars' keys."""

    def keep(name: str, kind: str, actor: str = "", office: str = "", post: str = "", custody: str = "file") -> Key:
        make = partial(new_key, kind, actor, office, post, custody, entropy=entropy)
        return keep_key(settings.keys, name, make, settings.passphrase)

    keep(MASTER_KEY, "master")
    keep(IMPORT_SECRET, "import")
    log_key = keep(LOG_KEY, "log", "ledger", custody="system")
    first, second = (keep(name, "registrar", name, OFFICE, POST) for name in plan.registrars)
    return log_key, (first, second)


def _finish(
    application: Application, plan: Plan, profile: Profile | None, log_key: Key, registrars: tuple[Key, Key]
) -> Founded:
    settings, ledger = application.settings, application.ledger
    genesis = ledger.log.leaves(0, 1)[0]
    if read_anchor(settings.anchor_file) is None:
        write_anchor(settings.anchor_file, Anchor(ledger.origin, log_key.public, genesis, ""))
    office = Registrars(application.desk, *registrars)
    publish_tables(office)
    if profile is not None:
        publish_profile(profile, office)

    def find_key(name: str, officer: OfficerPlan) -> Key:
        make = partial(new_key, "officer", name, officer.office, officer.post, "file", entropy=application.entropy)
        return keep_key(settings.keys, name, make, settings.passphrase)

    people_the_ledger(plan, office, find_key)
    application.views.catch_up()
    advance_anchor(settings.anchor_file, ledger)
    return Founded(ledger.origin, ledger.head().size, log_key.public, genesis)


def _size(settings: Settings) -> int:
    """How many entries the database holds; 0 too where there is none yet."""
    try:
        log = open_log(settings)
    except LedgerMissing:
        return 0
    try:
        return log.head().size if log.schema_version() else 0
    finally:
        log.close()
