"""What the filter makes up for where landlock is older than this machine's: its parts, put up one by one."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from loopview.guarded.jail_run import SUPERVISOR

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")

WALLS = """
import os, sys
sys.path.insert(0, {supervisor!r})
import kernel, landlock, seccomp
landlock.abi = lambda: {abi}
kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
kernel.drop_capabilities()
places = [({inside!r}, landlock.writable({abi})), ({outside!r}, landlock.READ)]
landlock.confine(places, network=False)
seccomp.confine(isolated=False, abi={abi}, protected=(os.getppid(), -os.getppid(), -1))
for code in {attempts!r}:
    try: exec(code)
    except OSError as error: print("refused", error.errno)
    else: print("done")
"""


@pytest.mark.parametrize("abi", [1, 2, 3, 5])
def test_files_are_not_emptied_and_parents_not_signalled(abi, tmp_path):
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "f").write_text("kept")
    attempts = [
        f"os.truncate('{outside}/f', 0)",
        f"os.open('{outside}/f', os.O_RDONLY | os.O_TRUNC)",
        f"open('{outside}/f', 'w')",
        "os.kill(os.getppid(), 0)",
        "os.killpg(os.getppid(), 0)",
        f"open('{inside}/f', 'w').write('x')",
        f"open('{outside}/f').read()",
        "os.kill(os.getpid(), 0)",
    ]
    code = WALLS.format(supervisor=SUPERVISOR, abi=abi, inside=str(inside), outside=str(outside), attempts=attempts)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", code], capture_output=True, text=True, check=False
    )
    words = [line.partition(" ")[0] for line in done.stdout.splitlines()]
    assert words == ["refused"] * 5 + ["done"] * 3, done
    assert (outside / "f").read_text() == "kept"
    assert os.path.exists(inside / "f")
