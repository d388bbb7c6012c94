"""Folders in S3, read from a real server; skipped in an environment older than requirements/dev.lock."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.receipt import Receipt
from fangpin.feeds.sources.folder import _PATIENCE
from fangpin.values.problem import ProblemError
from tests.feeds.builders import Desk, csv_text, wage_row
from tests.feeds.servers import breaking_off, relay, silent_server, trickling
from tests.feeds.test_sources import FOLDER, pulled

pytestmark = pytest.mark.skipif(
    find_spec("s3fs") is None or find_spec("moto") is None,
    reason="s3fs and moto are not installed: make test installs them",
)

SECRET = "geheim/schluessel"
S3 = FOLDER.replace("${WAGES_FOLDER}", "s3://wages/对外")
S3 += '    options: {endpoint_url: "${SERVER}", key: reader, secret: "${SECRET}"}\n'


@pytest.fixture(scope="module")
def started() -> Iterator[tuple[str, Any]]:
    """A server and a client that writes to it, for all tests of this file."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id="writer",
        aws_secret_access_key="x",
    )
    yield address, client
    client.close()
    server.stop()


@pytest.fixture
def server(started: tuple[str, Any]) -> str:
    """Its address; it holds nothing."""
    address, _ = started
    urlopen(Request(f"{address}/moto-api/reset", method="POST")).close()
    return address


@pytest.fixture
def bucket(server: str, started: tuple[str, Any]) -> Any:
    """The client, with an empty bucket."""
    _, client = started
    client.create_bucket(Bucket="wages")
    return client


