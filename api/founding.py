"""A new ledger's beginning: who its registrars are, and the offices, posts and officers it starts with.

The plan is a TOML file for `init --from`; without one a ledger starts with two registrars and nobody else.
Every key that is made here is written to a key file before anything is signed with it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.actions import ACT_ID_BYTES, SEED_BYTES, Desk, write_instant
from api.errors import InputRefused
from api.keyfiles import Key
from api.registrars import Registrars
from audit import suite
from audit.store.model import Acknowledgement
from domain.calendar_notices import published_acts
from domain.clocks import RuleSet, published_rules, rows_digest
from domain.commands import Command
from domain.competences import competence_act
from domain.people import People
from domain.practice import Profile, load_profile, packaged_profiles, parse_profile, profile_act
from domain.reference import Reference, has_published_rules

MAX_PLAN_BYTES = 2**20
REGISTRAR_NAMES = ("registrar-1", "registrar-2")

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Role = Literal["intake", "handler", "head", "leader", "supervisor", "inspector", "importer"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OfficePlan(_Part):
    """An office to open; parents come before their children."""

    office: Slug
    kind: str
    name_zh: str
    name_en: str = ""
    parent: str = ""
    region: str = ""


class PostPlan(_Part):
    """A post to open, with the roles that are its duties."""

    office: Slug
    post: Slug
    name_zh: str
    name_en: str = ""
    duties: list[Role] = Field(min_length=1, max_length=8)


class OfficerPlan(_Part):
    """An officer to appoint and give a key file; the name is sealed."""

    officer: Annotated[str, Field(pattern=r"^officer-[a-z0-9][a-z0-9-]{0,62}$")]
    office: Slug
    post: Slug
    from_on: date
    name: str = ""


class Plan(_Part):
    """A whole founding plan; origin is the ledger's name for all time, or empty to derive one from its log key.

    profile names the local practice to publish: one that comes with the program, or a TOML file beside the plan.
    """

    origin: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._:/-]{0,127})?$")] = ""
    registrars: tuple[str, str] = REGISTRAR_NAMES
    profile: Annotated[str, Field(max_length=200)] = ""
    offices: list[OfficePlan] = Field(default_factory=list, max_length=10_000)
    posts: list[PostPlan] = Field(default_factory=list, max_length=10_000)
    officers: list[OfficerPlan] = Field(default_factory=list, max_length=10_000)


def load_plan(path: Path | None) -> Plan:
    """Read a founding plan; raises InputRefused naming the first wrong field."""
    if path is None:
        return Plan()
    try:
        with path.open("rb") as file:
            data = file.read(MAX_PLAN_BYTES + 1)
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error
    return _with_profile_path(parse_plan(data), path)


def _with_profile_path(plan: Plan, path: Path) -> Plan:
    """Return the plan with a profile's file name made a path beside the plan's own file."""
    if not plan.profile.endswith(".toml"):
        return plan
    return plan.model_copy(update={"profile": str(path.parent / plan.profile)})


def read_profile(name: str) -> Profile:
    """Read the profile that a plan names: a packaged one, or a path that ends in .toml.

    Raises InputRefused if there is no such file, ReferenceRefused naming the row at fault or the national row that it
    contradicts.
    """
    profile = _read_profile(name)
    RuleSet.of("check", [*published_rules()["rows"], *profile_act(profile)["rows"]])
    return profile


def _read_profile(name: str) -> Profile:
    if not name.endswith(".toml"):
        if name not in packaged_profiles():
            raise InputRefused("profile_unknown", known=", ".join(packaged_profiles()))
        return load_profile(name)
    try:
        with Path(name).open("rb") as file:
            return parse_profile(file.read(MAX_PLAN_BYTES))
    except OSError as error:
        raise InputRefused("file_unreadable", reason=error.strerror or "") from error


def parse_plan(data: bytes) -> Plan:
    """Read the TOML bytes of a founding plan; raises InputRefused naming the first wrong field."""
    if len(data) > MAX_PLAN_BYTES:
        raise InputRefused("plan_malformed", field="")
    try:
        return Plan.model_validate(tomllib.loads(data.decode("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputRefused("plan_not_toml") from error
    except ValidationError as error:
        place = ".".join(str(step) for step in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise InputRefused("plan_malformed", field=place) from error


def publish_tables(registrars: Registrars) -> None:
    """Publish the packaged rules and working calendars as signed acts, if the ledger lacks them."""
    reference: Reference = registrars.desk.ledger.reference()
    if not has_published_rules(reference):
        registrars.publish("rules", "rules.published.v1", published_rules())
    acts = published_acts()
    known = sum(1 for entry in registrars.desk.ledger.stream_entries("calendar"))
    for act in acts[known:]:
        registrars.publish("calendar", "calendar.published.v1", act)


def publish_profile(profile: Profile, registrars: Registrars) -> None:
    """Publish local practice, and the place's competence rows, as signed acts unless this version was before."""
    reference: Reference = registrars.desk.ledger.reference()
    act = profile_act(profile)
    if all(rule_set.version != act["version"] for _, rule_set in reference.rules.steps):
        registrars.publish("rules", "rules.published.v1", {**act, "digest": rows_digest(act["rows"])})
    published = {(step.jurisdiction, step.version) for step in reference.competence.steps}
    if profile.competence and (profile.region, profile.version) not in published:
        table = competence_act(profile.region, profile.version, profile.competence)
        registrars.publish("rules", "rules.competence_published.v1", table)


def people_the_ledger(plan: Plan, registrars: Registrars, find_key: Callable[[str, OfficerPlan], Key]) -> None:
    """Open the plan's offices and posts, appoint its officers and enrol their keys; what is there already stays."""
    people: People = registrars.desk.ledger.reference().people
    duties = {(post.office, post.post): post.duties for post in plan.posts}
    for office in plan.offices:
        if people.office(office.office) is None:
            registrars.open_office(office.office, office.model_dump(exclude={"office"}))
    for post in plan.posts:
        if people.post(post.office, post.post) is None:
            registrars.open_post(post.office, post.model_dump(exclude={"office"}))
    enrolled = registrars.desk.ledger.authority().grants
    for officer in plan.officers:
        if people.tenure(officer.office, officer.post, officer.officer) is None:
            registrars.appoint(officer.office, officer.officer, officer.post, officer.from_on.isoformat(), officer.name)
        key = find_key(officer.officer, officer)
        if key.key_id not in enrolled:
            registrars.enrol(key, duties.get((officer.office, officer.post), []))


def found_ledger(desk: Desk, log_key: Key, registrars: tuple[Key, Key]) -> Acknowledgement:
    """Record entry 0, signed by the log key and both registrars; raises LedgerExists if there is one."""
    public = {
        "origin": desk.ledger.origin,
        "suite": suite.SUITE,
        "log_key": log_key.public.hex(),
        "registrars": [{"id": registrar.actor, "key": registrar.public.hex()} for registrar in registrars],
    }
    prepared = desk.ledger.prepare_first(
        Command("ledger", "ledger.genesis.v1", public),
        desk.actor(log_key, "ledger"),
        act_id=desk.entropy(ACT_ID_BYTES),
        claimed_at=write_instant(desk.clock()),
        seed=desk.entropy(SEED_BYTES),
    )
    signers = (log_key, *registrars)
    return desk.ledger.found(prepared, [(key.key_id, key.sign(prepared.to_sign)) for key in signers])
