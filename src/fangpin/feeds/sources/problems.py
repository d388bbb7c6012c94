"""What is said when a source cannot be read; never with its address, a password or a row."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.values.problem import Problem

_NAMES_SHOWN = 300


def not_installed(source: str) -> Problem:
    """An installation without the libraries of sources."""
    return Problem(
        code="SOURCES_NOT_INSTALLED",
        where=f"source {source}",
        zh="没有安装读取数据库和远程目录的组件。",
        en="The libraries that read databases and remote folders are not installed.",
        fix_zh="安装 fangpin[sources] 和对应的驱动（SFTP：fangpin[sftp]，S3：fangpin[s3]）后重试。",
        fix_en="Install fangpin[sources] and the driver it needs (SFTP: fangpin[sftp], S3: fangpin[s3]).",
    )


def unreachable(source: str, kind: str) -> Problem:
    """A source that could not be read; `kind` is the name of the error, never its words."""
    return Problem(
        code="SOURCE_UNREACHABLE",
        where=f"source {source}",
        zh=f"无法读取该来源（{kind}）。",
        en=f"The source could not be read ({kind}).",
        fix_zh="请检查 sources.yaml 中的地址、驱动、账号权限、模式（schema）、表名和列名，以及网络。",
        fix_en="Check its address, driver and account, the names of schema, table and columns, and "
        "the network.",
    )


def silent(source: str, seconds: int) -> Problem:
    """A source that accepted the connection and then gave nothing, or next to nothing, for so long."""
    return Problem(
        code="SOURCE_SILENT",
        where=f"source {source}",
        zh=f"该来源 {seconds} 秒没有给出数据（没有响应，或传得太慢），已停止等待；没有传完的什么也没有收。",
        en=f"The source gave nothing for {seconds} s (no answer, or too slow a line) and is waited for no "
        "longer; nothing was received of what had not come whole.",
        fix_zh="下次会重新来取。如果总是这样，请对方检查服务器和线路；如果对方本来就慢，请在 sources.yaml "
        "中为该来源调高 patience_seconds。",
        fix_en="It is asked again the next time. If it stays so, let them look at the server and the line; "
        "where it is slow by nature, raise patience_seconds of this source in sources.yaml.",
    )


def folder_missing(source: str) -> Problem:
    """A folder that is not there; one that is there and empty is no Problem."""
    return Problem(
        code="SOURCE_FOLDER_MISSING",
        where=f"source {source}",
        zh="服务器上没有这个目录（S3：没有这个桶，或这个目录下没有任何文件）。",
        en="There is no such folder (S3: no such bucket, or nothing in that folder).",
        fix_zh="请检查 sources.yaml 中的目录；SFTP 地址中的目录从服务器的根目录写起。",
        fix_en="Check the folder in sources.yaml; that of an SFTP address starts at the server's root.",
    )


def host_key(source: str, shown: str) -> Problem:
    """A server whose key the source does not name; its password was not sent."""
    return Problem(
        code="SOURCE_HOST_KEY",
        where=f"source {source}",
        zh=f"服务器出示的主机密钥 {shown} 不在该来源的 host_key 中，没有登录。",
        en=f"The server shows the host key {shown}, which the source's host_key does not name; "
        "nobody signed in.",
        fix_zh='请向对方单位电话核对指纹，一致后写入 options: {host_key: "SHA256:..."}；'
        "如果以前写过而现在不同，可能有人冒充服务器。",
        fix_en="Ask the department for its fingerprint by another way; if it is this one, write it as "
        'options: {host_key: "SHA256:..."}. If it was another before, somebody may pose as the server.',
    )


def too_large(source: str, largest: int) -> Problem:
    """A database that gives more at once than a file may hold."""
    return Problem(
        code="SOURCE_TOO_LARGE",
        where=f"source {source}",
        zh=f"一次取回的数据超过 {largest} 字节。",
        en=f"One pull would exceed {largest} bytes.",
        fix_zh="用 query 只取所需的列和月份，或调高 FANGPIN_FILE_MB。",
        fix_en="Let a query take the columns and months that are needed, or raise FANGPIN_FILE_MB.",
    )


def column_twice(source: str, names: Sequence[str]) -> Problem:
    """A query that gives several columns one name: which of them is meant is not guessed."""
    listed = ", ".join(names)[:_NAMES_SHOWN]
    return Problem(
        code="SOURCE_COLUMN_TWICE",
        where=f"source {source}",
        zh=f"查询结果里有重名的列：{listed}。",
        en=f"The result has several columns of one name: {listed}.",
        fix_zh="在 query 中逐个写出需要的列，重名的用 AS 改名。",
        fix_en="Write out the columns that are needed in the query, and tell them apart with AS.",
    )


def mark_missing(source: str, mark: str, names: Sequence[str]) -> Problem:
    """A result without the column of the high-water mark."""
    listed = ", ".join(names)[:_NAMES_SHOWN]
    return Problem(
        code="SOURCE_MARK_MISSING",
        where=f"source {source}",
        zh=f"查询结果里没有水位列 {mark}；有：{listed}。",
        en=f"The result has no column {mark}; it has: {listed}.",
        fix_zh="在 sources.yaml 中改正 high_water_mark 或查询。",
        fix_en="Correct high_water_mark or the query in sources.yaml.",
    )


def mark_unusable(source: str, mark: str) -> Problem:
    """A column of the high-water mark whose values have no order among them."""
    return Problem(
        code="SOURCE_MARK_UNUSABLE",
        where=f"source {source}",
        zh=f"水位列 {mark} 的值不能比较大小，或混有几种类型，不能据此判断哪些行是新的。",
        en=f"The values of {mark} have no order, or are of several types: they do not tell which rows "
        "are new.",
        fix_zh="请换一个只增不减的数字、日期或时间列，或去掉 high_water_mark。",
        fix_en="Choose a column of numbers, days or times that only grow, or leave high_water_mark out.",
    )


def pattern(source: str, written: str) -> Problem:
    """A pattern that means nothing."""
    return Problem(
        code="SOURCE_PATTERN",
        where=f"source {source}",
        zh=f"文件名的式样“{written}”看不懂：** 只能单独作一级目录。",
        en=f"The pattern '{written}' cannot be read: ** stands for whole folders alone.",
        fix_zh="写成 *.xlsx 或 **/*.xlsx 的样子。",
        fix_en="Write it like *.xlsx or **/*.xlsx.",
    )


def file_changing(source: str, name: str) -> Problem:
    """A file that was changed or taken away while it was read: perhaps only half of it came."""
    return Problem(
        code="SOURCE_FILE_CHANGING",
        where=f"source {source}",
        zh=f"文件 {name} 在读取时还在变化或已被移走，这次没有收。",
        en=f"The file {name} changed or vanished while it was read; it was not received.",
        fix_zh="下次会再取；请让对方先用别的名字写完再改名。",
        fix_en="It is offered again; let it be written under another name and renamed when whole.",
    )
