"""Characters that clerks write for one another in names: they sound alike or look alike.

Collected by hand for the characters of `names.py`; each line begins with the right character.
"""

from __future__ import annotations

_LINES = """
李季理里 王玉汪旺 张章弓帐 刘留流柳 陈阵程辰 黄皇簧横 曹槽操漕 何河合贺 邓邢登凳 周局州洲 欧殴区鸥
谢榭射泻 罗萝逻骡 胡湖糊瑚 朱珠株诸 肖萧消俏 曾增层僧 雷蕾镭累 廖寥辽疗 段断缎锻 唐糖塘堂 彭澎膨鹏
吴吾昊伍 杨扬阳汤 蒋将奖浆 谭潭覃坛 邝矿旷犷 范犯饭泛 袁远园遠 许计浒徐 郭廓国锅 侯候猴厚 宋送末颂
龙尤陇笼 贺何赫加 尹伊引君 蔡菜察祭 首道守手 萧肖啸箫 钟种忠仲 史吏使驶 骆洛络烙 匡框筐眶 焦蕉礁集
雍拥壅庸 秀绣透锈 英瑛莹应 玉王钰育 兰蓝岚栏 桂贵柱佳 花华化芬 珍真诊贞 芳方房坊 丽莉俪立 娟涓捐鹃
红洪虹江 梅每煤枚 燕艳雁焉 琴芹勤秦 香乡番相 春椿舂纯 莲连廉涟 凤风枫丰 云芸耘去 霞瑕暇侠 美羊镁姜
静婧净靖 婷停亭庭 雪血薛靴 艳燕彦滟 慧惠蕙会 蓉容荣榕 翠萃粹脆 菊鞠橘掬 菲霏非飞 瑶摇遥谣 晓小筱烧
倩情清茜 娥鹅俄蛾 满蔓漫瞒 姣娇皎佼 国围园图 建健键律 志至智致 文纹汶交 明朋铭名 华花桦哗 军均君钧
伟纬炜韦 强墙镪蔷 平苹评萍 勇永咏涌 辉晖挥煇 斌彬滨宾 林临琳木 海梅每晦 涛滔寿焘 波坡玻皮 刚钢岗冈
杰洁捷桀 超朝越召 峰锋烽丰 德得徳的 祥详翔样 福富副辐 生胜牲升 贵桂责贯 荣蓉容营 少绍邵劭 武斌舞五
松嵩送淞 良亮量粮 友有又发 光广洗胱 仁任人壬 忠中钟衷 新欣辛薪 永勇水咏 小晓少筱 成诚城承 子仔梓籽
嘉佳加家 宇雨羽寓 思恩斯司 雨宇羽丽 欣新昕歆 梓子辛紫 俊峻骏竣 远元运院 清青晴情 金今锦全 石右实时
仲钟中重 业亚叶邺 万方迈丸 湘相箱襄 郴彬琛林 冬东咚终 来莱耒米 水永冰氷 田由甲申 运远云允
"""

CONFUSED: dict[str, str] = {line[0]: line[1:] for line in _LINES.split()}
"""A character of a name -> the characters that are written for it, the likeliest first."""
