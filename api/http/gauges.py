"""What is measured of a ledger whenever somebody asks: its size, and how long checkpoints have waited for witnesses."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge

from api.main import Application
from api.publishing.schedule import pending_seconds, standing_document


def install_gauges(registry: CollectorRegistry, application: Application) -> None:
    """Register the gauges of an open ledger."""
    size = Gauge("sundial_log_size", "Entries in the log.", registry=registry)
    size.set_function(lambda: application.ledger.head().size)
    pending = Gauge("sundial_publishing_pending_seconds", "How long checkpoints wait.", registry=registry)
    pending.set_function(lambda: pending_seconds(application))
    alarm = Gauge("sundial_publishing_alarm", "1 if they wait for too long.", registry=registry)
    alarm.set_function(lambda: int(standing_document(application)["alarm"]))
