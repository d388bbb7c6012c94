"""Folders over SFTP: no server is trusted unseen, and none that falls silent is waited for."""

from __future__ import annotations

import threading
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

SILENT_SECONDS = 60
"""How long a server may say nothing, and how long a connection may take to stand."""


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


class SFTP(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's SFTP, which by itself takes any server's key and waits for ever.

    `host_key` holds the fingerprints that are trusted, as `ssh-keygen -l` writes them.
    """

    cachable = False

    def __init__(self, host: str, host_key: str = "", **options: Any) -> None:
        options = {"timeout": SILENT_SECONDS, **options}
        super().__init__(host, host_key_policy=_NamedKeys(host_key), **options)

    def _connect(self) -> None:
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(self.host_key_policy)
        watch = threading.Timer(SILENT_SECONDS, self.client.close)
        watch.daemon = True
        watch.start()
        try:
            self.client.connect(self.host, **self.ssh_kwargs)
            self.ftp = self.client.open_sftp()
            self.ftp.get_channel().settimeout(SILENT_SECONDS)
        except BaseException:
            self.client.close()
            raise
        finally:
            watch.cancel()

    def close(self) -> None:
        """Leave the server."""
        self.client.close()
