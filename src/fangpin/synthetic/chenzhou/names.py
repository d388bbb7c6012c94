"""Chinese names from common surnames and given-name characters; a child bears the father's."""

from __future__ import annotations

from random import Random

from fangpin.synthetic.chance import pick

SURNAMES = (
    "李李李李王王王张张张刘刘刘陈陈陈黄黄曹曹何何邓邓周周欧谢谢罗罗胡胡朱朱肖肖曾曾雷雷"
    "廖廖段唐彭吴杨蒋谭邝范袁许郭侯宋龙贺尹蔡首萧钟史骆匡焦雍"
)
WOMENS = "秀英玉兰桂花珍芳丽娟红梅燕琴香春莲凤云霞美静婷雪艳慧蓉翠菊菲瑶晓倩娥满姣"
MENS = "国建志文明华军伟强平勇辉斌林海涛波龙刚杰超峰德祥福生贵荣少武松良友云光仁忠"
EITHER = "新永小成晓子嘉宇思雨欣梓俊远清金石仲业万湘郴春冬来水田运"
RARE = ("㛃", "𠮷", "〇")
"""Characters that break careless encodings; a handful of people bear them."""


def surname(chance: Random) -> str:
    """A surname as common as it is in the south of Hunan."""
    return pick(chance, SURNAMES)


def full_name(chance: Random, *, family: str, sex: str) -> str:
    """Surname and one or two given characters; about one in 2,000 bears a rare character."""
    pool = WOMENS if sex == "女" else MENS
    if chance.random() < 0.18:
        return family + pick(chance, pool)
    second = pick(chance, RARE) if chance.random() < 0.0005 else pick(chance, pool)
    return family + pick(chance, EITHER if chance.random() < 0.5 else pool) + second
