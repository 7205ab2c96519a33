"""The use case of `import`: one file, one mapping, one service key, one report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from api.collecting import collecting_seldom
from api.errors import InputRefused, describe
from api.importer.events import EventReader
from api.importer.identity import Identity
from api.importer.mapping import RowMapping, check_columns, load_mapping, service_name
from api.importer.mapping_parts import OfficePart
from api.importer.plans import Plan
from api.importer.report import Report
from api.importer.rows import RowReader
from api.importer.run import ROLE, Import
from api.importer.tables import Row, open_table
from api.keyfiles import Key, keep_key, list_keys, new_key
from api.main import IMPORT_SECRET, Application
from api.registrars import Registrars
from api.wording import Wording
from domain.people import People


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did; report is the path of its report file."""

    rows_read: int
    cases_added: int
    acts_added: int
    rows_rejected: int
    discrepancies: int
    report: str

    def document(self) -> dict[str, Any]:
        """The result as JSON members."""
        return asdict(self)


def import_file(
    application: Application,
    path: Path,
    mapping_name: str,
    limit: int | None,
    told: Callable[[int, int], None],
    *,
    enrol: bool = False,
) -> ImportResult:
    """Import the acts that a file's rows claim; limit is a number of rows, told hears rows and acts so far.

    With `enrol` the registrars here open the offices of a mapping of one's own and enrol their service keys.

    Raises InputRefused if file or mapping cannot be read, DatabaseUnavailable with all before it recorded.
    """
    mapping = load_mapping(mapping_name)
    settings = application.settings
    wording = Wording(settings.language)
    with open_table(path, mapping.part.delimiter) as table, collecting_seldom():
        check_columns(mapping, table.columns)
        keys = service_keys(application, mapping, enrol=enrol)
        identity = Identity(application.key(IMPORT_SECRET).secret, mapping.part.source)
        now = application.clock()
        with Report(settings.reports, mapping.part.name, now, wording) as report:
            run = Import(application.desk, keys, report, partial(_words, wording), told)
            done = run.run(_plans(mapping, path, _first(table.rows(), limit), limit, identity, now))
    return ImportResult(
        done.rows_read, done.cases_added, done.acts_added, report.rejected, report.discrepancies, str(report.path)
    )


def _plans(
    mapping: RowMapping, path: Path, rows: Iterable[Row], limit: int | None, identity: Identity, now: datetime
) -> Iterator[Plan]:
    """Yield what the rows come to; an event log is read twice, see `events.py`."""
    log = mapping.part.log
    if log is None:
        yield from RowReader(mapping, identity, now).plans(rows)
        return
    with open_table(path, mapping.part.delimiter) as again:
        yield from EventReader(mapping, log, identity, now).plans(rows, _first(again.rows(), limit))


def service_keys(application: Application, mapping: RowMapping, *, enrol: bool) -> Mapping[str, Key]:
    """The keys that sign a mapping's acts, by office, and under "" the key of the first office.

    For a built-in mapping, and with `enrol`, they are made and enrolled by both registrars if need be. Raises
    InputRefused if a mapping of one's own names an office whose service key is not here.
    """
    may_enrol = enrol or mapping.built_in
    keys = {office.office: _service_key(application, mapping, office, may_enrol) for office in mapping.offices}
    return {"": keys[mapping.part.office.office], **keys}


def _service_key(application: Application, mapping: RowMapping, office: OfficePart, may_enrol: bool) -> Key:
    settings, name = application.settings, service_name(office.office)
    post = mapping.part.post.post
    make = partial(new_key, "service", name, office.office, post, "service", entropy=application.entropy)
    if not may_enrol and name not in list_keys(settings.keys):
        raise InputRefused("service_key_missing", name=name)
    key = keep_key(settings.keys, name, make, settings.passphrase)
    if may_enrol and key.key_id not in application.ledger.authority().grants:
        _enrol(application, mapping, office, key)
    return key


def _enrol(application: Application, mapping: RowMapping, office: OfficePart, key: Key) -> None:
    names = [name for name in list_keys(application.settings.keys) if name.startswith("registrar-")][:2]
    if len(names) < 2:
        raise InputRefused("registrars_missing")
    registrars = Registrars(application.desk, application.key(names[0]), application.key(names[1]))
    people: People = application.ledger.reference().people
    post = mapping.part.post
    if people.office(office.office) is None:
        registrars.open_office(office.office, office.model_dump(exclude={"office"}))
    if people.post(office.office, post.post) is None:
        registrars.open_post(office.office, {**post.model_dump(), "duties": [ROLE]})
    registrars.enrol(key, [ROLE])


def _first(rows: Iterable[Row], limit: int | None) -> Iterator[Row]:
    return iter(rows) if limit is None else islice(rows, limit)


def _words(wording: Wording, error: Exception) -> str:
    return describe(error, wording).line
