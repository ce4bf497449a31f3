"""Starts a program that cannot outlive its parent, if need be under an account that is not root.

`wrap` makes the command line; run as a script, this file becomes that program. It needs the standard library only and
is run without site packages, so that it costs about 20 ms.
"""

import ctypes
import os
import pwd
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

SAME_ACCOUNT = "same"
USER_NAMESPACE = "user-namespace"
"""Root in a user namespace in which it is the unprivileged user 65534: may use what root owns without being root."""

_UNPRIVILEGED_ID = 65534
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def wrap(command: Sequence[str], *, account: str = SAME_ACCOUNT, on_parent_death: int = signal.SIGKILL) -> list[str]:
    """The command line that runs `command` as `account`, and sends it `on_parent_death` when this process ends.

    `account` is SAME_ACCOUNT, USER_NAMESPACE, or the name of a user (needs root).
    """
    return [sys.executable, "-ISB", __file__, str(os.getpid()), str(int(on_parent_death)), account, *command]


def _libc_call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


def _enter_user_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    _libc_call("unshare", _CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{_UNPRIVILEGED_ID} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{_UNPRIVILEGED_ID} {group} 1", encoding="ascii")


def _become(account: str) -> None:
    if account == USER_NAMESPACE:
        _enter_user_namespace()
    elif account != SAME_ACCOUNT:
        entry = pwd.getpwnam(account)
        os.chdir("/")
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)


def _main(parent: int, death_signal: int, account: str, command: list[str]) -> None:
    _become(account)
    # After the change of account, which would clear it.
    _libc_call("prctl", _PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(f"the parent process {parent} is gone")
    os.execvp(command[0], command)  # noqa: S606  # becoming the given program is what this is for


if __name__ == "__main__":
    _main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
