"""Start one command, wait for it, and write what it cost: a process this small adds nothing to the memory of its child.

Run by the benchmarks: ``python -I -S launch.py RESULT OUTPUT COMMAND...``, in the directory of the command.
"""

import os
import sys
import time


def main() -> None:
    """Run the command with its output in a file."""
    result, output, *command = sys.argv[1:]
    began = time.perf_counter()
    child = os.fork()
    if not child:
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(target, 1)
        os.dup2(target, 2)
        os.execv(command[0], command)  # noqa: S606 - a command of the benchmarks
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - began
    numbers = (os.waitstatus_to_exitcode(status), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
    with open(result, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would double the memory
        file.write(" ".join(map(str, numbers)))


if __name__ == "__main__":
    main()
