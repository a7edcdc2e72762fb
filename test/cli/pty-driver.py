"""Runs a program on a pseudo-terminal and types into it.

stdin: {"argv", "cwd", "env", "columns", "rows", "steps": [{"wait", "send"}], "idle_limit_s", "stdout"}
Each step waits until the text appears on the screen after what the step before saw and the screen has
settled, then types. A program that shows nothing new for idle_limit_s is killed: on a busy machine a
long dialogue takes long, but it goes on.
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
IDLE_LIMIT_S = ask.get("idle_limit_s", 20)
# A question is drawn in several writes; a spinner never settles, so it is not waited for long.
SETTLED_S, SETTLE_LIMIT_S = 0.05, 1
# One that only spins.
end = time.time() + 100
changed = time.time()
matched = None
steps = list(ask["steps"])
seen = 0
missed = None
open_fds = [parent, piped_read]
while open_fds and time.time() < min(changed + IDLE_LIMIT_S, end):
    ready, _, _ = select.select(open_fds, [], [], 0.02)
    if ready:
        changed = time.time()
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
    if steps and matched is None:
        at = screen.find(steps[0]["wait"], seen)
        if at >= 0:
            seen = at + len(steps[0]["wait"])
            matched = time.time()
    now = time.time()
    if matched is not None and (now > changed + SETTLED_S or now > matched + SETTLE_LIMIT_S):
        os.write(parent, steps.pop(0)["send"].encode())
        changed, matched = now, None
if steps:
    missed = steps[0]["wait"]
exit_code = None
limit = min(changed + IDLE_LIMIT_S, end)
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
