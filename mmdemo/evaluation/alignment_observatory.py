"""Texts of cases that nothing was tuned on until 29 November 2026: an observatory, row by row in several languages.

Single results of them have been looked at since, so they may be developed on; `alignment_held_out` took their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OBSERVATORY_TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            "A schoolteacher discovered the comet in 1923.",
            "She had bought her telescope for 45 dollars at a market.",
            "Nobody believed her at first.",
            "Wait!",
            "The dome turns once around its own axis in twenty-four minutes, slowly and without any noise.",
            "How far away is that star?",
            "Farther than anyone of us will ever travel.",
            "Less than 1% of the light reaches the mirror when it is cloudy.",
            "Professor Green has slept in this chair for half of her life.",
            "Put on your gloves, please.",
            "The next eclipse begins at 11:15 in the morning.",
            "Last winter a fox moved in under the stairs and stayed until April.",
            "Of course.",
            "When the lamps of the town go out, the Milky Way looks like spilled sugar.",
        ),
        "es": (
            "Una maestra descubrió el cometa en 1923.",
            "Había comprado su telescopio por 45 dólares en un mercado.",
            "Al principio nadie la creyó.",
            "¡Espera!",
            "La cúpula gira una vez sobre su eje en veinticuatro minutos, despacio y sin ningún ruido.",
            "¿A qué distancia está esa estrella?",
            "Más lejos de lo que ninguno de nosotros viajará jamás.",
            "Menos del 1 % de la luz llega al espejo cuando está nublado.",
            "La profesora Green ha dormido en esta silla la mitad de su vida.",
            "Póngase los guantes, por favor.",
            "El próximo eclipse empieza a las 11:15 de la mañana.",
            "El invierno pasado un zorro se instaló debajo de la escalera y se quedó hasta abril.",
            "Por supuesto.",
            "Cuando se apagan las lámparas del pueblo, la Vía Láctea parece azúcar derramado.",
        ),
        "it": (
            "Una maestra scoprì la cometa nel 1923.",
            "Aveva comprato il suo telescopio per 45 dollari in un mercato.",
            "All'inizio nessuno le credette.",
            "Aspetta!",
            "La cupola gira una volta intorno al proprio asse in ventiquattro minuti, piano e senza alcun rumore.",
            "Quanto è lontana quella stella?",
            "Più lontana di quanto chiunque di noi potrà mai viaggiare.",
            "Meno dell'1% della luce arriva allo specchio quando è nuvoloso.",
            "La professoressa Green ha dormito su questa sedia per metà della sua vita.",
            "Si metta i guanti, per favore.",
            "La prossima eclissi comincia alle 11:15 del mattino.",
            "L'inverno scorso una volpe è venuta a vivere sotto le scale ed è rimasta fino ad aprile.",
            "Certamente.",
            "Quando le lampade della città si spengono, la Via Lattea sembra zucchero rovesciato.",
        ),
        "nl": (
            "Een onderwijzeres ontdekte de komeet in 1923.",
            "Ze had haar telescoop voor 45 dollar op een markt gekocht.",
            "In het begin geloofde niemand haar.",
            "Wacht!",
            "De koepel draait in vierentwintig minuten één keer om zijn as, langzaam en zonder enig geluid.",
            "Hoe ver weg is die ster?",
            "Verder dan iemand van ons ooit zal reizen.",
            "Minder dan 1% van het licht bereikt de spiegel als het bewolkt is.",
            "Professor Green heeft de helft van haar leven in deze stoel geslapen.",
            "Doe uw handschoenen aan, alstublieft.",
            "De volgende zonsverduistering begint om 11:15 in de ochtend.",
            "Vorige winter kwam er een vos onder de trap wonen, die tot april bleef.",
            "Natuurlijk.",
            "Als de lampen van de stad uitgaan, lijkt de Melkweg op gemorste suiker.",
        ),
        "id": (
            "Seorang guru sekolah menemukan komet itu pada tahun 1923.",
            "Ia membeli teleskopnya seharga 45 dolar di sebuah pasar.",
            "Pada awalnya tidak ada yang percaya kepadanya.",
            "Tunggu!",
            "Kubah itu berputar satu kali dalam dua puluh empat menit, perlahan dan tanpa suara.",
            "Seberapa jauh bintang itu?",
            "Lebih jauh daripada yang pernah kita tempuh.",
            "Kurang dari 1% cahaya mencapai cermin ketika langit berawan.",
            "Profesor Green tidur di kursi ini selama separuh hidupnya.",
            "Tolong pakai sarung tangan Anda.",
            "Gerhana berikutnya dimulai pukul 11:15 pagi.",
            "Musim dingin yang lalu seekor rubah tinggal di bawah tangga sampai bulan April.",
            "Tentu saja.",
            "Ketika lampu kota padam, Bima Sakti tampak seperti gula yang tumpah.",
        ),
    }
)

OBSERVATORY_MANDARIN: tuple[tuple[str, str], ...] = (
    ("一位老师在很多年前发现了这颗彗星。", "A teacher discovered this comet many years ago."),
    ("她在市场上买了一架望远镜。", "She bought a telescope at the market."),
    ("等一下！", "Wait!"),
    ("开始的时候没有人相信她。", "Nobody believed her in the beginning."),
    ("那颗星星离我们有多远？", "How far is that star from us?"),
    ("比我们任何人走过的路都远。", "Farther than any of us has ever walked."),
    ("教授常常在这把椅子上睡觉。", "The professor often sleeps in this chair."),
    ("请戴上你的手套。", "Please put on your gloves."),
    ("去年冬天有一只狐狸住在楼梯下面。", "Last winter a fox lived under the stairs."),
    ("城里的灯都关了以后，天上的星星特别亮。", "When the lamps of the town are out, the stars are very bright."),
)
"""With its English."""
