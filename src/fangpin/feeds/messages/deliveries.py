"""What is said of a delivery beside earlier ones and the registry: held, corrected, doubted."""

from __future__ import annotations

from fangpin.feeds.messages.words import FindingWords

OF_DELIVERIES: dict[str, FindingWords] = {
    "ID_COLUMN_TRUNCATED": FindingWords(
        "hold",
        "列“{title}”有 {count} 行（{share}）的证件号码被表格软件截断，校验位碰巧通过的也不可信；整批暂扣。",
        "In '{title_en}' {count} rows ({share}) hold numbers that a spreadsheet cut; those that pass "
        "the check digit may do so by chance. The delivery is held.",
        "请把该列设为文本格式后从原系统重新导出、重新报送。",
        "Export it again with the column set to text and send it again.",
    ),
    "MANY_ROWS_REFUSED": FindingWords(
        "hold",
        "有 {count} 行（{share}）被退回，本月数据不完整；整批暂扣。",
        "{count} rows ({share}) were refused: the month is not whole. The delivery is held.",
        "请按退回清单更正后重新报送；确认其余行可用的，由负责人放行。",
        "Correct the refused rows and send it again, or let someone release the rest.",
    ),
    "AMOUNT_UNIT_DRIFT": FindingWords(
        "hold",
        "“{title}”的金额约为往月的 {times} 倍（本批中位数 {now}，往月 {before}），像是换了单位；整批暂扣。",
        "'{title_en}' is about {times} times the earlier months (median {now}, before {before}): "
        "another unit? The delivery is held.",
        "请核对单位（如元、分、万元混用）：单位有误的重新报送，确属实际的由负责人放行。",
        "Check the unit: send it again in the agreed one, or let someone release it if it is true.",
    ),
    "AMOUNT_UNIT_DRIFT_IN_PART": FindingWords(
        "hold",
        "“{title}”按“{by}”分开看，有 {count} 处约为其往月的 {times} 倍（中位数 {now}，往月 {before}），"
        "像是只有它们换了单位；整批暂扣。",
        "'{title_en}' by '{by_en}': {count} of them are about {times} times their own earlier months "
        "(median {now}, before {before}): did they alone change the unit? The delivery is held.",
        "请按首次出现的行号找到是哪一家，核对单位（元、分、万元）：有误的重新报送，确属实际的由负责人放行。",
        "See by the row which of them it is and check its unit: send it again in the agreed one, or let "
        "someone release it if it is true.",
    ),
    "AMOUNT_UNIT_UNUSUAL": FindingWords(
        "hold",
        "“{title}”的金额约为通常的 {times} 倍（本批中位数 {now}，通常约 {usual}），像是换了单位；"
        "这个数据源还没有往月可比，整批暂扣。",
        "'{title_en}' is about {times} times what is usual (median {now}, usually about {usual}): another "
        "unit? The feed has no earlier months to compare. The delivery is held.",
        "请核对单位（如元、分、万元混用）：单位有误的重新报送，确属实际的由负责人放行。",
        "Check the unit: send it again in the agreed one, or let someone release it if it is true.",
    ),
    "AMOUNT_UNIT_UNUSUAL_IN_PART": FindingWords(
        "hold",
        "“{title}”按“{by}”分开看，有 {count} 处约为通常的 {times} 倍（中位数 {now}，通常约 {usual}），"
        "与本批其他各处也不同，像是只有它们用了别的单位；这个数据源还没有往月可比，整批暂扣。",
        "'{title_en}' by '{by_en}': {count} of them are about {times} times what is usual (median {now}, "
        "usually about {usual}) and unlike the rest of the file: do they alone use another unit? The feed "
        "has no earlier months to compare. The delivery is held.",
        "请按首次出现的行号找到是哪一家，核对单位（元、分、万元）：有误的重新报送，确属实际的由负责人放行。",
        "See by the row which of them it is and check its unit: send it again in the agreed one, or let "
        "someone release it if it is true.",
    ),
    "CONTENT_OF_OLD_MONTH": FindingWords(
        "hold",
        "本批 {count} 行的内容几乎就是 {month} 的，只是换了月份：上月以来的变化都退回去了；整批暂扣。",
        "The {count} rows are nearly those of {month} under another month's name: what has changed since "
        "is undone. The delivery is held.",
        "请核对是否误报了往月的旧表：是的请报送本月的表；确属实际的由负责人放行。",
        "Check whether an old month's table was sent: send this month's, or let someone release it if it "
        "is true.",
    ),
    "ROWS_MOVED": FindingWords(
        "hold",
        "有 {count} 行的编号在别的月份已经报过，这次换了月份：载入后原来的月份会少掉这些行；整批暂扣。",
        "{count} rows bear numbers of rows of other months, which would lose them. The delivery is held.",
        "请核对是否把往月的表改了月份：是的请报送本月的表；确是更正日期的由负责人放行。",
        "Check whether an old table's months were changed: send this month's, or let someone release it if "
        "the dates were corrected.",
    ),
    "STRANGERS": FindingWords(
        "hold",
        "抽看的 {count} 人（户）中只有 {share} 是这个数据源前几批报过的，往常至少 {usual}：像是别的数据源"
        "或别的地方的表；整批暂扣。",
        "Of {count} people looked at {share} were told of by this feed's last deliveries, where at least "
        "{usual} are usual: the table of another feed, or of another place? The delivery is held.",
        "请核对文件和所选的数据源：报错的重新报送，人员确已更换的由负责人放行。",
        "Check the file and the feed that was chosen: send the right one, or let someone release it if the "
        "people did change.",
    ),
    "VOLUME_ANOMALY": FindingWords(
        "hold",
        "本批 {count} 行，往期（{months} 期）通常 {usual} 行，可能漏报、截断或重复；整批暂扣。",
        "{count} rows where {usual} are usual (of {months} earlier periods): cut off, or doubled? "
        "The delivery is held.",
        "请核对导出条件：不完整的重新报送，确属实际的由负责人放行。",
        "Check the export: send it again, or let someone release it if it is true.",
    ),
    "MONTH_IN_PARTS": FindingWords(
        "hold",
        "同一个月的批次 {delivery} 还在暂扣，其中 {count} 行本批没有：两批像是一个月的两部分；整批暂扣。",
        "Delivery {delivery} of the same month is held, and {count} of its rows are not in this one: are "
        "they two parts of a month? The delivery is held.",
        "两批都属实的，由负责人把两批都放行；前一批作废的，先拒收它再放行本批，或者重新报送整月。",
        "If both are true, let someone release both; if the earlier one is void, refuse it and release this "
        "one, or send the whole month again.",
    ),
    "VILLAGES_SHRUNKEN": FindingWords(
        "hold",
        "有 {villages} 个村的名册人数大幅减少，例如区划 {division} 上次 {usual} 人，本批 {count} 人；"
        "没有列出的人会当作已离开，整批暂扣。",
        "The registry lists far fewer persons in {villages} villages, such as division {division}: "
        "{count} where {usual} were listed. Whoever is not listed would count as having left. The "
        "delivery is held.",
        "请核对这些村是否导出完整：不完整的重新报送全村，确属实际的由负责人放行。",
        "Check whether these villages were exported whole: send the whole village again, or let someone "
        "release it if it is true.",
    ),
    "HOUSEHOLDS_RENUMBERED": FindingWords(
        "hold",
        "名册里有 {villages} 个村的许多人换了户编号，例如区划 {division}：上次列过的 {usual} 人中"
        "有 {count} 人在别的户里。放行以后，换成从未用过的编号、人又大多在一起的户接着原来的账算，其余的"
        "收支和预警从头算起。整批暂扣。",
        "In {villages} villages the registry lists many people under other household numbers, such as in "
        "division {division}: {count} of {usual} who were listed before. Once it is released, households "
        "whose people stay together under a number that was never used go on; the others begin anew, with "
        "what they earned and spent and their alerts. The delivery is held.",
        "请核对户编号一列：是否被表格截断、错位，或换了编号规则；有误的用原编号重新报送，确实属实的由负责人放行。",
        "Check the column of household numbers: cut by a spreadsheet, shifted, or numbered by another rule? "
        "Send it again with the numbers of before, or let someone release it if it is true.",
    ),
    "CONTENT_OF_ANOTHER_MONTH": FindingWords(
        "hold",
        "报送的月份没有自己的数据，{count} 行都属于其他月份；整批暂扣。",
        "Nothing in it belongs to the stated month: its {count} rows are of other months. The delivery "
        "is held.",
        "请核对所选月份和文件：选错文件的重新报送；选错月份的先拒收这一批，再按正确的月份报送同一文件。",
        "Check the month and the file: send the right file; or refuse this delivery and send the same "
        "file again under the right month.",
    ),
    "MONTH_LONG_AGO": FindingWords(
        "file",
        "报送的月份 {month} 太早（最早 {earliest}），整份没有载入。",
        "The stated month {month} is too long ago (the earliest is {earliest}); nothing was loaded.",
        "请核对所选的月份，再报送同一文件。",
        "Check the month and send the same file again.",
    ),
    "CONTENT_DOUBLED": FindingWords(
        "hold",
        "有 {count} 行除“{titles}”外与已有数据完全相同，计入会重复；整批暂扣。",
        "{count} rows equal known ones in all but '{titles_en}' and would count twice. The delivery "
        "is held.",
        "重新导出造成编号变化的，请拒收其中一批；确属不同业务的由负责人放行。",
        "If a new export changed the numbers, refuse one of the two; release it if they are "
        "different matters.",
    ),
    "ROWS_CORRECTED": FindingWords(
        "warn",
        "有 {count} 行更正了先前批次的数据，按更正后的计入原月份。",
        "{count} rows correct earlier deliveries and restate their own month.",
    ),
    "ROWS_OVERTAKEN": FindingWords(
        "warn",
        "所确认的行中有 {count} 行在此后的批次里已另有报送，以后来的为准，没有改动。",
        "{count} of the confirmed rows were sent again since by a later delivery, which stands.",
    ),
    "CONTENT_RECEIVED": FindingWords(
        "warn",
        "全部 {count} 行都已在先前批次中（文件名或行序不同），本次新增 0 行。",
        "All {count} rows came before (under another name or in another order): 0 new rows.",
    ),
    "ALREADY_RECEIVED": FindingWords(
        "warn",
        "同一文件已作为批次 {delivery} 载入，本次新增 0 行。",
        "The same file was loaded as delivery {delivery}; 0 new rows.",
    ),
    "STANDS_HELD": FindingWords(
        "warn",
        "批次 {delivery} 正在暂扣，还没有生效。",
        "Delivery {delivery} is held and has no effect yet.",
        "请负责人核对后放行或拒收；数据有误的请更正文件后再报送。",
        "Let someone check it and release or refuse it; send a corrected file if it is wrong.",
    ),
    "STANDS_REFUSED": FindingWords(
        "warn",
        "批次 {delivery} 已被拒收，没有生效。",
        "Delivery {delivery} was refused and has no effect.",
        "请更正文件后再报送；只是月份选错的，按正确的月份报送同一文件；拒收有误的，由负责人放行原批次。",
        "Send a corrected file; the same file under the right month if the month was wrong; or let someone "
        "release that delivery.",
    ),
    "DATED_AFTER_RECEIPT": FindingWords(
        "warn",
        "有 {count} 行的月份晚于收到该文件的月份。",
        "{count} rows are dated after the month in which the file arrived.",
        "请核对日期列。",
        "Check the date column.",
    ),
    "PERSON_IN_TWO_HOUSEHOLDS": FindingWords(
        "warn",
        "有 {count} 人同时列在两户（已载入，待核对；归入行号靠后的一户）。",
        "{count} persons are listed in two households (loaded, to be checked; the later row counts).",
        "请核对是否重复登记或分户。",
        "Check whether they were registered twice or moved.",
    ),
    "HEAD_IS_A_CHILD": FindingWords(
        "warn",
        "有 {count} 户的户主不满 {years} 周岁（已载入，待核对）。",
        "{count} heads of household are under {years} (loaded, to be checked).",
        "请核对户主和与户主关系。",
        "Check who the head is.",
    ),
}
