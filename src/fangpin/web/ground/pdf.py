"""A sheet as PDF: the printed page of the same template, made by WeasyPrint (extra `pdf`).

Nothing is fetched: neither from the network nor from the disk. A picture drawn as inline SVG gets
its rules inside, because WeasyPrint does not apply a page's style sheet to it; on screen such a
`<style>` would break the content security policy.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from fangpin.values.problem import Problem, ProblemError

_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
_KNOWN_FONTS = ("*CJK*", "*NotoSansSC*", "wqy*", "*SourceHan*", "simsun*", "msyh*")


def pdf_of(*, html: str, sheets: Sequence[Path]) -> bytes:
    """The PDF of a page in the looks of these style sheets.

    Raises ProblemError PDF_NOT_INSTALLED, PDF_FONT_MISSING.
    """
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as missing:
        raise ProblemError(
            Problem(
                code="PDF_NOT_INSTALLED",
                where="PDF",
                zh="本机没有安装生成 PDF 的组件。",
                en="This installation lacks what makes PDF files.",
                fix_zh="请先用浏览器打印；或由管理员执行 pip install fangpin[pdf]。",
                fix_en="Print from the browser for now; or an administrator runs "
                "pip install fangpin[pdf].",
            )
        ) from missing
    if not has_chinese_font():
        raise ProblemError(
            Problem(
                code="PDF_FONT_MISSING",
                where="PDF",
                zh="本机没有中文字体，生成的 PDF 会是空白方块，所以没有生成。",
                en="No Chinese font is installed: the PDF would show empty boxes, so none was made.",
                fix_zh="请先用浏览器打印；或由管理员安装 fonts-noto-cjk。",
                fix_en="Print from the browser for now; or an administrator installs "
                "fonts-noto-cjk.",
            )
        )
    nothing = URLFetcher(allowed_protocols=())
    rules = "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    styled = with_styles_inside(html, rules) if "<svg" in html else html
    page = HTML(string=styled, url_fetcher=nothing, media_type="print")
    made = page.write_pdf(stylesheets=[CSS(string=rules, url_fetcher=nothing)])
    assert isinstance(made, bytes)
    return made


def with_styles_inside(html: str, rules: str) -> str:
    """The page with the rules inside each inline SVG."""
    style = "<style>" + rules.replace("</", "<\\/") + "</style>"
    parts = html.split("<svg")
    return parts[0] + "".join("<svg" + part.replace(">", ">" + style, 1) for part in parts[1:])


@lru_cache(maxsize=1)
def has_chinese_font() -> bool:
    """Whether any font of this machine has Chinese glyphs."""
    try:
        found = subprocess.run(
            ["fc-list", ":lang=zh", "family"],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return any(
            next(Path(folder).expanduser().rglob(pattern), None) is not None
            for folder in _FONT_FOLDERS
            for pattern in _KNOWN_FONTS
        )
    return bool(found.stdout.strip())
