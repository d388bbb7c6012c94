"""What is said of identity numbers: refused, repaired, or taken for a person apart."""

from __future__ import annotations

from fangpin.feeds.messages.words import FindingWords

OF_IDENTIFIERS: dict[str, FindingWords] = {
    "ID_SEX_CONFLICT": FindingWords(
        "warn",
        "证件号码与“{title}”列的性别不一致（已载入，待核对）。",
        "The identity number and the column '{title_en}' disagree on the sex (loaded, to be "
        "checked).",
        "请核对证件号码和性别。",
        "Check both.",
    ),
    "ID_BIRTH_CONFLICT": FindingWords(
        "warn",
        "证件号码与“{title}”列的出生日期不一致（已载入，待核对）。",
        "The identity number and the column '{title_en}' disagree on the birth date (loaded, "
        "to be checked).",
        "请核对证件号码和出生日期。",
        "Check both.",
    ),
    "ID_PRECISION_LOST": FindingWords(
        "row",
        "身份证号被 Excel 存成数字，后3位丢失。",
        "The number was stored as a numeric cell and its last digits are lost.",
        "请在原表把该列设为文本格式后重新录入、导出。",
        "Set the column to text, enter the numbers again and export.",
    ),
    "ID_SCIENTIFIC": FindingWords(
        "row",
        "身份证号成了科学计数法，只剩前几位，无法还原。",
        "The number became scientific notation; only its first digits remain.",
        "请在原系统重新导出，证件号列设为文本。",
        "Export it again with the column set to text.",
    ),
    "ID_MASKED": FindingWords(
        "row",
        "证件号码被打了星号（脱敏），认不出是谁。",
        "The number is masked: it tells nobody.",
        "请导出未脱敏的完整号码后重新报送；号码只加密保存，不会显示。",
        "Export the whole numbers and send it again; they are kept encrypted and never shown.",
    ),
    "ID_SHAPE": FindingWords(
        "row",
        "证件号码的位数或字符不对。",
        "The number has the wrong length or characters.",
        "请核对证件；确无证件号的留空。",
        "Check the document; leave it blank if there is none.",
    ),
    "ID_REGION": FindingWords(
        "row",
        "证件号码的前六位不是行政区划代码。",
        "The first six digits are no division code.",
        "请核对证件号码。",
        "Check the number.",
    ),
    "ID_BIRTHDATE": FindingWords(
        "row",
        "证件号码中的出生日期不存在或不可能。",
        "The birth date inside the number does not exist or cannot be.",
        "请核对证件号码。",
        "Check the number.",
    ),
    "ID_CHECKSUM": FindingWords(
        "row",
        "证件号码校验位不符，可能有一位录错。",
        "The check digit does not fit: a digit is probably wrong.",
        "请核对证件号码。",
        "Check the number.",
    ),
    "ID_UNDER_NAMES": FindingWords(
        "row",
        "同一个证件号码写给了好几个姓名的人，分不清是谁的。",
        "People of several names stand under this one number: whose it is cannot be told.",
        "请填各人自己的号码；凭姓名和村庄认得出的，平台先归到本人。",
        "Write each person's own number; whoever is known by name and village is found meanwhile.",
    ),
    "ID_CENTURY": FindingWords(
        "propose",
        "15位旧证号：持证人可能已过百岁，也可能是被截去后3位的18位号码，需要人工确认。",
        "A 15-digit number: of a possible centenarian, or 18 digits of which the last are lost. It "
        "needs a person's eye.",
        "请核对后填写18位号码。",
        "Check and write the 18-digit number.",
    ),
    "ID_CERTIFICATE": FindingWords(
        "row",
        "证件编号的位数、类别或等级不对。",
        "The certificate's length, category or grade is wrong.",
        "请核对证件编号。",
        "Check the certificate.",
    ),
    "ID_LENGTHENED": FindingWords(
        "auto",
        "15位旧证号已按规则补为18位。",
        "15-digit numbers were lengthened to 18 by rule.",
    ),
    "ID_NORMALISED": FindingWords(
        "auto",
        "证件号码中的全角字符、空格或小写 x 已规范。",
        "Full-width characters, spaces or a small x in numbers were normalised.",
    ),
    "ID_FROM_CERTIFICATE": FindingWords(
        "auto",
        "由残疾人证等证件编号取前18位作为证件号码。",
        "The first 18 characters of the certificate are the number.",
    ),
    "ID_OTHER_DOCUMENT": FindingWords(
        "auto",
        "不是本国身份证号，按其他证件载入。",
        "Not a national number: loaded as another document.",
    ),
    "ID_MADE_UP": FindingWords(
        "auto",
        "系统自编的临时证号，按单独的人载入，不与任何人合并。",
        "A made-up number: loaded as a person apart, merged with no one.",
    ),
    "ID_MISSING": FindingWords(
        "auto",
        "没有证件号码，按单独的人载入，不与任何人合并。",
        "No number: loaded as a person apart, merged with no one.",
    ),
}
