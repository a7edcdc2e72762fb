"""SQL as it stands on stdin, in SQLite or DuckDB, with its answers and times on stdout.

    sql.py ENGINE version
    sql.py ENGINE index DATABASE FILE    {"searchable": [statement, ...], "whole": [statement, ...]}
    sql.py ENGINE ask DATABASE           {"setup": [...], "questions": [[statement, ...], ...], "runs", "warmUps", "leastMs"}

A statement is {"sql": text}; with "eachLine" it is run once for every line of the file.
"""

import json
import sys
import time


def connect(engine, database):
    if engine == "duckdb":
        import duckdb

        return duckdb.connect(database)
    import sqlite3

    return sqlite3.connect(database, isolation_level=None)


def version(engine):
    if engine == "duckdb":
        import duckdb

        return duckdb.__version__
    import sqlite3

    # Fails where the library was built without it.
    sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    return sqlite3.sqlite_version


def milliseconds(start):
    return (time.perf_counter() - start) * 1e3


def run(connection, statement, path):
    if statement.get("eachLine"):
        with open(path, encoding="utf-8") as lines:
            connection.executemany(statement["sql"], ((line,) for line in lines))
    else:
        connection.execute(statement["sql"])


def index(connection, path, steps):
    start = time.perf_counter()
    for statement in steps["searchable"]:
        run(connection, statement, path)
    searchable_ms = milliseconds(start)
    for statement in steps["whole"]:
        run(connection, statement, path)
    docs = connection.execute("SELECT count(*) FROM docs").fetchone()[0]
    connection.close()
    return {
        "docs": docs,
        "searchableMs": searchable_ms,
        "wholeMs": milliseconds(start),
        "cpuMs": time.process_time() * 1e3,
    }


def answer(connection, statements):
    return [connection.execute(sql).fetchall() for sql in statements]


def repeated(work, times, least_ms):
    results = []
    start = time.perf_counter()
    while len(results) < times or milliseconds(start) < least_ms:
        results.append(work())
    return results


def ask(connection, asking):
    for sql in asking["setup"]:
        connection.execute(sql)
    asked = []
    for statements in asking["questions"]:

        def timed():
            start = time.perf_counter()
            answer(connection, statements)
            return milliseconds(start)

        results = answer(connection, statements)
        repeated(timed, asking["warmUps"], asking["leastMs"])
        times = repeated(timed, asking["runs"], asking["leastMs"])
        asked.append({"results": results, "timesMs": times})
    return asked


def main(engine, task, database=None, path=None):
    if task == "version":
        return {"version": version(engine)}
    given = json.load(sys.stdin)
    connection = connect(engine, database)
    return index(connection, path, given) if task == "index" else ask(connection, given)


print(json.dumps(main(*sys.argv[1:])))
