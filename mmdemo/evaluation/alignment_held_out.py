"""Texts of the cases that nothing was tuned on: a repair shop, row by row the same in several languages.

Written on 29 November 2026 at 23:40, before the tuning that followed, to be run when it has ended. Whoever looks at
single results of these and goes on tuning makes others for the next time, as was done with `alignment_allotment`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

HELD_OUT_TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            "The repair shop in the old fire station opened in 1998.",
            "A new zip costs 6 euros, and the coffee is included.",
            "Don't throw that away!",
            "Mr. Kowalski can mend a radio with his eyes closed.",
            "What is wrong with this lamp?",
            "The cable is broken, and somebody has glued the switch as well.",
            "Around 80% of the toasters leave the workshop alive.",
            "Mind your fingers!",
            "On Saturdays people queue on the pavement with clocks, dolls and torn umbrellas under their arms.",
            "The last customer comes in at 5:15 in the afternoon.",
            "Who has the key to this music box?",
            "No idea.",
            "My grandmother's sewing machine has been running for longer than any of our cars.",
            "When everybody has gone home, you hear the mended clocks tick in twelve rhythms.",
        ),
        "de": (
            "Die Reparaturwerkstatt in der alten Feuerwache wurde 1998 eröffnet.",
            "Ein neuer Reißverschluss kostet 6 Euro, und der Kaffee ist inbegriffen.",
            "Wirf das nicht weg!",
            "Herr Kowalski kann ein Radio mit geschlossenen Augen reparieren.",
            "Was fehlt dieser Lampe?",
            "Das Kabel ist gebrochen, und jemand hat auch noch den Schalter festgeklebt.",
            "Rund 80 % der Toaster verlassen die Werkstatt lebendig.",
            "Pass auf deine Finger auf!",
            "Samstags stehen die Leute auf dem Gehweg an, mit Uhren, Puppen und zerrissenen Schirmen unter dem Arm.",
            "Der letzte Kunde kommt um 17 Uhr 15 herein.",
            "Wer hat den Schlüssel zu dieser Spieluhr?",
            "Keine Ahnung.",
            "Die Nähmaschine meiner Großmutter läuft schon länger als jedes unserer Autos.",
            "Wenn alle nach Hause gegangen sind, hört man die reparierten Uhren in zwölf Rhythmen ticken.",
        ),
        "es": (
            "El taller de reparaciones del antiguo parque de bomberos abrió en 1998.",
            "Una cremallera nueva cuesta 6 euros, y el café está incluido.",
            "¡No tires eso!",
            "El señor Kowalski sabe arreglar una radio con los ojos cerrados.",
            "¿Qué le pasa a esta lámpara?",
            "El cable está roto, y además alguien ha pegado el interruptor.",
            "Cerca del 80 % de las tostadoras salen vivas del taller.",
            "¡Cuidado con los dedos!",
            "Los sábados la gente hace cola en la acera con relojes, muñecas y paraguas rotos bajo el brazo.",
            "El último cliente entra a las 5:15 de la tarde.",
            "¿Quién tiene la llave de esta caja de música?",
            "Ni idea.",
            "La máquina de coser de mi abuela lleva funcionando más tiempo que cualquiera de nuestros coches.",
            "Cuando todos se han ido a casa, se oye el tictac de los relojes arreglados en doce ritmos.",
        ),
        "it": (
            "L'officina di riparazioni nella vecchia caserma dei pompieri ha aperto nel 1998.",
            "Una cerniera nuova costa 6 euro, e il caffè è compreso.",
            "Non buttarlo via!",
            "Il signor Kowalski sa aggiustare una radio a occhi chiusi.",
            "Che cos'ha questa lampada?",
            "Il cavo è rotto, e qualcuno ha anche incollato l'interruttore.",
            "Circa l'80% dei tostapane esce vivo dall'officina.",
            "Attento alle dita!",
            "Il sabato la gente fa la fila sul marciapiede con orologi, bambole e ombrelli rotti sotto il braccio.",
            "L'ultimo cliente entra alle 5:15 del pomeriggio.",
            "Chi ha la chiave di questo carillon?",
            "Non ne ho idea.",
            "La macchina da cucire di mia nonna funziona da più tempo di qualsiasi nostra automobile.",
            "Quando tutti sono tornati a casa, si sentono gli orologi aggiustati ticchettare in dodici ritmi.",
        ),
        "pl": (
            "Warsztat napraw w dawnej remizie strażackiej otwarto w 1998 roku.",
            "Nowy zamek błyskawiczny kosztuje 6 euro, a kawa jest wliczona w cenę.",
            "Nie wyrzucaj tego!",
            "Pan Kowalski potrafi naprawić radio z zamkniętymi oczami.",
            "Co się stało z tą lampą?",
            "Kabel jest złamany, a ktoś skleił jeszcze wyłącznik.",
            "Około 80% tosterów uchodzi z warsztatu z życiem.",
            "Uważaj na palce!",
            "W soboty ludzie stoją w kolejce na chodniku z zegarami, lalkami i podartymi parasolami pod pachą.",
            "Ostatni klient wchodzi o 5:15 po południu.",
            "Kto ma klucz do tej pozytywki?",
            "Nie mam pojęcia.",
            "Maszyna do szycia mojej babci działa dłużej niż którykolwiek z naszych samochodów.",
            "Kiedy wszyscy pójdą do domu, słychać, jak naprawione zegary tykają w dwunastu rytmach.",
        ),
    }
)

HELD_OUT_MANDARIN: tuple[tuple[str, str], ...] = (
    ("老消防站里开了一家修理店。", "A repair shop has opened in the old fire station."),
    ("修一条拉链不贵，还送一杯咖啡。", "Mending a zip is cheap, and you get a cup of coffee with it."),
    ("别扔！", "Don't throw it away!"),
    ("王师傅闭着眼睛也能修好收音机。", "Master Wang can mend a radio even with his eyes closed."),
    ("这盏灯怎么了？", "What is wrong with this lamp?"),
    ("电线和开关都坏了。", "The cable and the switch are both broken."),
    ("别夹到手指！", "Don't pinch your fingers!"),
    ("谁有这个音乐盒的钥匙？", "Who has the key to this music box?"),
    ("奶奶的缝纫机比我们家的汽车还要老。", "Grandmother's sewing machine is even older than our car."),
    (
        "大家回家以后屋子里只听见钟表的声音。",
        "When everybody has gone home, only the clocks are heard in the room.",
    ),
)
"""With its English."""
