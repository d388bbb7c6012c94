"""The XForm that ODK Collect fills in, made from the XLSForm by ODK's own converter (pyxform)."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from fangpin.policy import Pack
from fangpin.policy.models.procedures import Form
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.field.xlsform import write_xlsform


def xform(pack: Pack, form: Form) -> str:
    """The form as XML. Raises ProblemError ODK_NOT_INSTALLED, FORM_NOT_CONVERTIBLE."""
    return _converted(pack, form.form, pack.digest)


@lru_cache(maxsize=8)
def _converted(pack: Pack, form: str, _digest: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{form}.xlsx"
        write_xlsform(pack, pack.forms[form], file)
        return convert(file)


def convert(file: Path) -> str:
    """An XLSForm as the XML of its XForm; what the converter finds wrong is a ProblemError."""
    try:
        from pyxform.errors import PyXFormError
        from pyxform.xls2xform import convert as converted
    except ImportError as error:
        raise ProblemError(_not_installed()) from error
    try:
        return str(converted(file, validate=False, pretty_print=True).xform)
    except PyXFormError as error:
        raise ProblemError(
            Problem(
                code="FORM_NOT_CONVERTIBLE",
                where=file.name,
                zh=f"表单不能转换为 ODK 格式：{error}",
                en=f"The form cannot be turned into ODK's format: {error}",
                fix_zh="请按提示修改 forms/*.yaml。",
                fix_en="Change forms/*.yaml as told.",
            )
        ) from error


def _not_installed() -> Problem:
    return Problem(
        code="ODK_NOT_INSTALLED",
        where="odk",
        zh="没有安装 ODK 表单转换程序。",
        en="ODK's form converter is not installed.",
        fix_zh="安装：pip install 'fangpin[odk]'，然后重启服务。",
        fix_en="Install it: pip install 'fangpin[odk]', then restart the server.",
    )
