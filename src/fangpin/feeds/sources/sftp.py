"""Folders over SFTP: no server is trusted unseen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem
from paramiko.sftp import CMD_CLOSE, CMD_OPENDIR, CMD_READDIR


class HostKeyUnknown(Exception):
    """The server showed a key that the source does not name; `shown` is its fingerprint."""

    def __init__(self, shown: str) -> None:
        super().__init__(shown)
        self.shown = shown


class _NamedKeys(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
    def __init__(self, fingerprints: str) -> None:
        self._known = fingerprints.split()

    def missing_host_key(self, _client: Any, _host: str, key: Any) -> None:
        if key.fingerprint not in self._known:
            raise HostKeyUnknown(key.fingerprint)


class _ExactNames(paramiko.SFTPClient):  # type: ignore[misc]
    """Names of files byte for byte: what is not UTF-8 in them stands as lone surrogates.

    paramiko reads every text of a server as UTF-8, the names of files and the words of a refusal alike.
    """

    def listdir_iter(self, path: str = ".") -> Iterator[Any]:
        """The attributes of what is in a folder, each with its `filename`."""
        _, opened = self._request(CMD_OPENDIR, self._adjust_cwd(path))
        handle = opened.get_binary()
        with suppress(EOFError):
            while True:
                _, told = self._request(CMD_READDIR, handle)
                for _ in range(told.get_int()):
                    name = told.get_binary().decode("utf-8", "surrogateescape")
                    found = paramiko.SFTPAttributes._from_msg(told, name, told.get_binary())
                    if name not in (".", ".."):
                        yield found
        self._request(CMD_CLOSE, handle)

    def _adjust_cwd(self, path: str) -> Any:
        return super()._adjust_cwd(path.encode("utf-8", "surrogateescape"))

    def _convert_status(self, told: Any) -> None:
        """What a refusal's number says; its words may be in any encoding."""
        wordless = paramiko.Message()
        wordless.add_int(told.get_int())
        wordless.add_string("")
        wordless.rewind()
        super()._convert_status(wordless)


class SFTP(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's SFTP, which by itself takes any server's key.

    `host_key` holds the fingerprints that are trusted, as `ssh-keygen -l` writes them.
    """

    cachable = False

    def __init__(self, host: str, host_key: str = "", **options: Any) -> None:
        super().__init__(host, host_key_policy=_NamedKeys(host_key), **options)

    def _connect(self) -> None:
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(self.host_key_policy)
        try:
            self.client.connect(self.host, **self.ssh_kwargs)
            self.ftp = _ExactNames.from_transport(self.client.get_transport())
        except BaseException:
            self.client.close()
            raise

    def close(self) -> None:
        """Leave the server."""
        self.client.close()
