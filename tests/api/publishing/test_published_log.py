"""The published log over HTTP: paths, widths, types, caching; entries only for whoever may look into every unit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from api.access.viewer import PUBLIC, Seat, Viewer
from api.main import Application
from api.publishing.schedule import publish_once
from api.settings import Settings
from tests.api.demo_city import copy_city, open_city
from tests.api.publishing.conftest import Looking


@pytest.fixture(scope="module")
def city(demo_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    """The demonstration city, published."""
    with open_city(copy_city(demo_city, tmp_path_factory.mktemp("published") / "home")) as opened:
        publish_once(opened)
        yield opened


@pytest.fixture(scope="module")
def looking(city: Application) -> Looking:
    return Looking(city)


@pytest.fixture
def stranger(looking: Looking) -> TestClient:
    return looking.as_viewer(PUBLIC)


def test_checkpoint_and_tiles_are_for_everybody(city: Application, stranger: TestClient) -> None:
    size = city.ledger.head().size
    assert size > 3 * 256
    note = stranger.get("/checkpoint")
    assert (note.status_code, note.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert note.headers["cache-control"] == "no-cache"
    assert note.text.split("\n")[1] == str(size)
    for path, width in (("0/000", 256), ("0/001.p/7", 7), (f"1/000.p/{size >> 8}", size >> 8), ("0/002.p/255", 255)):
        answer = stranger.get(f"/tile/{path}")
        assert (answer.status_code, len(answer.content)) == (200, 32 * width)
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["cache-control"] == "public, max-age=604800, immutable"


def test_there_is_nothing_behind_the_checkpoint_nor_off_the_paths(city: Application, stranger: TestClient) -> None:
    size = city.ledger.head().size
    last, width = divmod(size, 256)
    missing = [
        f"0/{last:03}" if width else f"0/{last + 1:03}",
        f"0/{last:03}.p/{width + 1}",
        *("0/000.p/256", "0/000.p/0", "0/000.p/01", "0/0", "00/000", "1/000", "2/000", "64/000", "0/x000/000"),
        *("-1/000", "0/000/", "0/000.p", "0/999", "entries", "0/x001/x234/067"),
    ]
    for path in missing:
        answer = stranger.get(f"/tile/{path}")
        assert answer.status_code == 404, path
        assert answer.headers["content-type"] == "application/problem+json"


def test_entry_bundles_are_for_whoever_may_look_into_every_unit(city: Application, looking: Looking) -> None:
    assert looking.as_viewer(PUBLIC).get("/tile/entries/000").status_code == 401
    people = city.ledger.reference().people
    leaf = next(slug for slug, office in people.offices.items() if office.parent)
    desk = Viewer("staff", officer="officer-x", seats=(Seat(leaf, "desk", ("handler",)),))
    assert looking.as_viewer(desk).get("/tile/entries/000").status_code == 404
    client = looking.as_viewer()
    answer = client.get("/tile/entries/000")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    entries = [row.entry for row in city.ledger.entries(0, 256)]
    assert answer.content == b"".join(len(one).to_bytes(2, "big") + one for one in entries)
    assert client.get("/tile/entries/000.p/3").content == b"".join(
        len(one).to_bytes(2, "big") + one for one in entries[:3]
    )
    assert client.get("/tile/entries/999").status_code == 404


def test_health_says_what_is_published(city: Application, stranger: TestClient) -> None:
    told = stranger.get("/api/health").json()
    assert told["publishing"] == {
        "size": city.ledger.head().size,
        "witnesses": [],
        "pending_since": None,
        "alarm": False,
        "evidence": 0,
    }
