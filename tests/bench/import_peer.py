"""The peer of bench_import.sh.

run COMMAND...: its time in seconds and its peak memory in MB.
import FILE DB: what one would do with pandas: read FILE, write it to SQLite.
parquet CSV OUT: the csv as Parquet, a piece at a time.
"""
import os
import sys
import time


def run(command):
    start = time.time()
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.execvp(command[0], command)
    _, status, use = os.wait4(pid, 0)
    if status != 0:
        sys.exit(f"{command}: status {status}")
    print(f"{time.time() - start:.3f} {use.ru_maxrss / 1024:.0f}")


def load(path, db):
    import sqlite3
    import pandas as pd
    read = (pd.read_csv if path.endswith(".csv") else
            pd.read_parquet if path.endswith(".parquet") else pd.read_excel)
    with sqlite3.connect(db) as con:
        read(path).to_sql("texts", con, index=False)
    con.close()


def parquet(path, out):
    import pyarrow.csv as pc
    import pyarrow.parquet as pq
    with pc.open_csv(path, parse_options=pc.ParseOptions(
            newlines_in_values=True)) as reader:
        with pq.ParquetWriter(out, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)


if sys.argv[1] == "run":
    run(sys.argv[2:])
elif sys.argv[1] == "import":
    load(*sys.argv[2:])
else:
    parquet(*sys.argv[2:])
