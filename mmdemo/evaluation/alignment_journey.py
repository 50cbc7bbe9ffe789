"""Texts of the second generalisation cases: a journey by ship, row by row the same in several languages.

Written and run for the first time on 28 November 2026. Their results have been looked at since and tuned after, as with
the generalisation cases before them; `alignment_held_out` has those that tell now.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

JOURNEY_TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            "The captain wrote the first page of her diary in 1912.",
            "Every passenger had paid £12 for a bed below the waterline.",
            "Perhaps.",
            "By Thursday the wind had turned and the waves were higher than a house.",
            "Close the hatch, quickly!",
            "Only 15% of the cargo was ever found.",
            "A sailor from Norway played the fiddle while the others mended the torn sail.",
            "Can you hear the engine?",
            "No, it stopped an hour ago.",
            "Mr. Olsen keeps the 2nd lifeboat ready, although nobody believes that it will float.",
            "We counted seventeen gulls, so land cannot be far away.",
            "At 9:20 a lamp was seen in the east.",
            "Well done.",
            "When they finally stepped ashore, they kissed the cold, wet sand.",
        ),
        "de": (
            "Die Kapitänin schrieb 1912 die erste Seite ihres Tagebuchs.",
            "Jeder Passagier hatte 12 Pfund für ein Bett unter der Wasserlinie bezahlt.",
            "Vielleicht.",
            "Am Donnerstag hatte der Wind gedreht, und die Wellen waren höher als ein Haus.",
            "Schließt die Luke, schnell!",
            "Nur 15 % der Ladung wurden je gefunden.",
            "Ein Matrose aus Norwegen spielte Geige, während die anderen das zerrissene Segel flickten.",
            "Könnt ihr den Motor hören?",
            "Nein, er ist vor einer Stunde stehen geblieben.",
            "Herr Olsen hält das zweite Rettungsboot bereit, obwohl niemand glaubt, dass es schwimmt.",
            "Wir haben siebzehn Möwen gezählt, also kann das Land nicht weit sein.",
            "Um 9 Uhr 20 sah man im Osten eine Lampe.",
            "Gut gemacht.",
            "Als sie endlich an Land gingen, küssten sie den kalten, nassen Sand.",
        ),
        "es": (
            "La capitana escribió la primera página de su diario en 1912.",
            "Cada pasajero había pagado 12 libras por una cama bajo la línea de agua.",
            "Quizás.",
            "El jueves el viento había cambiado y las olas eran más altas que una casa.",
            "¡Cierra la escotilla, rápido!",
            "Solo se encontró el 15 % de la carga.",
            "Un marinero de Noruega tocaba el violín mientras los demás remendaban la vela rota.",
            "¿Puedes oír el motor?",
            "No, se paró hace una hora.",
            "El señor Olsen tiene listo el segundo bote, aunque nadie cree que vaya a flotar.",
            "Contamos diecisiete gaviotas, así que la tierra no puede estar lejos.",
            "A las 9 y 20 se vio una lámpara en el este.",
            "Bien hecho.",
            "Cuando por fin bajaron a tierra, besaron la arena fría y mojada.",
        ),
        "pl": (
            "Kapitan napisała pierwszą stronę swojego dziennika w 1912 roku.",
            "Każdy pasażer zapłacił 12 funtów za łóżko poniżej linii wody.",
            "Być może.",
            "W czwartek wiatr się zmienił, a fale były wyższe niż dom.",
            "Zamknij właz, szybko!",
            "Odnaleziono tylko 15% ładunku.",
            "Marynarz z Norwegii grał na skrzypcach, kiedy inni naprawiali podarty żagiel.",
            "Czy słyszysz silnik?",
            "Nie, zatrzymał się godzinę temu.",
            "Pan Olsen trzyma drugą łódź w gotowości, chociaż nikt nie wierzy, że popłynie.",
            "Naliczyliśmy siedemnaście mew, więc ląd nie może być daleko.",
            "O 9:20 na wschodzie zobaczono lampę.",
            "Dobra robota.",
            "Kiedy w końcu zeszli na ląd, całowali zimny, mokry piasek.",
        ),
        "tr": (
            "Kaptan günlüğünün ilk sayfasını 1912 yılında yazdı.",
            "Her yolcu su hattının altındaki bir yatak için 12 lira ödemişti.",
            "Belki.",
            "Perşembe günü rüzgar dönmüştü ve dalgalar bir evden daha yüksekti.",
            "Kapağı kapat, çabuk!",
            "Yükün sadece yüzde 15'i bulundu.",
            "Diğerleri yırtık yelkeni onarırken Norveçli bir denizci keman çalıyordu.",
            "Motoru duyabiliyor musun?",
            "Hayır, bir saat önce durdu.",
            "Bay Olsen ikinci sandalı hazır tutuyor, ama kimse onun yüzeceğine inanmıyor.",
            "On yedi martı saydık, demek ki kara uzakta olamaz.",
            "Saat 9:20'de doğuda bir lamba görüldü.",
            "Aferin.",
            "Sonunda karaya çıktıklarında soğuk ve ıslak kumu öptüler.",
        ),
    }
)

JOURNEY_MANDARIN: tuple[tuple[str, str], ...] = (
    ("船长每天晚上都写日记。", "The captain writes a diary every evening."),
    ("海上的风越来越大了。", "The wind at sea grows stronger and stronger."),
    ("也许吧。", "Perhaps."),
    ("大家快把门关上！", "Everybody close the door, quickly!"),
    ("我们数了十七只海鸟。", "We counted seventeen sea birds."),
    ("你能听见机器的声音吗？", "Can you hear the engine?"),
    ("没有，它一个小时以前就停了。", "No, it stopped an hour ago."),
    ("有人在甲板上唱一首老歌。", "Somebody is singing an old song on deck."),
    ("东边有一盏灯，看见了吗？", "There is a lamp in the east, do you see it?"),
    ("他们终于走上了岸，高兴得哭了。", "At last they stepped ashore and wept with joy."),
)
"""With its English."""
