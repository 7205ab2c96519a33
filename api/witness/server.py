"""A witness over HTTP: one address to send checkpoints to, and one that says who it is."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.witness.protocol import MOST_BYTES, TEXT, Witness
from audit.store.notes import format_note_key


def build_witness(witness: Witness) -> Starlette:
    """Build the HTTP application of a witness. Source: C2SP tlog-witness v1.0.0."""

    async def add_checkpoint(request: Request) -> Response:
        body = bytearray()
        try:
            async for part in request.stream():
                body += part
                if len(body) > MOST_BYTES:
                    return PlainTextResponse("the request is too long\n", 413)
        except ClientDisconnect:
            return Response(status_code=400)
        reply = await run_in_threadpool(witness.add_checkpoint, bytes(body))
        headers = {"cache-control": "no-store", "content-type": reply.media_type}
        return Response(reply.body, reply.status, headers)

    async def who(_: Request) -> Response:
        return Response(f"{format_note_key(witness.key)}\n", media_type=TEXT)

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/", who, methods=["GET"]),
        ]
    )
