"""What every route is handed: the open ledger of the application it belongs to."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.main import Application


def open_ledger(request: Request) -> Application:
    """The ledger that build_app was given."""
    application: Application = request.app.state.application
    return application


Opened = Annotated[Application, Depends(open_ledger)]
