"""`fangpin serve`: the console under granian (WSGI)."""

from __future__ import annotations

import os
import socket
import sys
from typing import Annotated

import typer

from fangpin.cli.output import say
from fangpin.cli.session import Session
from fangpin.values.problem import Problem, ProblemError


def serve(
    host: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="the port to listen on")] = 8000,
    threads: Annotated[int, typer.Option(help="requests answered at once")] = 4,
) -> None:
    """Serve the console until Ctrl-C."""
    session = Session()
    session.start_django()
    refuse_busy_port(host, port)
    say(f"控制台 Console: http://{host}:{port}/  （Ctrl-C 停止 stops）")
    start_server(host=host, port=port, threads=threads)


def start_server(*, host: str, port: int, threads: int) -> None:
    """Become the server: this process is replaced by granian's."""
    sys.stdout.flush()
    arguments = [sys.executable, "-m", "granian", "--interface", "wsgi"]
    arguments += ["--host", host, "--port", str(port), "--workers", "1"]
    arguments += ["--blocking-threads", str(threads), "--no-ws", "--log-level", "warning"]
    os.execv(sys.executable, [*arguments, "fangpin.web.wsgi:application"])


def refuse_busy_port(host: str, port: int) -> None:
    """Raises ProblemError PORT_BUSY when something listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ProblemError(
                Problem(
                    code="PORT_BUSY",
                    where=f"{host}:{port}",
                    zh="这个端口已被占用，或者地址不可用。",
                    en="This port is taken, or the address cannot be used.",
                    fix_zh=f"换一个端口：fangpin serve --port {port + 1}",
                    fix_en=f"Choose another one: fangpin serve --port {port + 1}",
                )
            ) from error
