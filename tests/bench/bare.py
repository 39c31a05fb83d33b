"""The plain baselines: endpoints that validate the same body and insert one row, as anybody would write them; and one
that files by the event-sourcing library as it comes.

``python -m tests.bench.bare sync|batched|stock PORT FILE SYNCHRONOUS``
"""

import asyncio
import queue
import sqlite3
import sys
import threading
import uuid
from concurrent.futures import Future
from pathlib import Path
from typing import Annotated

import uvicorn
from fastapi import FastAPI, Header
from pydantic import BaseModel

from domain.law.kz.car_sale import FORM
from tests.bench import stock

SCHEMA = "CREATE TABLE IF NOT EXISTS cases (id TEXT PRIMARY KEY, body BLOB NOT NULL)"


class Filing(BaseModel):
    """The same body as ours."""

    country: str
    procedure: str
    request: FORM
    evidence: list[str] = []


def _connect(file: Path, synchronous: str) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    return connection


def sync_app(file: Path, synchronous: str) -> FastAPI:
    """One row, one transaction, one thread of the pool."""
    app = FastAPI()
    connection = _connect(file, synchronous)
    connection.execute(SCHEMA)
    lock = threading.Lock()

    @app.post("/v1/cases", status_code=201)
    def file_case(body: Filing, idempotency_key: Annotated[str, Header()]) -> dict[str, str]:
        case = str(uuid.uuid4())
        with lock:
            connection.execute("INSERT INTO cases VALUES (?, ?)", (case, body.model_dump_json()))
        return {"case": case, "key": idempotency_key}

    return app


def stock_app(file: Path, _synchronous: str) -> FastAPI:
    """The library's own application behind the same sync endpoint: three events, one transaction."""
    app = FastAPI()
    kept = stock.filings(file)

    @app.post("/v1/cases", status_code=201)
    def file_case(body: Filing, idempotency_key: Annotated[str, Header()]) -> dict[str, str]:
        case = kept.file_case(body.country, body.procedure, body.request.model_dump(mode="json"))
        return {"case": str(case), "key": idempotency_key}

    return app


def batched_app(file: Path, synchronous: str) -> FastAPI:
    """Built like ours: the endpoint awaits one writer thread, which commits whole batches."""
    app = FastAPI()
    connection = _connect(file, synchronous)
    connection.execute(SCHEMA)
    waiting: queue.SimpleQueue[tuple[tuple[str, str], Future[None]]] = queue.SimpleQueue()

    def write() -> None:
        while True:
            batch = [waiting.get()]
            while not waiting.empty() and len(batch) < 64:
                batch.append(waiting.get())
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO cases VALUES (?, ?)", [row for row, _ in batch])
            connection.execute("COMMIT")
            for _, future in batch:
                future.set_result(None)

    threading.Thread(target=write, daemon=True).start()

    @app.post("/v1/cases", status_code=201)
    async def file_case(body: Filing, idempotency_key: Annotated[str, Header()]) -> dict[str, str]:
        case = str(uuid.uuid4())
        future: Future[None] = Future()
        waiting.put(((case, body.model_dump_json()), future))
        await asyncio.wrap_future(future)
        return {"case": case, "key": idempotency_key}

    return app


if __name__ == "__main__":
    kind, port, path, sync = sys.argv[1:]
    made = {"sync": sync_app, "batched": batched_app, "stock": stock_app}[kind](Path(path), sync)
    uvicorn.run(made, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)
