"""usage: terminal.py COLUMNS FILE COMMAND...

Runs a command whose stderr is a terminal of so many columns, writes what the terminal got to FILE and exits as the command did."""
import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios


def main():
    columns, file, command = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    outside, inside = pty.openpty()
    fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(command, stderr=inside, env=dict(os.environ, TERM="xterm"))
    os.close(inside)
    with open(file, "wb") as out:
        while True:
            try:
                data = os.read(outside, 65536)
            except OSError:  # EIO: nobody holds the terminal any more
                break
            if not data:
                break
            out.write(data)
    sys.exit(process.wait())


main()
