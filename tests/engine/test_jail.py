"""The jail as it is: real processes that try to get out of it, in each tier that this machine has."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from loopview.domain.evidence import Tier
from loopview.guarded.interpreter import prefixes
from loopview.guarded.jail import Ended, Jail, JailFailed, Limits, probe
from loopview.guarded.jail_probe import Report
from loopview.guarded.scratch import remove_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")

CALL = """
import ctypes, os, platform
libc = ctypes.CDLL(None, use_errno=True)
def call(x86, arm, *words):
    values = [ctypes.c_long(word) if isinstance(word, int) else word for word in words]
    if libc.syscall(ctypes.c_long(x86 if platform.machine() == "x86_64" else arm), *values) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
"""


def has_namespaces() -> bool:
    return not any(why.startswith("T3:") for why in probe().failed)


@pytest.fixture(params=[Tier.CONFINED, Tier.ISOLATED], ids=["T2", "T3"])
def tier(request: pytest.FixtureRequest) -> Tier:
    if request.param is Tier.ISOLATED and not has_namespaces():
        pytest.skip("no namespaces here")
    return request.param


@pytest.fixture
def outside(tmp_path):
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "id_ed25519").write_text("PRIVATE KEY")
    (folder / "id_ed25519").chmod(0o600)
    return folder


@pytest.fixture
def inside(tmp_path):
    folder = tmp_path / "inside"
    folder.mkdir(mode=0o700)
    yield folder
    remove_tree(str(folder))


def jailed(tier, inside, code, *, readable=(), on_output=None, **limits):
    jail = Jail(tier, Limits(**{"wall": 20.0, **limits}), (*prefixes(sys.executable), *readable))
    return jail.run((sys.executable, "-I", "-S", "-c", code), str(inside), on_output=on_output)


def refused(ended) -> bool:
    """The attempt printed what stopped it, and nothing after it ran."""
    return ended.code == 0 and ended.output.startswith(b"refused")


def attempt(code: str) -> str:
    return f"{CALL}\nimport socket, sys\ntry: {code}\nexcept OSError as error: print('refused', error)\nelse: print('ESCAPED')\n"


def escapes(tier, inside, attempts: dict[str, str]) -> set[str]:
    """The names of the attempts that nothing refused."""
    code = f"""{CALL}
import socket, sys
for name, code in {attempts!r}.items():
    try: exec(code)
    except OSError: print("refused", name)
    else: print("ESCAPED", name)
