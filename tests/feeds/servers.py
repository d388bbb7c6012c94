"""A real SFTP server over a folder, on 127.0.0.1, for as long as a test needs it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
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
