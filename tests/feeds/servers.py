"""A real SFTP server over a folder, on 127.0.0.1, for as long as a test needs it."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko

NAME, PASSWORD = "reader", "geheim/@:#%41"


@dataclass
class SftpServer:
    """Where it listens and what it has seen; `folder` is its root."""

    folder: Path
    port: int
    key: paramiko.PKey
    signed_in: list[str] = field(default_factory=list)
    transports: list[paramiko.Transport] = field(default_factory=list)
    read: Any = staticmethod(lambda path: None)
    """Called before a file is opened."""

    @property
    def fingerprint(self) -> str:
        return str(self.key.fingerprint)

    def leave(self) -> None:
        """Drop every connection."""
        for transport in self.transports:
            transport.close()


@contextmanager
def sftp_server(folder: Path) -> Iterator[SftpServer]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = SftpServer(folder, listener.getsockname()[1], paramiko.ECDSAKey.generate())

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(server.key)
            transport.set_subsystem_handler("sftp", _ExactNames, _Folder, server)
            server.transports.append(transport)
            try:
                transport.start_server(threading.Event(), server=_Door(server))
            except (paramiko.SSHException, OSError):
                transport.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        server.leave()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that accepts and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def relay(place: int | Path, pass_on: Callable[[bytes, int], Iterator[bytes]]) -> Iterator[int]:
    """A port before another one, or before a socket's file; what is said there passes through `pass_on`
    (what is said, how much was said before).

    Where `pass_on` raises EOFError the line breaks off.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    lines: list[socket.socket] = []

    def carry(source: socket.socket, target: socket.socket, *, is_answer: bool) -> None:
        said = 0
        with suppress(OSError, EOFError):
            while chunk := source.recv(1 << 14):
                for piece in pass_on(chunk, said) if is_answer else [chunk]:
                    target.sendall(piece)
                said += len(chunk)
        for line in (source, target):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                if isinstance(place, Path):
                    far = socket.socket(socket.AF_UNIX)
                    far.connect(str(place))
                else:
                    far = socket.create_connection(("127.0.0.1", place))
                lines.extend((near, far))
                for source, target in ((near, far), (far, near)):
                    threading.Thread(
                        target=carry,
                        args=(source, target),
                        kwargs={"is_answer": source is far},
                        daemon=True,
                    ).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for line in lines:
            line.close()


def trickling(after: int) -> Callable[[bytes, int], Iterator[bytes]]:
    """All of the first bytes at once, then a byte ten times a second."""

    def pass_on(chunk: bytes, said: int) -> Iterator[bytes]:
        at_once = max(0, after - said)
        yield chunk[:at_once]
        for byte in chunk[at_once:]:
            time.sleep(0.1)
            yield bytes([byte])

    return pass_on


def breaking_off(after: int) -> Callable[[bytes, int], Iterator[bytes]]:
    """The first bytes, then the end of the line."""

    def pass_on(chunk: bytes, said: int) -> Iterator[bytes]:
        yield chunk[: max(0, after - said)]
        if said + len(chunk) > after:
            raise EOFError

    return pass_on


class _Door(paramiko.ServerInterface):
    def __init__(self, server: SftpServer) -> None:
        self.server = server

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        if (username, password) != (NAME, PASSWORD):
            return paramiko.AUTH_FAILED
        self.server.signed_in.append(username)
        return paramiko.AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _ExactNames(paramiko.SFTPServer):
    """A server to which a file's name is bytes, as it is to every other one."""

    def _process(self, kind: int, number: int, message: Any) -> None:
        message.get_text = lambda: message.get_binary().decode("utf-8", "surrogateescape")
        super()._process(kind, number, message)


class _Folder(paramiko.SFTPServerInterface):
    def __init__(self, door: Any, server: SftpServer) -> None:
        super().__init__(door)
        self.server = server

    def _real(self, path: str) -> Path:
        return self.server.folder / self.canonicalize(path).lstrip("/")

    def list_folder(self, path: str) -> Any:
        try:
            return [
                paramiko.SFTPAttributes.from_stat(os.lstat(one), os.fsencode(one.name))
                for one in self._real(path).iterdir()
            ]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(self._real(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    lstat = stat

    def open(self, path: str, flags: int, attr: Any) -> Any:
        self.server.read(path)
        handle = paramiko.SFTPHandle(flags)
        try:
            handle.readfile = self._real(path).open("rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        return handle
