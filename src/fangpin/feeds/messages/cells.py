"""What is said of single rows and cells: set aside, waiting for a person, or read anew."""

from __future__ import annotations

from fangpin.feeds.messages.words import FindingWords

OF_CELLS: dict[str, FindingWords] = {
    "DATE_ORDER": FindingWords(
        "propose",
        "列“{title}”有 {count} 行写作 3/1/2020 的形式；{orders_zh}。按列确认之前，这些行暂不载入。",
        "{count} rows of '{title_en}' are written like 3/1/2020; {orders_en}. They wait "
        "until the column is confirmed.",
        "请把该列改为 2020-03-01 的形式后重新报送。",
        "Write the column as 2020-03-01 and send it again.",
    ),
    "AMOUNT_UNREADABLE": FindingWords(
        "row",
        "“{title}”读不出金额或数字。",
        "'{title_en}' is not a readable number.",
        "请写成 1200.50 的形式；没有数据的留空。",
        "Write it as 1200.50; leave it blank when unknown.",
    ),
    "AMOUNT_IN_WORDS": FindingWords(
        "propose",
        "“{title}”是大写金额，需要确认。",
        "'{title_en}' is an amount in words and must be confirmed.",
        "请写成数字。",
        "Write it in digits.",
    ),
    "AMOUNT_SCIENTIFIC": FindingWords(
        "propose",
        "“{title}”是科学计数法，可能丢了末位，需要确认。",
        "'{title_en}' is in scientific notation and may have lost digits.",
        "请写成普通数字。",
        "Write it in plain digits.",
    ),
    "COUNT_UNREADABLE": FindingWords(
        "row",
        "“{title}”应是整数。",
        "'{title_en}' must be a whole number.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "DATE_INVALID": FindingWords(
        "row",
        "“{title}”的日期不存在或超出 1900–2100 年。",
        "'{title_en}' is no such day, or outside 1900-2100.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "DATE_ORDER_UNKNOWN": FindingWords(
        "propose",
        "“{title}”的日、月次序不明，须按整列确认。",
        "'{title_en}': day and month cannot be told apart; the column must be confirmed.",
        "请写成 2020-03-01 的形式。",
        "Write it as 2020-03-01.",
    ),
    "DATE_AMBIGUOUS": FindingWords(
        "propose",
        "“{title}”可以读成年月，也可以读成短日期。",
        "'{title_en}' reads both as a year and month and as a short date.",
        "请写成 2020-03-01 的形式。",
        "Write it as 2020-03-01.",
    ),
    "DATE_UNREADABLE": FindingWords(
        "row",
        "“{title}”读不出日期。",
        "'{title_en}' is not a readable date.",
        "请写成 2020-03-01 的形式。",
        "Write it as 2020-03-01.",
    ),
    "MONTH_UNREADABLE": FindingWords(
        "row",
        "“{title}”读不出月份。",
        "'{title_en}' is not a readable month.",
        "请写成 2020-03 的形式。",
        "Write it as 2020-03.",
    ),
    "YEAR_UNREADABLE": FindingWords(
        "row",
        "“{title}”读不出年份。",
        "'{title_en}' is not a readable year.",
        "请写成 2020。",
        "Write it as 2020.",
    ),
    "CODE_UNKNOWN": FindingWords(
        "row",
        "“{title}”的取值不在约定之内；可用：{expected}。",
        "'{title_en}' holds a word outside the contract; accepted: {expected}.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "DIVISION_UNREADABLE": FindingWords(
        "row",
        "“{title}”不是区划代码。",
        "'{title_en}' is no division code.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "NUMBER_PRECISION_LOST": FindingWords(
        "row",
        "“{title}”成了科学计数法，末位丢失。",
        "'{title_en}' became scientific notation and lost digits.",
        "请把该列设为文本格式后重新导出。",
        "Set the column to text and export it again.",
    ),
    "OUT_OF_LIMITS": FindingWords(
        "row",
        "“{title}”超出约定范围（{limits}）。",
        "'{title_en}' is outside its limits ({limits}).",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "REQUIRED_MISSING": FindingWords(
        "row",
        "必填项“{title}”为空。",
        "The required '{title_en}' is blank.",
        "请在原表中更正后重新报送该行。",
        "Correct the source table and send the row again.",
    ),
    "FORMULA_NO_VALUE": FindingWords(
        "row",
        "“{title}”是没有计算结果的公式。",
        "'{title_en}' is a formula without a computed value.",
        "请在表格软件中打开、重算并另存。",
        "Open it in a spreadsheet program, recalculate and save.",
    ),
    "CELL_ERROR": FindingWords(
        "row",
        "“{title}”是公式错误值。",
        "'{title_en}' holds a spreadsheet error.",
        "请修正公式后重新导出。",
        "Correct the formula and export again.",
    ),
    "ROW_SHAPE": FindingWords(
        "row",
        "该行的列数与表头不符，或引号不成对。",
        "The row has more or fewer cells than the header, or a quote without its pair.",
        "请检查是否有多余的分隔符、换行或引号。",
        "Look for stray separators, line breaks or quotes.",
    ),
    "KEY_REPEATED": FindingWords(
        "row",
        "同一文件中有主键相同而内容不同的行，无法判断以哪行为准。",
        "Rows of the same key differ within the file; none of them is taken.",
        "请核对后只保留正确的一行。",
        "Keep the right one and send it again.",
    ),
    "NORMALISED": FindingWords(
        "auto",
        "“{title}”中的全角字符或空格已规范。",
        "Full-width characters or spaces in '{title_en}' were normalised.",
    ),
    "SEPARATORS_DROPPED": FindingWords(
        "auto",
        "“{title}”中的千位分隔符已去除。",
        "Thousands separators in '{title_en}' were dropped.",
    ),
    "UNIT_DROPPED": FindingWords(
        "auto",
        "“{title}”中的货币符号或单位已去除。",
        "Currency signs or units in '{title_en}' were dropped.",
    ),
    "MULTIPLIED": FindingWords(
        "auto",
        "“{title}”中的万、亿等单位已换算。",
        "Multiples such as 万 in '{title_en}' were converted.",
    ),
    "BRACKETS_ARE_MINUS": FindingWords(
        "auto",
        "“{title}”中的括号按负数读取。",
        "Brackets in '{title_en}' were read as minus.",
    ),
    "ZERO_ADDED": FindingWords(
        "auto",
        "“{title}”中的“.5”读作 0.5。",
        "'.5' in '{title_en}' was read as 0.5.",
    ),
    "ROUNDED": FindingWords(
        "auto",
        "“{title}”中多余的小数位已四舍五入。",
        "Surplus decimals in '{title_en}' were rounded.",
    ),
    "TIME_DROPPED": FindingWords(
        "auto",
        "“{title}”中的时刻已略去。",
        "The time of day in '{title_en}' was dropped.",
    ),
    "DATE_REWRITTEN": FindingWords(
        "auto",
        "“{title}”中的日期写法已统一。",
        "Dates in '{title_en}' were rewritten.",
    ),
    "DATE_FROM_SERIAL": FindingWords(
        "auto",
        "“{title}”中的 Excel 序号已换成日期。",
        "Excel day numbers in '{title_en}' were converted.",
    ),
    "DAY_TAKEN_AS_FIRST": FindingWords(
        "auto",
        "“{title}”只有年月，按当月1日载入。",
        "'{title_en}' names no day: the first of the month was taken.",
    ),
    "DAY_DROPPED": FindingWords(
        "auto",
        "“{title}”是日期，取其月份。",
        "'{title_en}' is a date: its month was taken.",
    ),
    "MONTH_DROPPED": FindingWords(
        "auto",
        "“{title}”是日期或月份，取其年份。",
        "'{title_en}' is a date or month: its year was taken.",
    ),
    "WORD_NORMALISED": FindingWords(
        "auto",
        "“{title}”中的用语已规范为约定取值。",
        "Words in '{title_en}' were normalised.",
    ),
}
