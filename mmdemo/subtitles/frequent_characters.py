"""The characters that a few lines of real text cannot do without: what tells one legacy encoding from another."""

from __future__ import annotations

SIMPLIFIED = (
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事成方多经么去法学"
    "如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此已工使情明性知全三又关点正业外将"
    "两高间由问很最重并物手应战向头文体美相见被利什二等产或新己制身果加西月话合回特代内信表化老给世位次度门任常先海通教儿原东声提立比员解"
    "水名真论处走各入几口认条系气题活更别打女变四神总何电数安少报才结反受目太量再感建务做接必场件计管期市直资命山许统区保至队形社便空决展"
    "像难且快吗吧呢啊哪谁怎么您哥姐妈爸爱请谢谢再见今早晚饭吃喝睡跑等站停让带找买钱车房间朋友帮忙对不起没关系准备喜欢觉得可以知道先生小姐"
    "嘿哦嗯喂嗨哈呀嘛啦哇该死杀救命枪医院警察孩子父母亲丈夫妻子男女结婚离开回答告诉希望相信听歌音乐电影视频世界故事谈论聊已经还跟被把往像"
)
"""Frequent characters of simplified text and of film dialogue (repeats do no harm)."""

TRADITIONAL = (
    "這個們來為國說時會對著過發後裡裏種經麼學現當沒動還進樣從實軍無與長機業將兩間問應戰頭體見產話門論處條氣題認幾員號給東聲別變電總數報結"
    "傳場計資許統區隊決難嗎誰媽愛請謝飯買錢車帶讓準備歡覺關係該殺槍醫親離訴聽樂視頻談聊已經點兒開於並開裏萬書記錯張嚇麗當臺灣灣簡單邊幫"
    "歲壞確幹線連續夠類術環隻雙靜響題風飛馬魚鳥黃龍銀鐵錄鐘閉陽陰階雖雜電非韓順預領顯願養餘驗驚鬥鬧護識議讀變賽賣贏趕輕輸轉辦農運達遠適選"
    "那哪很再見什呢吧啊喔欸嘿唷妳祢您媽爸哥姊妹"
)
"""Frequent characters that only traditional text writes so."""

KANJI = (
    "日一人年大十二本中出三時行見月後前生五間上東四今金九入学高円子外八六下来気小七山話女北午百書先名川千水半男西電校語土木聞食車何南万毎白天"
    "母火右読友左休父雨分私彼事言思知方手自目家国会社長場合当心体力物度作者動同意味感対理世界全部最初少様待早世話死殺助逃愛好悪無元気教使持"
    "誰俺僕君達頃匹枚込働戻頑張丈夫違嬢様"
)
"""Frequent kanji; the kana around them weigh more."""

HANGUL = (
    "이다는을가에의고하지나도를은한사기로자리아어서인그라시일보해대있정만수게들거내우니것상구여부면안장제전없말미주오스무모신어요네세할러"
    "던까경동마바비유원조과와저더성관회생또물때문소국계방중같습방금알았겠좋몰왜뭐돼됐해줘봐야잖죠예응누군당신너희친구랑감사합디갈올잘못"
)
"""Frequent syllables of Korean dialogue."""

EAST_ASIAN_PUNCTUATION = "，。？！、：；“”‘’…—·《》「」『』（）～　・ー〜【】〈〉"

LETTERS_BY_FREQUENCY = {
    "cyrillic": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфіїєъёґўјљњћђџѓќ",
    "greek": "αοιετνσηυρπκμλςίόγέάδήωθχύφβώξζψϊϋΐΰ",
    "hebrew": "יוהלאתרבמשנעדםחפקכןטסצגזךץף",
    "arabic": "اليمونرتبةعدسفهكقأحجىشصطخإذضزثئءغؤآظ،؟",
    "thai": "่้านรอกเีงมัยลวดทสตะิปบค์หแจพชขใไโผุูึืำ็ณญถธซศภฉฟฝษฐฎฏฒฤฆ",
}
"""Letters of scripts that single-byte encodings serve, most frequent first."""

ACCENTED_LETTERS = {
    "spanish": "áéíóúñü¿¡",
    "french": "éèàêçùâîôûëïœ",
    "portuguese": "ãõáéíóúâêôçà",
    "german": "äöüß",
    "italian": "àèéìòùî",
    "dutch, english": "éëïèöüóñç",
    "turkish": "çğıöşüâîû",
    "polish": "ąćęłńóśźż",
    "romanian": "ăâîșțşţ",
    "swedish, finnish": "åäöé",
    "czech, slovak": "áčďéěíňóřšťúůýžäľĺŕô",
    "hungarian": "áéíóöőúüű",
    "danish, norwegian": "æøåéô",
    "croatian, slovene": "čćđšž",
    "catalan": "àçèéíïòóúü·",
    "baltic": "āčēģīķļņšūžąęėįųõäöü",
    "icelandic": "áðéíóúýþæö",
}
"""What each language of the Latin script adds to the alphabet, the more spoken first, as ties are broken that way."""