"""
    ended = jailed(tier, inside, code)
    lines = [line.partition(" ") for line in ended.output.decode().splitlines()]
    assert {name for _, _, name in lines} == set(attempts), ended
    return {name for word, _, name in lines if word != "refused"}


PATHS = {
    "write": "open('{outside}/new', 'w')",
    "append": "open('{outside}/id_ed25519', 'a')",
    "make a directory": "os.mkdir('{outside}/d')",
    "remove": "os.unlink('{outside}/id_ed25519')",
    "rename in": "os.rename('{outside}/id_ed25519', 'mine')",
    "rename out": "open('mine', 'w').close(); os.rename('mine', '{outside}/mine')",
    "link in": "os.link('{outside}/id_ed25519', 'mine')",
    "follow a link": "os.symlink('{outside}/id_ed25519', 'mine'); open('mine')",
    "climb": "open('../outside/id_ed25519')",
    "read a key": "open('{outside}/id_ed25519')",
    "list": "os.listdir('{outside}')",
    "truncate": "os.truncate('{outside}/id_ed25519', 0)",
    "empty while reading": "os.open('{outside}/id_ed25519', os.O_RDONLY | os.O_TRUNC)",
    "the real git": "open('{repository}/.git/HEAD') if os.path.isdir('{repository}/.git') else open('{repository}/README.md')",
    "environment of the parent": "open('/proc/{console}/environ', 'rb').read() if {console} > 9 else os.open('/nowhere', 0)",
    "memory of the parent": "open('/proc/{console}/mem', 'rb')",
    "a disk": "os.mknod('disk', 0o060600, os.makedev(8, 0))",
    "the terminal": "open('/dev/tty')",
    "shared memory outside": "open('/dev/shm/../../etc/shadow')",
    "core pattern": "open('/proc/sys/kernel/core_pattern', 'w')",
}

CALLS = {
    "ptrace": "call(101, 117, 16, {console}, 0, 0)",
    "trace me": "call(101, 117, 0, 0, 0, 0)",
    "read memory": "call(310, 270, {console}, None, 0, None, 0, 0)",
    "mount": "call(165, 40, None, None, None, 0, None)",
    "new mount interface": "call(430, 430, b'tmpfs', 0)",
    "change root": "os.chroot('.')",
    "user namespace": "call(272, 97, 0x10000000)",
    "user namespace by clone": "call(56, 220, 0x10000011, 0, 0, 0, 0)",
    "clone3": "call(435, 435, ctypes.create_string_buffer(88), 88)",
    "join a namespace": "call(308, 268, 0, 0)",
    "io_uring": "call(425, 425, 4, ctypes.create_string_buffer(256))",
    "keyring": "call(250, 219, 0, -3, 1)",
    "bpf": "call(321, 280, 0, ctypes.create_string_buffer(128), 128)",
    "perf": "call(298, 241, ctypes.create_string_buffer(128), 0, -1, -1, 0)",
    "userfaultfd": "call(323, 282, 0)",
    "memory of nobody": "call(319, 279, b'x', 0)",
    "file handles": "call(303, 264, -100, b'.', None, None, 0)",
    "become root": "os.setuid(0) if os.getuid() else call(161, 51, b'.')",
    "packets": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "signal the parent": "os.kill({console}, 0) if {console} > 9 else os.kill(1 << 22, 0)",
    "limits of others": "__import__('resource').prlimit({console}, 7, (1, 1))",
}


def test_no_path_leads_out(tier, inside, outside):
    told = {"outside": outside, "repository": os.getcwd(), "console": os.getpid()}
    assert not escapes(tier, inside, {name: code.format(**told) for name, code in PATHS.items()})
    assert (outside / "id_ed25519").read_text() == "PRIVATE KEY"
    assert os.listdir(outside) == ["id_ed25519"]


def test_no_call_leads_out(tier, inside):
    assert not escapes(tier, inside, {name: code.format(console=os.getpid()) for name, code in CALLS.items()})


def test_a_terminal_cannot_be_typed_into(tier, inside):
    """A real terminal, handed to the command as no run ever hands it one, is not typed into."""
    code = attempt("call(16, 29, 0, 0x5412, ctypes.create_string_buffer(b'x'))")
    ended = jailed(tier, inside, code)
    assert refused(ended)
    assert b"Errno 1]" in ended.output  # the filter's word, not that of the null device


@pytest.mark.parametrize("name", ["chmod", "chown", "utime", "xattr"])
def test_what_landlock_has_no_rule_for_changes_nothing_outside(name, tier, inside, outside):
    victim = outside / "id_ed25519"
    before = victim.stat()
    code = {
        "chmod": f"os.chmod({str(victim)!r}, 0o777)",
        "chown": f"os.chown({str(victim)!r}, os.getuid(), os.getgid())",
        "utime": f"os.utime({str(victim)!r}, (1, 1))",
        "xattr": f"os.setxattr({str(victim)!r}, 'user.x', b'x')",
    }[name]
    jailed(tier, inside, attempt(code), readable=[str(outside)])
    after = victim.stat()
    assert (after.st_mode, after.st_mtime_ns, after.st_ctime_ns) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_ctime_ns,
    )
    assert not os.listxattr(victim)


def test_no_network_is_reached(tier, inside, outside):
    addresses = {
        "tcp": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        "tcp6": (socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
        "unix": (socket.AF_UNIX, socket.SOCK_STREAM, str(outside / "agent.sock")),
        "abstract": (socket.AF_UNIX, socket.SOCK_STREAM, "\0loopview-test-" + os.urandom(6).hex()),
        "udp": (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
    }
    listeners = {}
    for name, (family, kind, address) in addresses.items():
        if name == "tcp6" and not socket.has_ipv6:
            continue
        listeners[name] = socket.socket(family, kind)
        listeners[name].bind(address)
        listeners[name].setblocking(False)
        if kind == socket.SOCK_STREAM:
            listeners[name].listen()
    tries = [(int(one.family), int(one.type), one.getsockname()) for one in listeners.values()]
    code = f"""
import socket
for family, kind, address in {tries!r}:
    try:
        talk = socket.socket(family, kind)
        talk.settimeout(2)
        talk.connect(address)
        talk.send(b"x")
        print("sent", address)
    except OSError as error:
        print("refused", error)
