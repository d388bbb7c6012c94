"""Every finding's words: what a clerk reads, in both languages, and what to do about it.

Placeholders are filled by findings.py: `{title}` and `{title_en}` are the column's, the others are
named by whoever tells the finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["auto", "propose", "row", "file", "warn", "hold"]


@dataclass(frozen=True, slots=True)
class _Words:
    severity: Severity
    zh: str
    en: str
    fix_zh: str = ""
    fix_en: str = ""


WORDS: dict[str, _Words] = {
    "UNKNOWN_FEED": _Words(
        "file",
        "没有名为“{feed}”的数据源。",
        "There is no feed '{feed}'.",
        "{near_zh}",
        "{near_en}",
    ),
    "FILE_EMPTY": _Words(
        "file",
        "文件是空的（0 字节或没有任何内容）。",
        "The file is empty.",
        "请重新导出并上传。",
        "Export it again and send it.",
    ),
    "FILE_TOO_LARGE": _Words(
        "file",
        "文件 {size} 字节，超过上限 {limit} 字节。",
        "The file has {size} bytes, more than the limit of {limit}.",
        "请拆分后分次报送，或由管理员调高上限。",
        "Split it, or let an administrator raise the limit.",
    ),
    "FILE_CORRUPT": _Words(
        "file",
        "文件不完整（可能上传中断），请重新上传。",
        "The file is incomplete or damaged (the upload may have been cut off).",
        "请从原系统重新导出、重新上传。",
        "Export it again and upload it again.",
    ),
    "FILE_ENCRYPTED": _Words(
        "file",
        "文件有打开密码，无法读取。",
        "The file is protected by a password.",
        "请去掉打开密码后另存，再上传。",
        "Save it without a password and upload it again.",
    ),
    "JSON_LINE_UNREADABLE": _Words(
        "file",
        "第 {row} 行不是一个完整的 JSON 对象（可能传输中断），整份没有载入。",
        "Line {row} is not one whole JSON object (the transfer may have been cut off); nothing was "
        "loaded.",
        "每行写一个 JSON 对象，UTF-8 编码，改正后重新发送。",
        "Write one JSON object a line, in UTF-8, and send it again.",
    ),
    "FILE_TYPE_UNSUPPORTED": _Words(
        "file",
        "文件实际是{kind}，不能作为数据表读取。",
        "The file is really {kind}, which is not read as a table.",
        "请另存为 xlsx 或 CSV 后上传。",
        "Save it as xlsx or CSV and upload it.",
    ),
    "ARCHIVE_TOO_LARGE": _Words(
        "file",
        "压缩包解开后过大（{detail}），已拒绝读取。",
        "The archive is too large once unpacked ({detail}); it was not read.",
        "请清除空白行列后另存，或拆分报送。",
        "Remove empty rows and columns and save it again, or split it.",
    ),
    "XML_FORBIDDEN": _Words(
        "file",
        "文件内部含有 DOCTYPE 或实体声明，已拒绝读取。",
        "The file declares a DOCTYPE or entities inside; it was not read.",
        "请用表格软件打开、另存为新文件后上传。",
        "Open it in a spreadsheet program, save it as a new file and upload that.",
    ),
    "FILE_TOO_DEMANDING": _Words(
        "file",
        "读取该文件超出了内存或时间上限（{detail}），已停止，未载入任何数据。",
        "Reading the file exceeded its limit of memory or time ({detail}); nothing was loaded.",
        "请删除表格末尾的空白行列、另存为 CSV 后上传。",
        "Delete blank rows and columns at the end, or save it as CSV.",
    ),
    "ENCODING_UNKNOWN": _Words(
        "file",
        "无法识别文字编码：既不是 UTF-8，也不是 UTF-16 或 GB18030。",
        "The text encoding is none of UTF-8, UTF-16 and GB18030.",
        "请另存为“CSV UTF-8”后上传。",
        "Save it as 'CSV UTF-8' and upload it.",
    ),
    "ENCODING_MIXED": _Words(
        "file",
        "文件约第 {line} 行处文字编码损坏（前面是 UTF-8，此处不是）。",
        "The encoding breaks near line {line}: UTF-8 before it, not there.",
        "请从原系统重新导出，不要拼接不同编码的文件。",
        "Export it again; do not join files of different encodings.",
    ),
    "NO_ROWS": _Words(
        "file",
        "只有表头，没有数据行，载入 0 行。",
        "There is a header and no row: 0 rows loaded.",
        "请确认导出条件；确无数据时不必报送空表。",
        "Check the export; an empty table need not be sent.",
    ),
    "SHEETS_HIDDEN": _Words(
        "file",
        "所有工作表都被隐藏：{sheets}。",
        "All sheets are hidden: {sheets}.",
        "请指定要读取的工作表（--sheet），或取消隐藏后另存上传。",
        "Say which sheet to read (--sheet), or unhide it and save.",
    ),
    "SHEET_AMBIGUOUS": _Words(
        "file",
        "有 {count} 个工作表有数据：{sheets}；表头符合约定的：{fitting}。请指明读取哪一个。",
        "{count} sheets have rows: {sheets}; the header fits in: {fitting}. Which one is meant?",
        "请指定工作表（--sheet），或只保留要报送的工作表后另存上传。",
        "Say which sheet to read (--sheet), or keep only the one to be sent.",
    ),
    "SHEET_UNKNOWN": _Words(
        "file",
        "没有名为“{wanted}”的工作表；文件中的工作表：{sheets}。",
        "There is no sheet '{wanted}'; the file has: {sheets}.",
        "请从中选择一个。",
        "Choose one of them.",
    ),
    "COLUMN_MISSING": _Words(
        "file",
        "缺少必填列“{title}”；文件中的列：{present}。",
        "The required column '{title_en}' is missing; columns found: {present}.",
        "可用列名：{names}。{near_zh}",
        "Accepted names: {names}. {near_en}",
    ),
    "COLUMN_AMBIGUOUS": _Words(
        "file",
        "有 {count} 列都可以当作“{title}”：{candidates}。",
        "{count} columns could be '{title_en}': {candidates}.",
        "请只保留一列，或把另一列改名。",
        "Keep one of them or rename the other.",
    ),
    "TYPE_MISMATCH": _Words(
        "auto",
        "扩展名是 {claimed}，实际内容是 {kind}，已按实际内容读取。",
        "Named {claimed}, but really {kind}: read as what it is.",
    ),
    "ENCODING_CONVERTED": _Words(
        "auto",
        "文字编码为 {encoding}，已转为 UTF-8。",
        "The encoding {encoding} was converted to UTF-8.",
    ),
    "SHEET_CHOSEN": _Words(
        "auto",
        "读取的是工作表“{sheet}”，其余工作表未读：{others}。",
        "The sheet '{sheet}' was read; not read: {others}.",
    ),
    "TITLE_ROWS_SKIPPED": _Words(
        "auto",
        "表头在第 {row} 行，其上的标题行未作为数据。",
        "The column names stand in row {row}; the title rows above are not data.",
    ),
    "UNIT_ROW_SKIPPED": _Words(
        "auto",
        "第 {row} 行是单位行，未作为数据。",
        "Row {row} holds units, not data.",
    ),
    "COLUMN_SCALED": _Words(
        "auto",
        "列“{title}”的表头注明单位为{unit}，已换算。",
        "The title of '{title_en}' states the unit {unit}: converted.",
    ),
    "ID_COLUMN_TRUNCATED": _Words(
        "hold",
        "列“{title}”有 {count} 行（{share}）的证件号码被表格软件截断，校验位碰巧通过的也不可信；整批暂扣。",
        "In '{title_en}' {count} rows ({share}) hold numbers that a spreadsheet cut; those that pass "
        "the check digit may do so by chance. The delivery is held.",
        "请把该列设为文本格式后从原系统重新导出、重新报送。",
        "Export it again with the column set to text and send it again.",
    ),
    "MANY_ROWS_REFUSED": _Words(
        "hold",
        "有 {count} 行（{share}）被退回，本月数据不完整；整批暂扣。",
        "{count} rows ({share}) were refused: the month is not whole. The delivery is held.",
        "请按退回清单更正后重新报送；确认其余行可用的，由负责人放行。",
        "Correct the refused rows and send it again, or let someone release the rest.",
    ),
    "AMOUNT_UNIT_DRIFT": _Words(
        "hold",
        "“{title}”的金额约为往月的 {times} 倍（本批中位数 {now}，往月 {before}），像是换了单位；整批暂扣。",
        "'{title_en}' is about {times} times the earlier months (median {now}, before {before}): "
        "another unit? The delivery is held.",
        "请核对单位（如元、分、万元混用）：单位有误的重新报送，确属实际的由负责人放行。",
        "Check the unit: send it again in the agreed one, or let someone release it if it is true.",
    ),
    "VOLUME_ANOMALY": _Words(
        "hold",
        "本批 {count} 行，往期（{months} 期）通常 {usual} 行，可能漏报、截断或重复；整批暂扣。",
        "{count} rows where {usual} are usual (of {months} earlier periods): cut off, or doubled? "
        "The delivery is held.",
        "请核对导出条件：不完整的重新报送，确属实际的由负责人放行。",
        "Check the export: send it again, or let someone release it if it is true.",
    ),
    "CONTENT_OF_ANOTHER_MONTH": _Words(
        "hold",
        "报送的月份没有自己的数据，{count} 行都是其他月份已报过的；整批暂扣。",
        "Nothing in it belongs to the stated month; {count} rows came with other months already. "
        "The delivery is held.",
        "请核对所选月份和文件：选错文件的重新报送。",
        "Check the month and the file; send the right one.",
    ),
    "CONTENT_DOUBLED": _Words(
        "hold",
        "有 {count} 行除“{titles}”外与已有数据完全相同，计入会重复；整批暂扣。",
        "{count} rows equal known ones in all but '{titles_en}' and would count twice. The delivery "
        "is held.",
        "重新导出造成编号变化的，请拒收其中一批；确属不同业务的由负责人放行。",
        "If a new export changed the numbers, refuse one of the two; release it if they are "
        "different matters.",
    ),
    "ROWS_CORRECTED": _Words(
        "warn",
        "有 {count} 行更正了先前批次的数据，按更正后的计入原月份。",
        "{count} rows correct earlier deliveries and restate their own month.",
    ),
    "CONTENT_RECEIVED": _Words(
        "warn",
        "全部 {count} 行都已在先前批次中（文件名或行序不同），本次新增 0 行。",
        "All {count} rows came before (under another name or in another order): 0 new rows.",
    ),
    "ALREADY_RECEIVED": _Words(
        "warn",
        "同一文件已作为批次 {delivery} 载入，本次新增 0 行。",
        "The same file was loaded as delivery {delivery}; 0 new rows.",
    ),
    "COLUMN_EXTRA": _Words(
        "warn",
        "约定之外的列未读取：{columns}。",
        "Columns outside the contract were not read: {columns}.",
    ),
    "COLUMN_ABSENT": _Words(
        "warn",
        "没有选填列“{title}”，该项按缺失处理。",
        "The optional column '{title_en}' is absent: its values are unknown.",
    ),
    "DATED_AFTER_RECEIPT": _Words(
        "warn",
        "有 {count} 行的月份晚于收到该文件的月份。",
        "{count} rows are dated after the month in which the file arrived.",
        "请核对日期列。",
        "Check the date column.",
    ),
    "ID_SEX_CONFLICT": _Words(
        "warn",
        "证件号码与“{title}”列的性别不一致（已载入，待核对）。",
        "The identity number and the column '{title_en}' disagree on the sex (loaded, to be "
        "checked).",
        "请核对证件号码和性别。",
        "Check both.",
    ),
    "ID_BIRTH_CONFLICT": _Words(
        "warn",
        "证件号码与“{title}”列的出生日期不一致（已载入，待核对）。",
        "The identity number and the column '{title_en}' disagree on the birth date (loaded, "
        "to be checked).",
        "请核对证件号码和出生日期。",
        "Check both.",
    ),
    "PERSON_IN_TWO_HOUSEHOLDS": _Words(
        "warn",
        "有 {count} 人同时列在两户（已载入，待核对；归入行号靠后的一户）。",
        "{count} persons are listed in two households (loaded, to be checked; the later row counts).",
        "请核对是否重复登记或分户。",
        "Check whether they were registered twice or moved.",
    ),
    "HEAD_IS_A_CHILD": _Words(
        "warn",
        "有 {count} 户的户主不满 {years} 周岁（已载入，待核对）。",
        "{count} heads of household are under {years} (loaded, to be checked).",
        "请核对户主和与户主关系。",
        "Check who the head is.",
    ),
    "DATE_ORDER": _Words(
        "propose",
        "列“{title}”有 {count} 行写作 3/1/2020 的形式；{orders_zh}。按列确认之前，这些行暂不载入。",
        "{count} rows of '{title_en}' are written like 3/1/2020; {orders_en}. They wait "
        "until the column is confirmed.",
        "请把该列改为 2020-03-01 的形式后重新报送。",
        "Write the column as 2020-03-01 and send it again.",
    ),
    "ID_PRECISION_LOST": _Words(
        "row",
        "身份证号被 Excel 存成数字，后3位丢失。",
        "The number was stored as a numeric cell and its last digits are lost.",
        "请在原表把该列设为文本格式后重新录入、导出。",
        "Set the column to text, enter the numbers again and export.",
    ),
    "ID_SCIENTIFIC": _Words(
        "row",
        "身份证号成了科学计数法，只剩前几位，无法还原。",
        "The number became scientific notation; only its first digits remain.",
        "请在原系统重新导出，证件号列设为文本。",
        "Export it again with the column set to text.",
    ),
    "ID_SHAPE": _Words(
        "row",
        "证件号码的位数或字符不对。",
        "The number has the wrong length or characters.",
        "请核对证件；确无证件号的留空。",
        "Check the document; leave it blank if there is none.",
    ),
    "ID_REGION": _Words(
        "row",
        "证件号码的前六位不是行政区划代码。",
        "The first six digits are no division code.",
        "请核对证件号码。",
        "Check the number.",
    ),
    "ID_BIRTHDATE": _Words(
        "row",
        "证件号码中的出生日期不存在或不可能。",
        "The birth date inside the number does not exist or cannot be.",
        "请核对证件号码。",
        "Check the number.",
    ),
    "ID_CHECKSUM": _Words(
        "row",
        "证件号码校验位不符，可能有一位录错。",
        "The check digit does not fit: a digit is probably wrong.",
        "请核对证件号码。",
        "Check the number.",
    ),
    "ID_CENTURY": _Words(
        "propose",
        "15位旧证号：持证人可能已过百岁，也可能是被截去后3位的18位号码，需要人工确认。",
        "A 15-digit number: of a possible centenarian, or 18 digits of which the last are lost. It "
        "needs a person's eye.",
        "请核对后填写18位号码。",
        "Check and write the 18-digit number.",
    ),
    "ID_CERTIFICATE": _Words(
        "row",
        "证件编号的位数、类别或等级不对。",
        "The certificate's length, category or grade is wrong.",
        "请核对证件编号。",
        "Check the certificate.",
    ),
    "ID_LENGTHENED": _Words(
        "auto",
        "15位旧证号已按规则补为18位。",
        "15-digit numbers were lengthened to 18 by rule.",
    ),
    "ID_NORMALISED": _Words(
        "auto",
        "证件号码中的全角字符、空格或小写 x 已规范。",
        "Full-width characters, spaces or a small x in numbers were normalised.",
    ),
    "ID_FROM_CERTIFICATE": _Words(
        "auto",
        "由残疾人证等证件编号取前18位作为证件号码。",
        "The first 18 characters of the certificate are the number.",
    ),
    "ID_OTHER_DOCUMENT": _Words(
        "auto",
        "不是本国身份证号，按其他证件载入。",
        "Not a national number: loaded as another document.",
    ),
    "ID_MADE_UP": _Words(
        "auto",
        "系统自编的临时证号，按单独的人载入，不与任何人合并。",
        "A made-up number: loaded as a person apart, merged with no one.",
    ),
    "ID_MISSING": _Words(
        "auto",
        "没有证件号码，按单独的人载入，不与任何人合并。",
        "No number: loaded as a person apart, merged with no one.",
    ),
    "AMOUNT_UNREADABLE": _Words(
        "row",
        "“{title}”读不出金额或数字。",
        "'{title_en}' is not a readable number.",
        "请写成 1200.50 的形式；没有数据的留空。",
        "Write it as 1200.50; leave it blank when unknown.",
    ),
    "AMOUNT_IN_WORDS": _Words(
        "propose",
        "“{title}”是大写金额，需要确认。",
        "'{title_en}' is an amount in words and must be confirmed.",
        "请写成数字。",
        "Write it in digits.",
    ),
    "AMOUNT_SCIENTIFIC": _Words(
        "propose",
        "“{title}”是科学计数法，可能丢了末位，需要确认。",
        "'{title_en}' is in scientific notation and may have lost digits.",
        "请写成普通数字。",
        "Write it in plain digits.",
    ),
    "COUNT_UNREADABLE": _Words(
        "row",
        "“{title}”应是整数。",
        "'{title_en}' must be a whole number.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "DATE_INVALID": _Words(
        "row",
        "“{title}”的日期不存在或超出 1900–2100 年。",
        "'{title_en}' is no such day, or outside 1900-2100.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "DATE_ORDER_UNKNOWN": _Words(
        "propose",
        "“{title}”的日、月次序不明，须按整列确认。",
        "'{title_en}': day and month cannot be told apart; the column must be confirmed.",
        "请写成 2020-03-01 的形式。",
        "Write it as 2020-03-01.",
    ),
    "DATE_AMBIGUOUS": _Words(
        "propose",
        "“{title}”可以读成年月，也可以读成短日期。",
        "'{title_en}' reads both as a year and month and as a short date.",
        "请写成 2020-03-01 的形式。",
        "Write it as 2020-03-01.",
    ),
    "DATE_UNREADABLE": _Words(
        "row",
        "“{title}”读不出日期。",
        "'{title_en}' is not a readable date.",
        "请写成 2020-03-01 的形式。",
        "Write it as 2020-03-01.",
    ),
    "MONTH_UNREADABLE": _Words(
        "row",
        "“{title}”读不出月份。",
        "'{title_en}' is not a readable month.",
        "请写成 2020-03 的形式。",
        "Write it as 2020-03.",
    ),
    "YEAR_UNREADABLE": _Words(
        "row",
        "“{title}”读不出年份。",
        "'{title_en}' is not a readable year.",
        "请写成 2020。",
        "Write it as 2020.",
    ),
    "CODE_UNKNOWN": _Words(
        "row",
        "“{title}”的取值不在约定之内；可用：{expected}。",
        "'{title_en}' holds a word outside the contract; accepted: {expected}.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "DIVISION_UNREADABLE": _Words(
        "row",
        "“{title}”不是区划代码。",
        "'{title_en}' is no division code.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "NUMBER_PRECISION_LOST": _Words(
        "row",
        "“{title}”成了科学计数法，末位丢失。",
        "'{title_en}' became scientific notation and lost digits.",
        "请把该列设为文本格式后重新导出。",
        "Set the column to text and export it again.",
    ),
    "OUT_OF_LIMITS": _Words(
        "row",
        "“{title}”超出约定范围（{limits}）。",
        "'{title_en}' is outside its limits ({limits}).",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "REQUIRED_MISSING": _Words(
        "row",
        "必填项“{title}”为空。",
        "The required '{title_en}' is blank.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "FORMULA_NO_VALUE": _Words(
        "row",
        "“{title}”是没有计算结果的公式。",
        "'{title_en}' is a formula without a computed value.",
        "请在表格软件中打开、重算并另存。",
        "Open it in a spreadsheet program, recalculate and save.",
    ),
    "CELL_ERROR": _Words(
        "row",
        "“{title}”是公式错误值。",
        "'{title_en}' holds a spreadsheet error.",
        "请修正公式后重新导出。",
        "Correct the formula and export again.",
    ),
    "ROW_SHAPE": _Words(
        "row",
        "该行的列数与表头不符。",
        "The row has more or fewer cells than the header.",
        "请检查是否有多余的分隔符或换行。",
        "Look for stray separators or line breaks.",
    ),
    "KEY_REPEATED": _Words(
        "row",
        "同一文件中有主键相同而内容不同的行，无法判断以哪行为准。",
        "Rows of the same key differ within the file; none of them is taken.",
        "请核对后只保留正确的一行。",
        "Keep the right one and send it again.",
    ),
    "NORMALISED": _Words(
        "auto",
        "“{title}”中的全角字符或空格已规范。",
        "Full-width characters or spaces in '{title_en}' were normalised.",
    ),
    "SEPARATORS_DROPPED": _Words(
        "auto",
        "“{title}”中的千位分隔符已去除。",
        "Thousands separators in '{title_en}' were dropped.",
    ),
    "UNIT_DROPPED": _Words(
        "auto",
        "“{title}”中的货币符号或单位已去除。",
        "Currency signs or units in '{title_en}' were dropped.",
    ),
    "MULTIPLIED": _Words(
        "auto",
        "“{title}”中的万、亿等单位已换算。",
        "Multiples such as 万 in '{title_en}' were converted.",
    ),
    "BRACKETS_ARE_MINUS": _Words(
        "auto",
        "“{title}”中的括号按负数读取。",
        "Brackets in '{title_en}' were read as minus.",
    ),
    "ZERO_ADDED": _Words(
        "auto",
        "“{title}”中的“.5”读作 0.5。",
        "'.5' in '{title_en}' was read as 0.5.",
    ),
    "ROUNDED": _Words(
        "auto",
        "“{title}”中多余的小数位已四舍五入。",
        "Surplus decimals in '{title_en}' were rounded.",
    ),
    "TIME_DROPPED": _Words(
        "auto",
        "“{title}”中的时刻已略去。",
        "The time of day in '{title_en}' was dropped.",
    ),
    "DATE_REWRITTEN": _Words(
        "auto",
        "“{title}”中的日期写法已统一。",
        "Dates in '{title_en}' were rewritten.",
    ),
    "DATE_FROM_SERIAL": _Words(
        "auto",
        "“{title}”中的 Excel 序号已换成日期。",
        "Excel day numbers in '{title_en}' were converted.",
    ),
    "DAY_TAKEN_AS_FIRST": _Words(
        "auto",
        "“{title}”只有年月，按当月1日载入。",
        "'{title_en}' names no day: the first of the month was taken.",
    ),
    "DAY_DROPPED": _Words(
        "auto",
        "“{title}”是日期，取其月份。",
        "'{title_en}' is a date: its month was taken.",
    ),
    "MONTH_DROPPED": _Words(
        "auto",
        "“{title}”是日期或月份，取其年份。",
        "'{title_en}' is a date or month: its year was taken.",
    ),
    "WORD_NORMALISED": _Words(
        "auto",
        "“{title}”中的用语已规范为约定取值。",
        "Words in '{title_en}' were normalised.",
    ),
}
