"""A publisher in a process of its own, to be killed."""

from __future__ import annotations

import multiprocessing
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from api.demo.stage import demo_clock
from api.main import machine_clock, open_application
from api.publishing.folder import publish_folder
from api.publishing.schedule import publish_once
from api.settings import Settings


def publish_to(settings: Settings, folder: Path) -> None:
    """Publish a ledger to a folder with its entries, as `sundial publish DIR --entries` does."""
    with open_application(settings, clock=demo_clock(settings) or machine_clock) as opened:
        published = publish_once(opened).published
        assert published is not None
        publish_folder(opened.ledger, published, folder, entries=True)


def start(settings: Settings, folder: Path) -> BaseProcess:
    """Start a process that publishes; one server has imported everything beforehand."""
    process = _context().Process(target=publish_to, args=(settings, folder), daemon=True)
    process.start()
    return process


def _context() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context
