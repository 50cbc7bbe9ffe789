"""Cases to develop on beside those to tune on: harder voices and rooms, other texts, digits, languages without spaces.

Like the cases of `alignment_recipes` that only tell whether tuning generalises, they have numbers, one-word lines,
rooms and telephones; unlike those, they may be looked at while the engine is worked on.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

DEVELOPMENT_TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            "My grandfather opened this bakery in 1957.",
            "Back then a loaf cost $2 and nobody complained.",
            "Never.",
            "We throw away less than 5% of what we bake.",
            "The oven has to be hot before the first customer knocks at the door, which is long before dawn.",
            "Flour, salt, water.",
            "Mrs. Baker came every Tuesday for her 2nd breakfast.",
            "Why does the dough need so much time?",
            "Because it is alive, and what is alive cannot be hurried.",
            "I see.",
            "If you want, you can knead this one yourself and take it home.",
            "At 4:45 a.m. the delivery van arrives.",
            "Careful, the tray is hot.",
            "My daughter says she would rather become a pilot.",
        ),
        "de": (
            "Mein Großvater hat diese Bäckerei 1957 eröffnet.",
            "Damals kostete ein Brot 2 Dollar, und niemand beschwerte sich.",
            "Niemals.",
            "Wir werfen weniger als 5 % von dem weg, was wir backen.",
            "Der Ofen muss heiß sein, bevor der erste Kunde klopft, und das ist lange vor der Dämmerung.",
            "Mehl, Salz, Wasser.",
            "Frau Becker kam jeden Dienstag zu ihrem zweiten Frühstück.",
            "Warum braucht der Teig so viel Zeit?",
            "Weil er lebt, und was lebt, lässt sich nicht antreiben.",
            "Ich verstehe.",
            "Wenn Sie wollen, können Sie diesen selbst kneten und mit nach Hause nehmen.",
            "Um 4 Uhr 45 kommt der Lieferwagen.",
            "Vorsicht, das Blech ist heiß.",
            "Meine Tochter sagt, sie möchte lieber Pilotin werden.",
        ),
        "sv": (
            "Min farfar öppnade det här bageriet 1957.",
            "Då kostade en limpa 2 dollar och ingen klagade.",
            "Aldrig.",
            "Vi kastar mindre än 5 % av det vi bakar.",
            "Ugnen måste vara varm innan den första kunden knackar på dörren, och det är långt före gryningen.",
            "Mjöl, salt, vatten.",
            "Fru Bagare kom varje tisdag till sin andra frukost.",
            "Varför behöver degen så mycket tid?",
            "För att den lever, och det som lever kan man inte skynda på.",
            "Jag förstår.",
            "Om du vill kan du knåda den här själv och ta med den hem.",
            "Klockan 4.45 kommer skåpbilen.",
            "Försiktigt, plåten är het.",
            "Min dotter säger att hon hellre vill bli pilot.",
        ),
    }
)

UNSPACED_TEXTS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "zh": (
            ("我爷爷五十年前开了这家面包店。", "My grandfather opened this bakery fifty years ago."),
            ("那时候一个面包只要两块钱。", "A loaf cost only two yuan then."),
            ("从来没有。", "Never."),
            ("每天早上四点我们就开始工作。", "We begin to work at four every morning."),
            ("面粉，盐，还有水。", "Flour, salt and water."),
            ("为什么面团需要这么长时间？", "Why does the dough need so much time?"),
            ("因为它是活的，不能着急。", "Because it is alive and cannot be hurried."),
            ("小心，盘子很烫。", "Careful, the tray is hot."),
            ("如果你愿意，可以带一个回家。", "If you like you can take one home."),
            ("我女儿说她想当飞行员。", "My daughter says she wants to be a pilot."),
        ),
        "ja": (
            ("きのうはともだちとうみにいきました。", "Yesterday I went to the sea with a friend."),
            ("あさはやくおきて、パンをやきます。", "I get up early and bake bread."),
            ("はい、そうです。", "Yes, that is so."),
            ("このみせはとてもふるいです。", "This shop is very old."),
            ("どうしてそんなにじかんがかかるのですか。", "Why does it take so much time?"),
            ("あしたはあめがふるとおもいます。", "I think it will rain tomorrow."),
            ("すみません、みずをください。", "Excuse me, water please."),
            ("むすめはパイロットになりたいといいます。", "My daughter says she wants to be a pilot."),
        ),
        "th": (
            ("เมื่อวานฉันไปทะเลกับเพื่อน", "Yesterday I went to the sea with a friend."),
            ("ฉันตื่นแต่เช้าและอบขนมปัง", "I get up early and bake bread."),
            ("ใช่ครับ", "Yes."),
            ("ร้านนี้เก่ามาก", "This shop is very old."),
            ("ทำไมต้องใช้เวลานานขนาดนั้น", "Why does it take so much time?"),
            ("ฉันคิดว่าพรุ่งนี้ฝนจะตก", "I think it will rain tomorrow."),
            ("ขอน้ำหน่อยครับ", "Water please."),
            ("ลูกสาวของฉันอยากเป็นนักบิน", "My daughter wants to be a pilot."),
        ),
    }
)
"""With their English; Japanese in kana alone, which is what espeak-ng can read."""
