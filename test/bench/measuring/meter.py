"""Runs a command and writes what it used into a file, as one JSON object.

    python3 -I -S meter.py [--aside] FILE COMMAND [WORD...]

Times are those that wait4(2) tells: of the command, and of all that it started and waited for. The peak is the largest
resident set that any of them had, never less than that of this interpreter, from which they are forked. The status is
the one that a shell would tell.

With --aside, nothing of it is added to the figures of the process that started this one and waits for it, except
for this interpreter itself, whose own time is told for that: `meterCpuMs`.
"""
import os
import resource
import signal
import sys
import time


def main():
    words = sys.argv[1:]
    is_aside = words[0] == "--aside"
    path, *command = words[1:] if is_aside else words
    (run_aside if is_aside else run)(path, command)


def run(path, command, notes=""):
    start = time.monotonic()
    # Python ignores these; the command must not.
    pid = os.posix_spawnp(command[0], command, os.environ, setsigdef=[signal.SIGPIPE, signal.SIGXFSZ])
    _, wait_status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - start
    code = os.waitstatus_to_exitcode(wait_status)
    status = code if code >= 0 else 128 - code
    figures = '{"status": %d, "wallMs": %.3f, "cpuMs": %.3f, "peakBytes": %d%s}'
    text = figures % (status, wall * 1e3, cpu_ms(usage), usage.ru_maxrss * 1024, notes)
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def run_aside(path, command):
    # A child that nobody has to wait for leaves its figures to nobody.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    own_ms = cpu_ms(resource.getrusage(resource.RUSAGE_SELF))
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        run(path, command, ', "meterCpuMs": %.3f' % own_ms)
        return
    try:
        os.wait()
    except ChildProcessError:
        pass


def cpu_ms(usage):
    return (usage.ru_utime + usage.ru_stime) * 1e3


main()
