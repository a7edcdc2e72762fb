"""Runs a program on a pseudo-terminal and types into it.

stdin: {"argv", "cwd", "env", "columns", "rows", "steps": [{"wait", "send"}], "limit_s", "stdout"}
Each step waits until the text appears on the screen after what the step before saw, then types.
stdout: {"exit", "transcript", "piped", "missed"}: missed is the text that never came.
With "stdout": "pipe" the program's stdout is a pipe beside the terminal, as in $(command).
"""
import fcntl, json, os, pty, re, select, struct, sys, termios, time

ask = json.load(sys.stdin)
size = struct.pack("HHHH", ask.get("rows", 30), ask.get("columns", 80), 0, 0)
parent, child = pty.openpty()
fcntl.ioctl(child, termios.TIOCSWINSZ, size)
piped_read, piped_write = os.pipe()
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(child, termios.TIOCSCTTY, 0)
    os.dup2(child, 0)
    os.dup2(piped_write if ask.get("stdout") == "pipe" else child, 1)
    os.dup2(child, 2)
    for fd in (parent, child, piped_read, piped_write):
        if fd > 2:
            os.close(fd)
    os.chdir(ask["cwd"])
    os.execve(ask["argv"][0], ask["argv"], ask["env"])
os.close(child)
os.close(piped_write)

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
raw, piped = b"", b""
limit = time.time() + ask.get("limit_s", 20)
steps = list(ask["steps"])
seen = 0
missed = None
open_fds = [parent, piped_read]
while open_fds and time.time() < limit:
    ready, _, _ = select.select(open_fds, [], [], 0.05)
    for fd in ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            data = b""
        if data == b"":
            open_fds.remove(fd)
        elif fd == parent:
            raw += data
        else:
            piped += data
    screen = ESCAPES.sub("", raw.decode("utf-8", "replace"))
    if steps:
        at = screen.find(steps[0]["wait"], seen)
        if at >= 0:
            seen = at + len(steps[0]["wait"])
            # The program may still be about to listen.
            time.sleep(0.05)
            os.write(parent, steps.pop(0)["send"].encode())
if steps:
    missed = steps[0]["wait"]
exit_code = None
while exit_code is None:
    done, status = os.waitpid(pid, os.WNOHANG)
    if done:
        exit_code = os.waitstatus_to_exitcode(status)
    elif time.time() >= limit:
        os.kill(pid, 9)
        limit = time.time() + 5
    else:
        time.sleep(0.02)
print(json.dumps({
    "exit": exit_code,
    "transcript": raw.decode("utf-8", "replace"),
    "piped": piped.decode("utf-8", "replace"),
    "missed": missed,
}))
