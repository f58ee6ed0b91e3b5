"""Messages that are no policy question: small talk, other subjects, commands, and what must be refused.

Fixed patterns of wording first, then a reader trained on messages of each manner; what the registered documents hold
plays no part.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from knowledge.characters import normalised
from knowledge.manner_reader import QUESTION as IS_QUESTION
from knowledge.manner_reader import likeliest


class Manner(StrEnum):
    """What kind of message it is."""

    SMALLTALK = "smalltalk"
    REDIRECT = "redirect"
    COMMAND = "command"
    REFUSE = "refuse"


@dataclass(frozen=True)
class Aside:
    """A message that gets a short reply instead of an answer from the documents."""

    manner: Manner
    reply: str
    guessed: bool = False
    """Read from the whole of the wording, by no fixed pattern: a phrase of the documents may look like that too."""


HELLO = re.compile(
    r"^(?:(?:你|您|大家|各位)?好[呀啊哦吗]?|hi|hello|hey|嗨|哈[喽罗啰]|在吗|在不在|在么|有人吗|早|早安|(?:早上|上午|中午|下午|晚上)好|晚安|"
    r"(?:太|非常|十分|多)?(?:谢谢|感谢|多谢|谢了|谢啦)(?:你|您|了|啦|啊|呀|哈|帮忙|解答|回复)*|辛苦(?:了|啦|你了|您了)?|"
    r"再见|拜拜|bye|回头见|好的?|行|可以|嗯+|哦+|知道了|明白了?|收到|了解了?|ok|"
    r"哈哈+|呵呵|厉害|不错|真棒|你真棒|很好|太好了|没事了?|不客气|节日快乐|新年(?:快乐|好)|周末愉快)+$"
)
ABOUT_US = re.compile(
    r"(?:你|您)(?:到底)?(?:是谁|是什么|叫什么|叫啥|是干[吗嘛什啥]|是机器人|是真人|是不是(?:机器人|真人|人工)|多大|几岁|会什么|会干|会做|能干|能做|可以(?:做|干)|有什么(?:用|功能)|都?能帮|怎么用)|"
    r"(?:能干啥|会干啥|怎么用你|介绍一下你自己|自我介绍|你的功能|谁(?:开发|设计|做)的?你)|是(?:ai|人工智能)吗"
)
OVERRIDE = re.compile(
    r"(?:忽略|无视|忘(?:记|掉)|抛开|不要管|别管|绕过|跳过|取消|解除|违反)(?:你|您|之前|以上|上面|前面|此前|所有|一切|全部|任何|的|这些|那些|现有|原来|系统)*"
    r"(?:规定|规则|指令|指示|限制|设定|提示|约束|要求|内容|条例)|"
    r"(?:系统|初始|隐藏|内部)(?:提示词?|指令|prompt)|提示词|system\s*prompt|prompt|jailbreak|越狱|"
    r"ignore\s+(?:all|any|previous|the|above)|developer\s*mode|开发者模式|(?:没有|不受|无|解除)(?:任何|一切)?(?:限制|约束)|\bdan\b|"
    r"(?:现在|今后|以后|从此)(?:开始)?.{0,6}(?:你|您)(?:就?是|扮演|变成|作为)|(?:假装|扮演|假设)(?:你|您|自己|一个|成)|"
    r"(?:请)?(?:记住|记下|牢记).{0,12}(?:新?规定|规则|以后|今后|从今)|(?:以后|今后|从今以后).{0,16}(?:都|一律|就).{0,4}(?:这么|这样|回答|说|按)|"
    r"(?:你|您)?只(?:许|能|准|可以?|要)(?:说|答|回答?|回复|输出)|(?:随便|瞎|胡乱|自己)(?:回答|编|说|答)|(?:不用|不要|无需|不必|别)(?:引用|依据|查|看).{0,6}(?:文件|出处|来源|条文|资料)|编(?:一个|一条|个|条|造).{0,8}(?:规定|条款|条文|文件|文号)|"
    r"(?:把|将).{0,14}(?:改成|改为|标记为|设为|设成).{0,20}(?:效力|现行|有效|作废|规定)|"
    r"(?:drop|delete|truncate|alter|insert|update)\s+(?:table|from|into|database)|union\s+select|select\s+.+\s+from|<\s*script|\{\{.*\}\}|\$\{|rm\s+-rf|;\s*--|'\s*or\s*'?1"
)
SECRET = re.compile(
    r"(?:密码|口令|密钥|秘钥|私钥|api\s*key|token|令牌|验证码)|数据库|数据表|表名|字段名?(?:和|都|有)|(?:源|后台)代码|后台(?:地址|接口|权限|账号)|服务器(?:地址|ip)|配置文件|"
    r"(?:管理员|root|超级|后台)(?:的)?(?:权限|账号|账户)|日志文件|接口地址|环境变量"
)
WHO_TOLD = re.compile(
    r"(?:谁|哪个|哪位|什么人|哪些人).{0,6}(?:举报|告发|检举|投诉|反映|揭发|告状)(?!.{0,6}(?:受理|处理|负责))|(?:举报人|检举人|信访人|投诉人|控告人|告状的人?)(?:是谁|叫什么|的?(?:姓名|名字|电话|身份|信息|手机))"
)
EVADING = re.compile(
    r"(?:怎[么样]|如何|教我|办法|帮我).{0,24}(?:不(?:让|被|给)(?:人|组织|纪委|审计|别人|领导)?(?:查|发现|知道|看)|蒙混|瞒过|躲过|混过|糊弄过)"
    r"(?!.*(?:处理|处分|追究|追责))"
)
ABOUT_RULES = re.compile(r"能不能|能否|可否|可以|是否|会不会|规定|保密|泄露|处理|处分|应当|应该|怎么办")
PERSON = re.compile(
    r"人员\s*[a-z]?\d{2,}|工号\s*\d+|编号\s*[a-z]?\d{3,}|隔壁|(?:张|李|王|刘|陈|赵|周|吴|孙|马)(?:某某?|书记|县长|市长|局长|主任|部长|处长|科长|总)|"
    r"(?:别人|他人|其他人|别的(?:人|干部|领导|单位)|某(?:人|个人|干部|领导)|同事|那个人|这个人|我们?(?:局长|书记|主任|科长|处长|领导|县长|市长|部长)|县长|市长|局长)"
)
SURNAMES = (
    "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严魏陶姜谢邹苏潘范彭鲁韦马方袁柳唐罗薛雷贺郝顾孟黄尹姚邵汪毛戴宋庞熊"
    "祝董梁杜贾江郭梅林徐邱高夏蔡田胡万卢丁邓洪石崔龚程陆段侯武刘叶黎白赖谭龙"
)
NAMED = re.compile(
    rf"(?:^|[^\u4e00-\u9fff]|把|将|查一?[下查]?|看看|帮我|给我|告诉我|请问|听说|知道|关于|跟|和)"
    rf"(?:[老小][{SURNAMES}](?![\u4e00-\u9fff]?(?:规定|办法|条例|文件|党员|同志|干部))|[{SURNAMES}]某{{0,2}}(?:书记|县长|市长|局长|主任|部长|处长|科长|乡长|镇长|总|同志)|张三|李四|王五|赵六)"
)
"""Somebody named, such as 李局长 at the start or after 查下: the words before keep 审计局长 and 担任书记 out."""
PRIVATE = re.compile(
    r"承认了?|交代了?|坦白|[说谈讲]了?(?:些)?(?:什么|啥|哪些)|几套房|房产|存款|家里|检讨|被(?:谈|约谈|处分|查|举报|批评|立案)|函询|个人事项|处分|批评了谁"
)
RECORD = re.compile(
    r"谈话(?:记录|内容|材料|提纲全文|笔录)|(?:问题|整改)(?:清单|台账|记录|情况|线索)|台账|档案|线索|举报(?:信|材料)|处分(?:记录|情况|材料)|手机号?码?|电话|身份证|住址|家庭住址|工资|家庭情况|联系方式|名单|花名册|"
    r"被?(?:指出|谈)(?:了|过)?(?:什么|哪些|啥)|(?:有|犯)(?:什么|哪些|啥)(?:问题|事|毛病|把柄)|犯了什么(?:事|错)|什么把柄|隐私|私生活|收入|财产|被查"
)
HAND_OVER = re.compile(
    r"发给我|给我(?:看|发|列|一份|导|查)|让我看|告诉我|透露|说出来|导出|下载|拷贝|打印|调(?:出来|阅|取)|列(?:出|一下|个)|都?有谁|查(?:一下|查|出|看)?|看看|悄悄|偷偷|偷看|内部消息"
)
LISTS_OF_PEOPLE = re.compile(
    r"(?:名单|花名册|手机号|电话号?码?|身份证号?|住址|联系方式)[^，。；？?]{0,16}(?:导|发(?!布)|给|列(?![为入])|下载|打印|告诉)|"
    r"(?:导|发(?![展布])|给|列(?![为入])|下载|打印|告诉|要)[^，。；？?]{0,24}(?:名单|花名册|手机号|电话号?码?|身份证号?|住址|联系方式)"
)
COMMAND = re.compile(
    r"^(?:请|麻烦)?(?:取消|返回|上一步|下一步|后退|跳过|帮助|菜单|主菜单|提交|确认|确定|重来|重新(?:开始|填写?)|修改|暂停|继续|退出|结束|停止|保存|查看|撤回|撤销|是|否|不|不是|没有)(?:吧|了|一下|填报|填写|这[个条项])*$|"
    r"^(?:/|#)[a-z\u4e00-\u9fff]+|"
    r"^(?:那|请|麻烦)?(?:我(?:要|想|需要|得|来|准备)|帮(?:我|忙)|给我|替我|请(?:帮我)?|现在|打开|进入|开始|新建|发起|创建)(?:一下|把|去)?.{0,8}"
    r"(?:填报|填写|填一?下|填个|上报|汇报(?:一下)?|提交|登记|录入|上传|报送|申请延期|延期|销号|催办|请假|绑定|解绑|设置提醒|提醒我|安排(?:一次|一场)?谈话|预约|打卡|签到|确认收到|撤回|导出|导入|生成|打开|新建|发起|查看?我的?|看我的?|修改|更新)|"
    r"^(?:填报|上报|登记|录入|导出|查看|打开|提交|汇报|新建|发起|修改|更新|延期)(?:我的|一下|本月|本周|这个|整改|谈话|进展|材料|任务|待办|问题)|"
    r"^(?:请|麻烦|帮我)?(?:给|向).{2,14}(?:发|送|推送)(?:个|一?条|一?份|一下)?(?:提醒|通知|消息|催办|短信)|"
    r"^(?:把|将)(?:我的?|这[个项条]|刚才|上次)?.{0,12}(?:进度|状态|时间|日期|比例).{0,6}(?:改|更新|设|调|填)(?:成|为|到|至)|"
    r"^(?:把|将)?(?:刚才|刚刚|上次|上一条|这[条个]|那[条个])[^，。？?]{0,8}(?:撤掉|撤了|撤回|撤销|删掉|删了|作废)(?:吧|了)?$|"
    r"^我的(?:待办|任务|谈话对象|整改|提醒|问题|谈话|进度)(?:有哪些|呢|清单|列表|情况)?$|^(?:待办|任务列表|未谈名单)$|(?:明天|后天|下周|\d+点).{0,6}(?:提醒我|叫我|通知我)"
)
ELSEWHERE = re.compile(
    r"天气|气温|下雨|下雪|空气质量|(?:写|作|来|背|编|讲|说).{0,4}(?:首|个|篇|段|则)?.{0,6}(?:诗|七律|七绝|五律|歌词|对联|春联|情书|笑话|故事|小说|段子|谜语|作文|歌|相声|顺口溜|藏头诗)|"
    r"(?:订|买|抢|退|改签|预订|查).{0,14}(?:票|机票|车票|高铁|火车|航班|酒店|外卖|餐厅|电影)|(?:股票|基金|炒股|大盘|a股|比特币|彩票|双色球|理财产品|汇率|房价|油价|金价)|"
    r"(?:推荐|介绍).{0,8}(?:电影|电视剧|小说|餐厅|饭店|美食|歌|音乐|股票|基金|景点|旅游|手机|电脑|游戏|理财|好吃|好玩)|(?:菜谱|食谱|减肥|健身|星座|运势|算命|属相|穿搭|护肤|追剧)|"
    r"怎么做.{0,6}(?:菜|饭|鱼|肉|汤|面)|(?:红烧|清蒸|糖醋|炒).{0,4}(?:怎么|做法)|(?:翻译|translate)|(?:写|调试).{0,6}(?:代码|程序|脚本|python|java)|(?:世界杯|欧冠|nba|英超|中超|球赛|比分|奥运会)|"
    r"(?:感冒|发烧|头疼|头痛|失眠|牙疼|胃疼|血压|咳嗽).{0,8}(?:怎么|吃|办|药)|(?:附近|哪里|哪儿|哪家).{0,6}(?:好吃|好玩|停车|加油|餐馆|饭店|医院|超市)|(?:现在)?几点(?:了|钟)|今天(?:星期|周|礼拜|几号)|"
    r"陪我(?:聊|玩|说)|唱(?:首|个)?歌|玩.{0,4}游戏|明星|八卦|绯闻|女朋友|男朋友|相亲|孩子.{0,6}(?:作业|考试|升学)|作业题|数学题|几加几|\d+\s*[+*×x÷/]\s*\d+\s*(?:=|等于)|导航|打车|(?:查|取|叫).{0,3}快递"
)
OFFICE = re.compile(
    r"档案|公文|文件|涉密|机密|党[员费组支]|干部|支部|书记|纪委|监委|巡[视察]|督查|信访|公务|公车|处分|谈话|整改|单位|机关"
)
"""Words of an office: a message that speaks of them is about no other subject, whatever else it names."""
REFUSABLE = re.compile(
    r"[你您我他她谁某]|[给把帮替]|隔壁|同事|别人|人家|人员|哪些人|工号|名字|名单|电话|手机号|住址|身份证|联系方式|书记|[县市局部处科校院]长|主任|领导|"
    r"张三|李四|王五|赵六|老[\u4e00-\u9fff](?:的|被)|小[王李张刘陈]|(?:举报|信访|检举|控告|投诉)[人信]|匿名|档案里|听说|透露|八卦|"
    r"密码|口令|密钥|令牌|提示词|指令|设定|后台|代码|数据|服务器|系统|权限|账号|配置|接口|限制|规则|角色|模式|复述|上面|扮演|假装|"
    r"随便|编[造一个]|不要引用|跳过|一律|不被|瞒|躲|蒙混|绕过|作假|造假|伪造|发票|删除|销毁|改成|改为|作废"
)
"""What a message to be refused speaks of: somebody, how we work, or a trick. One that speaks of none of it asks about the
documents, whatever it sounds like to the reader."""
WHETHER = re.compile(r"要不要|该不该|用不用|成不成|行不行|合不合|需不需要")
"""Asks whether something is to be done or may be: no order and no prying, whatever it sounds like to the reader."""
REPLIES = {
    Manner.SMALLTALK: "您好！我是监督谈话助手，可以查制度依据（引用原文、注明出处），也可以提醒谈话、填报整改进展。"
    "请直接说要查或要办的事。",
    Manner.REDIRECT: "这不在我的工作范围内，帮不上忙。"
    "我能查监督谈话、整改、党纪法规等制度规定，也能办理谈话提醒和整改填报。",
    Manner.COMMAND: "这是一项操作，不是制度问题。请从“菜单”进入对应事项办理；"
    "如已打开表单，可直接回复“上一步”“跳过”“取消”。",
    Manner.REFUSE: "这个要求不能办。我只依据已登记的制度文件作答，"
    "不提供他人的谈话、问题、举报等记录和系统内部信息，也不会改变工作规则。",
}
THANKS = re.compile(r"谢|感谢|辛苦")
BYE = re.compile(r"再见|拜拜|bye|晚安")
EDGE = re.compile(r"^[\s，,。.！!？?~～、…]+|[\s，,。.！!？?~～、…]+$")
QUESTION = re.compile(
    r"[?？]|什么|哪|怎么|怎样|如何|多少|多久|多长|几|谁|是否|能否|可否|是不是|能不能|可不可以|有没有|要不要|该不该|应不应|为何|啥|咋|何时|"
    r"吗|呢|对不对|规定|条例|办法|依据|要求是|标准|含义|定义|区别|流程|程序"
)


SURE = {Manner.SMALLTALK: 0.7, Manner.REDIRECT: 0.92, Manner.COMMAND: 0.8, Manner.REFUSE: 0.92}
"""So likely must a manner be for a message to be turned away without a look into the documents."""
LIKELY = {Manner.SMALLTALK: 0.6, Manner.REDIRECT: 0.87, Manner.COMMAND: 0.6, Manner.REFUSE: 0.6}
"""The same after the look, when the documents have no answer."""


def aside(text: str, *, has_basis: bool = True) -> Aside | None:
    """The short reply a message gets when it is no question for the documents; None when it is one.

    `has_basis` is False when the documents were asked and have no answer.
    """
    plain = EDGE.sub("", normalised(text))
    manner, guessed = _manner(plain), False
    if manner is None or (manner is Manner.REDIRECT and likeliest(plain)[0] == IS_QUESTION):
        name, value = likeliest(plain)
        if name == IS_QUESTION or value < (SURE if has_basis else LIKELY)[Manner(name)]:
            return None
        manner, guessed = Manner(name), True
        if manner in (Manner.COMMAND, Manner.REFUSE) and WHETHER.search(plain):
            return None
        if manner is Manner.REFUSE and not REFUSABLE.search(plain):
            return None
    return Aside(manner, _reply(manner, plain), guessed)


def _reply(manner: Manner, plain: str) -> str:
    if manner is Manner.SMALLTALK and THANKS.search(plain):
        return "不客气。需要查制度依据或办理谈话、整改事项时，请随时告诉我。"
    if manner is Manner.SMALLTALK and BYE.search(plain):
        return "再见。需要时请随时找我。"
    return REPLIES[manner]


def _manner(plain: str) -> Manner | None:
    if not plain:
        return Manner.SMALLTALK
    if HELLO.match(re.sub(r"[\s，,。.！!？?~～、…]", "", plain)):
        return Manner.SMALLTALK
    if OVERRIDE.search(plain) or LISTS_OF_PEOPLE.search(plain) or EVADING.search(plain):
        return Manner.REFUSE
    if WHO_TOLD.search(plain) and not ABOUT_RULES.search(plain):
        return Manner.REFUSE
    if SECRET.search(plain) and not re.search(r"规定|条例|保密|泄露|处分", plain):
        return Manner.REFUSE
    if PERSON.search(plain) and RECORD.search(plain) and HAND_OVER.search(plain):
        return Manner.REFUSE
    if NAMED.search(plain) and (RECORD.search(plain) or PRIVATE.search(plain)):
        return Manner.REFUSE
    if re.search(r"人员\s*[a-z]?\d{3,}", plain) or ("悄悄" in plain and "告诉" in plain):
        return Manner.REFUSE
    if COMMAND.search(plain) and not re.search(r"(?:什么|哪些|多久|几天|多少|怎么|规定|要求|吗|呢)[?？]?$", plain):
        return Manner.COMMAND
    if ELSEWHERE.search(plain) and not OFFICE.search(plain):
        return Manner.REDIRECT
    if ABOUT_US.search(plain) and len(plain) <= 20:
        return Manner.SMALLTALK
    return None


def is_question_like(text: str) -> bool:
    """Whether a message reads as a policy question: cheap, looks at the wording only."""
    plain = normalised(text).strip()
    return len(plain) >= 3 and _manner(EDGE.sub("", plain)) is None and bool(QUESTION.search(plain))
