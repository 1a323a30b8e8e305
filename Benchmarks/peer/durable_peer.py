"""Durable steps in DBOS, in LangGraph, and the floors under everybody: one measurement a process.

    durable_peer.py dbos|langgraph|sqlite|disk DIRECTORY RUNS SECONDS

It prints a line of JSON as `orrery-durable steps` does. Every step is told the same: a receipt of the size that
Orrery's has. Each library is used as its documentation says, and asked for its strictest durability."""

import json
import os
import sqlite3
import sys
import threading
import time

RECEIPT = {
    "ending": {"exited": 0}, "seconds": 0.0421,
    "effects": {"bytes": 12288, "changed": 0, "created": 3, "deleted": 0, "digest": "4f" * 32, "renamed": 0},
    "output": {"digest": "a1" * 32, "kept": 1204, "written": 1204},
    "errors": {"digest": "e3" * 32, "kept": 0, "written": 0},
}


def dbos(directory, runs, seconds):
    from dbos import DBOS

    DBOS(config={
        "name": "steps", "system_database_url": f"sqlite:///{directory}/dbos.sqlite", "log_level": "ERROR",
        "run_admin_server": False, "max_executor_threads": max(runs, 4),
    })

    @DBOS.step()
    def step(number):
        return {"number": number, **RECEIPT}

    @DBOS.workflow()
    def run():
        times = []
        before = time.perf_counter()
        while before < end:
            step(len(times))
            now = time.perf_counter()
            times.append(now - before)
            before = now
        return times

    DBOS.launch()
    began = time.perf_counter()
    end = began + seconds
    handles = [DBOS.start_workflow(run) for _ in range(runs)]
    times = [handle.get_result() for handle in handles]
    took = time.perf_counter() - began
    return times, took


def langgraph(directory, runs, seconds):
    from typing import TypedDict

    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.graph import END, START, StateGraph

    class State(TypedDict):
        number: int
        receipt: dict

    times = [[] for _ in range(runs)]
    before = [0.0] * runs

    def step(state, config):
        run = int(config["configurable"]["thread_id"])
        now = time.perf_counter()
        if state["number"] > 0:
            times[run].append(now - before[run])
        before[run] = now
        return {"number": state["number"] + 1, "receipt": RECEIPT}

    graph = StateGraph(State)
    graph.add_node("step", step)
    graph.add_edge(START, "step")
    graph.add_conditional_edges("step", lambda _: "step" if time.perf_counter() < end else END)
    connection = sqlite3.connect(f"{directory}/langgraph.sqlite", check_same_thread=False)
    compiled = graph.compile(checkpointer=SqliteSaver(connection))

    def run(number):
        compiled.invoke(
            {"number": 0, "receipt": {}}, durability="sync",
            config={"configurable": {"thread_id": str(number)}, "recursion_limit": 10_000_000})

    threads = [threading.Thread(target=run, args=(i,)) for i in range(runs)]
    began = time.perf_counter()
    end = began + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times, time.perf_counter() - began


def sqlite(directory, _, seconds):
    """Bare SQLite: a transaction of two rows of the size of Orrery's events, again and again."""
    connection = sqlite3.connect(f"{directory}/plain.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE events (number INTEGER PRIMARY KEY, bytes BLOB)")
    rows = [(b"r" * 620,), (b"i" * 120,)]

    def commit(_):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO events (bytes) VALUES (?)", rows)
        connection.execute("COMMIT")

    return repeat(commit, seconds)


def disk(directory, _, seconds):
    """The disk alone: 12 KiB over what is there already, and the wait for it."""
    size, blocks = 12_288, 300
    file = os.open(f"{directory}/plain", os.O_CREAT | os.O_RDWR)
    os.pwrite(file, bytes(size * blocks), 0)
    os.fsync(file)
    synchronize = getattr(os, "fdatasync", os.fsync)

    def write(i):
        os.pwrite(file, b"x" * size, i % blocks * size)
        synchronize(file)

    return repeat(write, seconds)


def repeat(act, seconds):
    times = []
    began = before = time.perf_counter()
    while before < began + seconds:
        act(len(times))
        now = time.perf_counter()
        times.append(now - before)
        before = now
    return [times], before - began


if __name__ == "__main__":
    kind, directory, runs, seconds = sys.argv[1:]
    times, took = globals()[kind](directory, int(runs), int(seconds))
    times = sorted(1e6 * one for run in times for one in run)
    print(json.dumps({
        "runs": int(runs), "steps": len(times), "seconds": took,
        "thousandths": [times[i * (len(times) - 1) // 1000] for i in range(1001)],
    }), flush=True)
    os._exit(0)  # DBOS's threads would be waited for.
