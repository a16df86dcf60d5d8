"""What others wait for a command: lock_watch.py FILE COMMAND...

Tries every 20 ms to read FILE and to begin writing it, as a colleague's
program would. Prints the command's time and processor time in seconds, its
peak memory in MB, and how long at a stretch nobody could write, and read.
"""
import os
import sqlite3
import sys
import time

TRY = 0.02


class Stretch:
    def __init__(self):
        self.since = None
        self.longest = 0.0

    def note(self, free, now):
        if free:
            self.since = None
        elif self.since is None:
            self.since = now
        else:
            self.longest = max(self.longest, now - self.since)


def can(db, *statements):
    try:
        for statement in statements:
            db.execute(statement).fetchall()
        return True
    except sqlite3.OperationalError:
        return False


path, command = sys.argv[1], sys.argv[2:]
db = sqlite3.connect(path, timeout=0, isolation_level=None)
writing, reading = Stretch(), Stretch()
start = time.time()
pid = os.fork()
if pid == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvp(command[0], command)
status = use = None
while not status and status != 0:
    time.sleep(TRY)
    now = time.time()
    reading.note(can(db, "SELECT value FROM meta LIMIT 1"), now)
    writing.note(can(db, "BEGIN IMMEDIATE", "ROLLBACK"), now)
    done, code, usage = os.wait4(pid, os.WNOHANG)
    if done == pid:
        status, use = code, usage
if status != 0:
    sys.exit(f"{command}: status {status}")
print(f"{time.time() - start:.2f} {use.ru_utime + use.ru_stime:.2f} "
      f"{use.ru_maxrss / 1024:.0f} {writing.longest:.2f} "
      f"{reading.longest:.2f}")