def put_many_empty(names: Iterable[str]) -> None:
    """Put empty objects into the server's own store: as many requests would take seconds."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.s3.models import s3_backends

    store = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
    for name in names:
        store.put_object("wages", name, b"")


def put(bucket: Any, name: str, *rows: tuple[str, ...]) -> None:
    bucket.put_object(Bucket="wages", Key=name, Body=csv_text(list(rows)).encode())


def taken(desk: Desk, server: str, text: str = S3) -> list[Receipt]:
    return pulled(desk, text, SERVER=server, SECRET=SECRET)


def refusal(desk: Desk, server: str, text: str = S3) -> str:
    with pytest.raises(ProblemError) as raised:
        taken(desk, server, text)
    assert SECRET not in str(raised.value) and arrivals(desk.home) == []
    (problem,) = raised.value.problems
    return problem.code


def test_each_file_comes_once_and_again_when_it_changed(
    desk: Desk, server: str, bucket: Any
) -> None:
    put(bucket, "对外/三月 工资.csv", wage_row(1, month="2020-03"))
    put(bucket, "对外/b.csv", wage_row(1, month="2020-02", wage="1000"))
    assert [one.outcome for one in taken(desk, server)] == ["accepted", "accepted"]
    assert taken(desk, server) == []
    put(bucket, "对外/b.csv", wage_row(1, month="2020-02", wage="2000"))
    assert [one.outcome for one in taken(desk, server)] == ["accepted"]


def test_folders_within_and_their_markers(desk: Desk, server: str, bucket: Any) -> None:
    for marker in ("对外/", "对外/2020/"):
        bucket.put_object(Bucket="wages", Key=marker, Body=b"")
    assert taken(desk, server) == [], "a marker alone is an empty folder"
    put(bucket, "对外/a.csv", wage_row(1, month="2020-01"))
    put(bucket, "对外/2020/三月/三月.csv", wage_row(1, month="2020-03"))
    text = S3.replace("*.csv", "**/*")
    assert len(taken(desk, server, text)) == 2
    assert taken(desk, server, text) == []


@pytest.mark.parametrize("pattern", ["*.csv", "**/*.csv"])
@pytest.mark.parametrize("address", ["s3://wages/nothing", "s3://no-such-bucket/out", "s3://none"])
def test_what_is_not_there_is_not_an_empty_folder(
    desk: Desk, server: str, bucket: Any, address: str, pattern: str
) -> None:
    text = S3.replace("s3://wages/对外", address).replace("*.csv", pattern)
    assert refusal(desk, server, text) == "SOURCE_FOLDER_MISSING"


@pytest.mark.parametrize("pattern", ["*.csv", "**/*.csv"])
def test_an_empty_bucket_has_nothing_new(
    desk: Desk, server: str, bucket: Any, pattern: str
) -> None:
    text = S3.replace("s3://wages/对外", "s3://wages").replace("*.csv", pattern)
    assert taken(desk, server, text) == []


def test_more_files_than_one_answer_lists(desk: Desk, server: str, bucket: Any) -> None:
    put_many_empty(f"对外/{place:04}.txt" for place in range(1100))
    assert bucket.list_objects_v2(Bucket="wages")["IsTruncated"], "one answer does not list them"
    put(bucket, "对外/zz.csv", wage_row(1, month="2020-01"))
    assert len(taken(desk, server)) == 1


def test_a_file_sent_in_parts_is_one_file(
    desk: Desk, server: str, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # S3 asks for 5 MB a part, which nothing here depends on.
    monkeypatch.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 5 << 10)
    text = csv_text([wage_row(1, month="2020-01")]) + "\n" * (6 << 10)
    body = text.encode()
    begun = bucket.create_multipart_upload(Bucket="wages", Key="对外/a.csv")["UploadId"]
    named: dict[str, Any] = {"Bucket": "wages", "Key": "对外/a.csv", "UploadId": begun}
    parts = [
        {
            "PartNumber": place,
            "ETag": bucket.upload_part(**named, PartNumber=place, Body=part)["ETag"],
        }
        for place, part in enumerate((body[: 5 << 10], body[5 << 10 :]), start=1)
    ]
    put(bucket, "对外/b.csv", wage_row(1, month="2020-02"))
    assert len(taken(desk, server)) == 1, "an upload that goes on is no file"
    bucket.complete_multipart_upload(**named, MultipartUpload={"Parts": parts})
    assert [one.accepted for one in taken(desk, server)] == [1]
    assert taken(desk, server) == []


def test_a_file_above_the_limit_is_refused(
    desk: Desk, server: str, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bucket, "对外/a.csv", wage_row(1))
    monkeypatch.setattr("fangpin.feeds.sources.pull.Limits", lambda: Limits(file_bytes=20))
    (receipt,) = taken(desk, server)
    assert (receipt.outcome, receipt.findings[0].code) == ("refused", "FILE_TOO_LARGE")


def test_an_open_bucket_needs_no_key(desk: Desk, server: str, bucket: Any) -> None:
    put(bucket, "对外/a.csv", wage_row(1))
    bucket.put_bucket_acl(Bucket="wages", ACL="public-read")
    bucket.put_object_acl(Bucket="wages", Key="对外/a.csv", ACL="public-read")
    text = S3.replace('key: reader, secret: "${SECRET}"', "anon: true")
    assert len(taken(desk, server, text)) == 1


def test_a_file_that_is_written_while_it_is_read_waits(
    desk: Desk, server: str, bucket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from s3fs import S3File

    put(bucket, "对外/a.csv", wage_row(1, wage="1000"))
    read = S3File.read

    def changed(file: Any, length: int = -1) -> Any:
        put(bucket, "对外/a.csv", wage_row(1, wage="2000"))
        return read(file, length)

    monkeypatch.setattr(S3File, "read", changed)
    assert refusal(desk, server) == "SOURCE_FILE_CHANGING"


@pytest.mark.parametrize("after", [0, 3_000, 40_000])
@pytest.mark.parametrize(
    ("line", "codes"),
    [
        (trickling, {"SOURCE_SILENT"}),
        # Its library tries a broken line anew, for as long as it is let.
        (breaking_off, {"SOURCE_SILENT", "SOURCE_UNREACHABLE", "SOURCE_FILE_CHANGING"}),
    ],
)
def test_a_line_that_trickles_or_breaks_off_leaves_nothing_half_received(
    desk: Desk, server: str, bucket: Any, line: Any, codes: set[str], after: int
) -> None:
    put(bucket, "对外/a.csv", *(wage_row(place, month="2020-03") for place in range(900)))
    impatient = S3 + "    patience_seconds: 1\n"
    with relay(urlsplit(server).port or 0, line(after)) as port:
        assert refusal(desk, f"http://127.0.0.1:{port}", impatient) in codes
    (receipt,) = taken(desk, server)
    assert (receipt.outcome, receipt.read) == ("accepted", 900)


def test_what_fails_is_told_without_the_secret_and_without_long_waiting(
    desk: Desk, server: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert refusal(desk, "http://127.0.0.1:1") == "SOURCE_UNREACHABLE"
    assert refusal(desk, "http://nowhere.invalid") == "SOURCE_UNREACHABLE"
    for limit in ("connect_timeout", "read_timeout"):
        monkeypatch.setitem(_PATIENCE["s3"]["config_kwargs"], limit, 1)
    with silent_server() as port:
        assert refusal(desk, f"http://127.0.0.1:{port}") == "SOURCE_UNREACHABLE"
    assert SECRET not in caplog.text
