"""What is said of a file before its rows are looked at: container, encoding, sheet, header."""

from __future__ import annotations

from fangpin.feeds.messages.words import FindingWords

OF_FILES: dict[str, FindingWords] = {
    "UNKNOWN_FEED": FindingWords(
        "file",
        "没有名为“{feed}”的数据源。",
        "There is no feed '{feed}'.",
        "{near_zh}",
        "{near_en}",
    ),
    "FILE_EMPTY": FindingWords(
        "file",
        "文件是空的（0 字节或没有任何内容）。",
        "The file is empty.",
        "请重新导出并上传。",
        "Export it again and send it.",
    ),
    "FILE_TOO_LARGE": FindingWords(
        "file",
        "文件 {size} 字节，超过上限 {limit} 字节。",
        "The file has {size} bytes, more than the limit of {limit}.",
        "请拆分后分次报送，或由管理员调高上限。",
        "Split it, or let an administrator raise the limit.",
    ),
    "FILE_CORRUPT": FindingWords(
        "file",
        "文件不完整（可能上传中断），请重新上传。",
        "The file is incomplete or damaged (the upload may have been cut off).",
        "请从原系统重新导出、重新上传。",
        "Export it again and upload it again.",
    ),
    "FILE_ENCRYPTED": FindingWords(
        "file",
        "文件有打开密码，无法读取。",
        "The file is protected by a password.",
        "请去掉打开密码后另存，再上传。",
        "Save it without a password and upload it again.",
    ),
    "JSON_LINE_UNREADABLE": FindingWords(
        "file",
        "第 {row} 行不是一个完整的 JSON 对象（可能传输中断），整份没有载入。",
        "Line {row} is not one whole JSON object (the transfer may have been cut off); nothing was "
        "loaded.",
        "每行写一个 JSON 对象，UTF-8 编码，改正后重新发送。",
        "Write one JSON object a line, in UTF-8, and send it again.",
    ),
    "FILE_TYPE_UNSUPPORTED": FindingWords(
        "file",
        "文件实际是{kind}，不能作为数据表读取。",
        "The file is really {kind}, which is not read as a table.",
        "请另存为 xlsx 或 CSV 后上传。",
        "Save it as xlsx or CSV and upload it.",
    ),
    "ARCHIVE_TOO_LARGE": FindingWords(
        "file",
        "压缩包解开后过大（{detail}），已拒绝读取。",
        "The archive is too large once unpacked ({detail}); it was not read.",
        "请清除空白行列后另存，或拆分报送。",
        "Remove empty rows and columns and save it again, or split it.",
    ),
    "XML_FORBIDDEN": FindingWords(
        "file",
        "文件内部含有 DOCTYPE 或实体声明，已拒绝读取。",
        "The file declares a DOCTYPE or entities inside; it was not read.",
        "请用表格软件打开、另存为新文件后上传。",
        "Open it in a spreadsheet program, save it as a new file and upload that.",
    ),
    "FILE_TOO_DEMANDING": FindingWords(
        "file",
        "读取该文件超出了内存或时间上限（{detail}），已停止，未载入任何数据。",
        "Reading the file exceeded its limit of memory or time ({detail}); nothing was loaded.",
        "请删除表格末尾的空白行列、另存为 CSV 后上传。",
        "Delete blank rows and columns at the end, or save it as CSV.",
    ),
    "ENCODING_UNKNOWN": FindingWords(
        "file",
        "无法识别文字编码：既不是 UTF-8，也不是 UTF-16 或 {legacy}。",
        "The text encoding is none of UTF-8, UTF-16 and {legacy}.",
        "请另存为“CSV UTF-8”后上传。",
        "Save it as 'CSV UTF-8' and upload it.",
    ),
    "ENCODING_GARBLED": FindingWords(
        "file",
        "文件是乱码：曾被按错误的文字编码（如 UTF-8 与 GBK 弄反）打开后又保存，整份没有载入。",
        "The text is garbled: it was once opened in the wrong encoding (such as UTF-8 for GBK, or the other "
        "way) and saved so; nothing was loaded.",
        "请从原系统重新导出，不要在记事本、表格软件里打开后另存 CSV。",
        "Export it again from the system itself, without saving it in an editor or a spreadsheet.",
    ),
    "ENCODING_MIXED": FindingWords(
        "file",
        "文件约第 {line} 行处换了文字编码，或有字被损坏（UTF-8 与别的编码混在一起）。",
        "The encoding changes or breaks near line {line}: UTF-8 and another one in one file.",
        "请从原系统重新导出，不要拼接不同编码的文件。",
        "Export it again; do not join files of different encodings.",
    ),
    "NO_ROWS": FindingWords(
        "file",
        "只有表头，没有数据行，载入 0 行。",
        "There is a header and no row: 0 rows loaded.",
        "请确认导出条件；确无数据时不必报送空表。",
        "Check the export; an empty table need not be sent.",
    ),
    "SHEETS_HIDDEN": FindingWords(
        "file",
        "所有工作表都被隐藏：{sheets}。",
        "All sheets are hidden: {sheets}.",
        "请指定要读取的工作表（--sheet），或取消隐藏后另存上传。",
        "Say which sheet to read (--sheet), or unhide it and save.",
    ),
    "SHEET_AMBIGUOUS": FindingWords(
        "file",
        "有 {count} 个工作表有数据：{sheets}；表头符合约定的：{fitting}。请指明读取哪一个。",
        "{count} sheets have rows: {sheets}; the header fits in: {fitting}. Which one is meant?",
        "请指定工作表（--sheet），或只保留要报送的工作表后另存上传。",
        "Say which sheet to read (--sheet), or keep only the one to be sent.",
    ),
    "SHEET_UNKNOWN": FindingWords(
        "file",
        "没有名为“{wanted}”的工作表；文件中的工作表：{sheets}。",
        "There is no sheet '{wanted}'; the file has: {sheets}.",
        "请从中选择一个。",
        "Choose one of them.",
    ),
    "COLUMN_MISSING": FindingWords(
        "file",
        "缺少必填列“{title}”；文件中的列：{present}。",
        "The required column '{title_en}' is missing; columns found: {present_en}.",
        "可用列名：{names}。{near_zh}",
        "Accepted names: {names}. {near_en}",
    ),
    "COLUMN_AMBIGUOUS": FindingWords(
        "file",
        "有 {count} 列都可以当作“{title}”：{candidates}。",
        "{count} columns could be '{title_en}': {candidates}.",
        "请只保留一列，或把另一列改名。",
        "Keep one of them or rename the other.",
    ),
    "HEADER_MOVED": FindingWords(
        "file",
        "第 {row} 行又是一行表头，但列的次序与上面的表头不同：后面的行会读错列，整份没有载入。",
        "Row {row} is a header again, with its columns in another order than above: the rows below it would "
        "be read as other columns; nothing was loaded.",
        "请不要把列次序不同的表接在一起：对齐各列后再报送，或分成几份报送。",
        "Do not join tables whose columns differ in order: align them, or send them one by one.",
    ),
    "TYPE_MISMATCH": FindingWords(
        "auto",
        "扩展名是 {claimed}，实际内容是 {kind}，已按实际内容读取。",
        "Named {claimed}, but really {kind}: read as what it is.",
    ),
    "ENCODING_CONVERTED": FindingWords(
        "auto",
        "文字编码为 {encoding}，已转为 UTF-8。",
        "The encoding {encoding} was converted to UTF-8.",
    ),
    "SHEET_CHOSEN": FindingWords(
        "auto",
        "读取的是工作表“{sheet}”，其余工作表未读：{others}。",
        "The sheet '{sheet}' was read; not read: {others}.",
    ),
    "TITLE_ROWS_SKIPPED": FindingWords(
        "auto",
        "表头在第 {row} 行，其上的标题行未作为数据。",
        "The column names stand in row {row}; the title rows above are not data.",
    ),
    "UNIT_ROW_SKIPPED": FindingWords(
        "auto",
        "第 {row} 行是单位行，未作为数据。",
        "Row {row} holds units, not data.",
    ),
    "COLUMN_SCALED": FindingWords(
        "auto",
        "列“{title}”的表头注明单位为{unit}，已换算。",
        "The title of '{title_en}' states the unit {unit}: converted.",
    ),
    "COLUMN_UNTITLED": FindingWords(
        "warn",
        "第 {columns} 列没有列名，其中 {count} 行的内容没有读取。",
        "Column {columns} has no title; what {count} rows say there was not read.",
    ),
    "MACROS_LEFT": FindingWords(
        "auto",
        "文件带有宏；宏没有运行，只读取单元格里已有的值。",
        "The file brings macros; they were not run, only the values in its cells were read.",
    ),
    "CELLS_LINKED": FindingWords(
        "warn",
        "有 {count} 个单元格的公式取自别的文件（第一处在第 {row} 行），读取的是上次保存的值，可能已经过时。",
        "{count} cells compute from another file, the first in row {row}; the values last saved were read "
        "and may be out of date.",
        "请核对这些数；最好“选择性粘贴为数值”后再报送。",
        "Check these figures; best paste them as values before sending.",
    ),
    "ROWS_HIDDEN": FindingWords(
        "warn",
        "有 {count} 行在表格里被隐藏或筛选掉（第一处在第 {row} 行），仍按数据读取。",
        "{count} rows are hidden or filtered out in the spreadsheet, the first is row {row}; they were read "
        "all the same.",
        "请取消隐藏和筛选核对；不该报送的行请删除后重新报送本月数据。",
        "Unhide them and clear the filter to check; delete the rows that are not to be sent and send the "
        "month again.",
    ),
    "COLUMNS_HIDDEN": FindingWords(
        "warn",
        "有 {count} 列在表格里被隐藏，仍按约定读取：{columns}。",
        "{count} columns are hidden in the spreadsheet and were read all the same: {columns_en}.",
        "请取消隐藏核对这些列的内容。",
        "Unhide these columns and check what they say.",
    ),
    "SHEETS_LEFT_OUT": FindingWords(
        "auto",
        "被隐藏的工作表没有读取：{sheets}。",
        "Hidden sheets were not read: {sheets}.",
    ),
    "COLUMN_EXTRA": FindingWords(
        "warn",
        "约定之外的列未读取：{columns}。",
        "Columns outside the contract were not read: {columns}.",
    ),
    "COLUMN_ABSENT": FindingWords(
        "warn",
        "没有这些选填列，按缺失处理：{columns}。",
        "Optional columns that are absent, so that their values are unknown: {columns_en}.",
    ),
}