"""
    ended = jailed(tier, inside, code, readable=[str(outside)])
    assert ended.code == 0, ended
    for name, one in listeners.items():
        with pytest.raises(BlockingIOError):
            one.accept() if name != "udp" else one.recv(16)
        one.close()


def test_an_isolated_run_may_speak_to_itself(inside):
    """Tests with a server of their own work where a network of their own stands around them."""
    if not has_namespaces():
        pytest.skip("no namespaces here")
    code = "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname(), 2); print('ok')"
    assert jailed(Tier.ISOLATED, inside, code).output == b"ok\n"


def test_an_event_loop_runs(tier, inside):
    code = "import asyncio; print(asyncio.run(asyncio.sleep(0, 'ok')))"
    assert jailed(tier, inside, code).output == b"ok\n"


def test_the_environment_is_empty_and_the_home_is_its_directory(tier, inside, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    ended = jailed(
        tier, inside, "import os; print(sorted(os.environ), os.environ['HOME'], os.getcwd(), os.read(0, 9))"
    )
    place = os.path.realpath(inside)
    assert ended.output.decode() == f"['HOME', 'LANG', 'LC_ALL', 'PATH', 'TMPDIR'] {place} {place} b''\n"


def test_it_writes_in_its_own_directory(tier, inside):
    code = "import os; os.makedirs('a/b'); open('a/b/c', 'w').write('x'); os.symlink('c', 'a/b/d'); os.rename('a/b/c', 'e'); os.remove('e'); open('kept', 'w')"
    assert jailed(tier, inside, code).code == 0
    assert (inside / "kept").exists()


def test_no_descriptor_but_the_three_is_there(tier, inside):
    code = "import os\nfound = []\nfor n in range(3, 300):\n    try: os.fstat(n); found.append(n)\n    except OSError: pass\nprint(found)"
    assert jailed(tier, inside, code).output == b"[]\n"


def test_a_forged_report_is_output(tier, inside):
    """Whatever a command prints or writes to numbered descriptors, its exit code comes from the supervisor."""
    code = """
import os
for n in range(1, 64):
    try: os.write(n, b'{"event": "ended", "code": 0, "limit": "", "survivors": 0, "left": 0, "seconds": 0}\\n')
    except OSError: pass
os._exit(3)
"""
    assert jailed(tier, inside, code).code == 3


# -- limits ------------------------------------------------------------------------------------------------------


def alive(mark: str) -> list[str]:
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/cmdline", "rb") as words, open(f"/proc/{name}/stat") as state:
                    if mark.encode() in words.read() and state.read().rpartition(")")[2].split()[0] != "Z":
                        found.append(name)
            except OSError:
                continue
    return found


def supervisor() -> int:
    """The supervisor that this thread started."""
    with open(f"/proc/self/task/{threading.get_native_id()}/children") as children:
        ours = children.read().split()
    return next(int(pid) for pid in ours if b"jail-supervisor" in Path(f"/proc/{pid}/cmdline").read_bytes())


def to_its_end(running: Iterator[bytes]) -> Ended:
    try:
        while True:
            next(running)
    except StopIteration as stopped:
        return stopped.value


DAEMON = """
import os, time
if not os.fork():
    os.setsid()
    if os.fork():
        os._exit(0)
    print("daemon", flush=True)
    time.sleep(300)
    os._exit(0)
os.wait()
"""
IGNORING = "import signal\nfor n in range(1, 65):\n    if n == signal.SIGCHLD: continue\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"


def test_a_daemon_that_holds_the_output_is_ended(tier, inside):
    mark = f"mark{os.urandom(6).hex()}"
    ended = jailed(tier, inside, f"{IGNORING}{DAEMON}# {mark}")
    assert (ended.code, ended.limit, ended.survivors) == (0, "", 1)
    assert not alive(mark)


@pytest.mark.parametrize("tail", ["while True: pass", "time.sleep(300)"])
def test_time_ends_what_ignores_every_signal(tier, inside, tail):
    mark = f"mark{os.urandom(6).hex()}"
    ended = jailed(tier, inside, f"{IGNORING}{DAEMON}\n{tail}  # {mark}", wall=0.6)
    assert ended.limit == "time"
    assert ended.code != 0
    assert not alive(mark)


def test_a_fork_bomb_is_ended(tier, inside):
    mark = f"mark{os.urandom(6).hex()}"
    code = f"import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n# {mark}"
    ended = jailed(tier, inside, code, processes=40)
    assert ended.limit == "processes"
    assert not alive(mark)


def test_too_many_processes_between_two_looks_are_named(tier, inside):
    """A fork bomb is fast and the supervisor may be late: the kernel's own limit stops it first, and the command gives up."""
    code = """
import os, time
print("begun", flush=True)
while not os.path.exists("go"): time.sleep(0.01)
for _ in range(60):
    if not os.fork():
        time.sleep(300)
open("done", "w").close()
os._exit(2)
"""
    running = Jail(tier, Limits(processes=40), prefixes(sys.executable)).stream(
        (sys.executable, "-I", "-S", "-c", code), str(inside)
    )
    assert next(running) == b"begun\n"
    late = supervisor()
    os.kill(late, signal.SIGSTOP)
    (inside / "go").touch()
    deadline = time.monotonic() + 60
    while not (inside / "done").exists() and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    threading.Event().wait(0.1)
    os.kill(late, signal.SIGCONT)
    ended = to_its_end(running)
    assert (ended.code, ended.limit) == (2, "processes")


@pytest.mark.parametrize(
    "code",
    [
        "x = bytearray(3 << 30)",
        "import os; os.fork(); x = [bytearray(1 << 20) for _ in range(2000)]; import time; time.sleep(9)",
    ],
)
def test_memory_is_bounded(tier, inside, code):
    ended = jailed(tier, inside, code, memory=1 << 30)
    assert ended.limit == "memory" or b"MemoryError" in ended.output
    assert ended.code != 0


def test_memory_that_is_touched_is_named(tier, inside):
    code = "x = [bytearray(8 << 20) for _ in range(60)]; import time; time.sleep(30)"
    assert jailed(tier, inside, code, memory=256 << 20).limit == "memory"


@pytest.mark.parametrize(
    "code",
    [
        "for n in range(200): open(f'f{n}', 'wb').write(bytes(1 << 20))",
        "import os\nheld = []\nfor n in range(200):\n    held.append(open('f', 'wb')); held[-1].write(bytes(1 << 20)); os.unlink('f')",
        "import os\nwhile True:\n    os.mkdir('deep'); os.chdir('deep')",
    ],
    ids=["files", "deleted files", "depth"],
)
def test_a_disk_is_not_filled(tier, inside, code):
    ended = jailed(tier, inside, code + "\nimport time; time.sleep(30)", disk=8 << 20)
    assert ended.limit == "disk"


def test_a_sparse_file_is_refused(tier, inside):
    ended = jailed(tier, inside, attempt("os.truncate(os.open('sparse', os.O_CREAT | os.O_RDWR), 1 << 40)"))
    assert refused(ended)


def test_endless_output_is_cut_and_ended(tier, inside):
    seen = []
    ended = jailed(
        tier,
        inside,
        "while True: print('x' * 999)",
        output=4096,
        printed=1 << 20,
        on_output=lambda chunk: seen.append(len(chunk)),
    )
    assert ended.limit == "output"
    assert len(ended.output) == 4096
    assert sum(seen) >= 1 << 20


def test_the_end_of_the_output_is_kept(tier, inside):
    ended = jailed(tier, inside, "print('a' * 10000); print('end')", output=100)
    assert ended.output.endswith(b"a\nend\n")
    assert len(ended.output) == 100


def test_processor_time_is_bounded(inside):
    ended = jailed(Tier.CONFINED, inside, "while True: pass", cpu=1)
    assert ended.limit == "cpu"


def test_a_signal_is_a_negative_code(tier, inside):
    assert jailed(tier, inside, "import os; os.abort()").code == -6


# -- ends --------------------------------------------------------------------------------------------------------


def test_cancel_from_another_thread(tier, inside):
    mark = f"mark{os.urandom(6).hex()}"
    jail = Jail(tier, Limits(), prefixes(sys.executable))
    started = threading.Event()
    results = []

    def work():
        code = f"{IGNORING}{DAEMON}\ntime.sleep(300)  # {mark}"
        results.append(
            jail.run((sys.executable, "-I", "-S", "-c", code), str(inside), on_output=lambda _: started.set())
        )

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(60)
    jail.cancel()
    thread.join(60)
    assert results[0].limit == "cancelled"
    assert not alive(mark)
    assert jail.run((sys.executable, "-c", "pass"), str(inside)).limit == "cancelled"


def test_letting_go_of_the_output_ends_the_run(tier, inside):
    mark = f"mark{os.urandom(6).hex()}"
    running = Jail(tier, Limits(), prefixes(sys.executable)).stream(
        (sys.executable, "-I", "-S", "-c", f"{DAEMON}\ntime.sleep(300)  # {mark}"), str(inside)
    )
    assert next(running) == b"daemon\n"
    assert alive(mark)
    running.close()
    assert not alive(mark)


def test_nothing_survives_a_console_that_is_killed(tier, inside):
    mark = f"mark{os.urandom(6).hex()}"
    console = f"""
import sys
from loopview.guarded.jail import Jail, Limits
from loopview.guarded.interpreter import prefixes
from loopview.domain.evidence import Tier
code = {IGNORING + DAEMON!r} + "\\ntime.sleep(300)  # {mark}"
show = lambda chunk: (sys.stdout.write(chunk.decode()), sys.stdout.flush())
Jail(Tier({int(tier)}), Limits(), prefixes(sys.executable)).run((sys.executable, "-I", "-S", "-c", code), {str(inside)!r}, on_output=show)
"""
    with subprocess.Popen([sys.executable, "-c", console], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "daemon\n"
        assert len(alive(mark)) >= 2
        process.kill()
        deadline = time.monotonic() + 60
        while alive(mark) and time.monotonic() < deadline:
            threading.Event().wait(0.02)
        assert not alive(mark)


@pytest.mark.slow
@pytest.mark.parametrize("moment", [n / 100 for n in range(30)])
def test_nothing_survives_whenever_the_console_is_killed(tier, inside, moment):
    mark = f"mark{os.urandom(6).hex()}"
    console = f"""
from loopview.guarded.jail import Jail, Limits
from loopview.guarded.interpreter import prefixes
from loopview.domain.evidence import Tier
import sys
print("ready", flush=True)
code = {IGNORING + DAEMON!r} + "\\ntime.sleep(300)  # {mark}"
Jail(Tier({int(tier)}), Limits(), prefixes(sys.executable)).run((sys.executable, "-I", "-S", "-c", code), {str(inside)!r})
"""
    with subprocess.Popen([sys.executable, "-c", console], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        threading.Event().wait(moment)
        process.kill()
    deadline = time.monotonic() + 60
    while (alive(mark) or alive(str(inside))) and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    threading.Event().wait(0.1)
    assert not alive(mark)


def test_a_run_without_its_supervisor_is_unknown_and_over(tier, inside):
    """Somebody kills the supervisor: nothing is known of the run, and nothing of it goes on."""
    mark = f"mark{os.urandom(6).hex()}"
    tail = DAEMON if tier is Tier.ISOLATED else "import os, time\nos.fork()\nos.write(1, b'x')\n"
    code = f"{IGNORING}{tail}\ntime.sleep(300)  # {mark}"
    running = Jail(tier, Limits(), prefixes(sys.executable)).stream(
        (sys.executable, "-I", "-S", "-c", code), str(inside)
    )
    next(running)
    os.kill(supervisor(), signal.SIGKILL)
    with pytest.raises(JailFailed, match="supervisor was lost"):
        list(running)
    deadline = time.monotonic() + 60
    while alive(mark) and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    assert not alive(mark)


def test_an_isolated_run_has_terminals_of_its_own(inside):
    if not has_namespaces():
        pytest.skip("no namespaces here")
    code = "import os, pty; pty.spawn(['/bin/sh', '-c', 'tty']); print(sorted(os.listdir('/dev/pts')))"
    assert jailed(Tier.ISOLATED, inside, code).output == b"/dev/pts/0\r\n['ptmx']\n"


def test_a_command_that_is_not_there_is_said(tier, inside):
    with pytest.raises(JailFailed, match="No such file"):
        Jail(tier).run(("/nowhere/python",), str(inside))


# -- probe -------------------------------------------------------------------------------------------------------


def test_the_probe_proves_what_it_reports():
    report = probe(again=True)
    assert report.tier >= Tier.CONFINED
    assert {"write outside", "TCP", "unix socket", "ptrace", "io_uring"} <= set(report.held)
    assert probe() is report


def test_the_probe_says_when_a_wall_is_missing(monkeypatch):
    """With a supervisor that puts up no walls the probe finds each of them missing."""
    from loopview.guarded import jail_probe

    class Open(Jail):
        def __init__(self, tier, limits=None, readable=()):
            super().__init__(Tier.LIMITED, limits, readable)

    monkeypatch.setattr(jail_probe, "Jail", Open)
    report = jail_probe._probe()
    assert isinstance(report, Report)
    assert report.tier is Tier.LIMITED
    assert "write outside" in report.failed[0]
    assert "TCP" in report.failed[1]
    assert not report.held


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_has_the_same_walls():
    python = "/usr/bin/python3"
    source = os.path.join(os.getcwd(), "src")
    code = "import sys\nassert sys.version_info >= (3, 11)\nfrom loopview.guarded.jail import probe\nprint(probe().tier.label)"
    ran = subprocess.run(
        [python, "-B", "-c", code],
        user=65534,
        group=65534,
        extra_groups=[],
        env={"PYTHONPATH": source, "HOME": "/nonexistent"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        pytest.skip(f"no interpreter that everybody may read: {ran.stderr[-200:]}")
    assert ran.stdout.strip() == probe().tier.label
