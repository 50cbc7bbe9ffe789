"""Texts of cases that nothing was tuned on until 28 November 2026: an old theatre, row by row in several languages.

Single results of them have been looked at since, so they may be developed on; `alignment_held_out` took their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

THEATRE_TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            "The old theatre opened its doors in 1887.",
            "A ticket for the gallery cost 3 shillings, and nobody paid twice.",
            "Silence!",
            "On the evening of the fire every seat had been sold.",
            "Who left the candle burning behind the curtain?",
            "Nearly 40% of the costumes were saved by the tailor.",
            "He threw them out of a small window, one after another, into the snow.",
            "Was anybody hurt?",
            "Only the clown, who broke his little finger.",
            "Miss Brown sang for the firemen until the morning came.",
            "Eleven years later a new roof was built by people from the village.",
            "The first play began at 7:30 sharp.",
            "Nobody slept.",
            "If you listen closely, you can still hear the wooden floor complain.",
        ),
        "de": (
            "Das alte Theater öffnete 1887 seine Türen.",
            "Eine Karte für die Galerie kostete 3 Schilling, und niemand zahlte zweimal.",
            "Ruhe!",
            "Am Abend des Brandes war jeder Platz verkauft.",
            "Wer hat die Kerze hinter dem Vorhang brennen lassen?",
            "Fast 40 % der Kostüme rettete der Schneider.",
            "Er warf sie eines nach dem anderen aus einem kleinen Fenster in den Schnee.",
            "Wurde jemand verletzt?",
            "Nur der Clown, der sich den kleinen Finger brach.",
            "Fräulein Brown sang für die Feuerwehrleute, bis der Morgen kam.",
            "Elf Jahre später bauten Leute aus dem Dorf ein neues Dach.",
            "Das erste Stück begann pünktlich um 7 Uhr 30.",
            "Niemand schlief.",
            "Wer genau hinhört, kann den Holzboden noch immer klagen hören.",
        ),
        "fr": (
            "Le vieux théâtre a ouvert ses portes en 1887.",
            "Un billet pour la galerie coûtait 3 shillings, et personne ne payait deux fois.",
            "Silence !",
            "Le soir de l'incendie, toutes les places étaient vendues.",
            "Qui a laissé brûler la bougie derrière le rideau ?",
            "Près de 40 % des costumes ont été sauvés par le tailleur.",
            "Il les a jetés par une petite fenêtre, l'un après l'autre, dans la neige.",
            "Quelqu'un a-t-il été blessé ?",
            "Seulement le clown, qui s'est cassé le petit doigt.",
            "Mademoiselle Brown a chanté pour les pompiers jusqu'au matin.",
            "Onze ans plus tard, des gens du village ont construit un nouveau toit.",
            "La première pièce a commencé à 7 heures 30 précises.",
            "Personne ne dormait.",
            "Si vous écoutez bien, vous entendrez encore le plancher se plaindre.",
        ),
        "cs": (
            "Staré divadlo otevřelo své dveře v roce 1887.",
            "Lístek na galerii stál 3 šilinky a nikdo neplatil dvakrát.",
            "Ticho!",
            "Večer, kdy vypukl požár, bylo každé místo prodané.",
            "Kdo nechal hořet svíčku za oponou?",
            "Skoro 40 % kostýmů zachránil krejčí.",
            "Házel je jeden po druhém malým oknem ven do sněhu.",
            "Zranil se někdo?",
            "Jenom klaun, který si zlomil malíček.",
            "Slečna Brownová zpívala hasičům až do rána.",
            "O jedenáct let později postavili lidé z vesnice novou střechu.",
            "První hra začala přesně v 7:30.",
            "Nikdo nespal.",
            "Kdo dobře poslouchá, ještě dnes slyší dřevěnou podlahu naříkat.",
        ),
        "fi": (
            "Vanha teatteri avasi ovensi vuonna 1887.",
            "Lippu parvelle maksoi 3 šillinkiä, eikä kukaan maksanut kahdesti.",
            "Hiljaa!",
            "Palon iltana jokainen paikka oli myyty.",
            "Kuka jätti kynttilän palamaan verhon taakse?",
            "Räätäli pelasti melkein 40 prosenttia puvuista.",
            "Hän heitti ne yksi kerrallaan pienestä ikkunasta lumeen.",
            "Loukkaantuiko kukaan?",
            "Vain pelle, joka mursi pikkusormensa.",
            "Neiti Brown lauloi palomiehille aamuun asti.",
            "Yksitoista vuotta myöhemmin kylän väki rakensi uuden katon.",
            "Ensimmäinen näytelmä alkoi tasan kello 7.30.",
            "Kukaan ei nukkunut.",
            "Kun kuuntelee tarkasti, kuulee yhä puulattian valittavan.",
        ),
    }
)

THEATRE_MANDARIN: tuple[tuple[str, str], ...] = (
    ("这家老剧院已经有一百多年了。", "This old theatre is more than a hundred years old."),
    ("那天晚上所有的票都卖完了。", "That evening all the tickets were sold."),
    ("安静！", "Silence!"),
    ("谁把蜡烛忘在窗户旁边了？", "Who forgot the candle beside the window?"),
    ("裁缝把很多衣服扔到雪地里。", "The tailor threw many of the clothes into the snow."),
    ("有没有人受伤？", "Was anybody hurt?"),
    ("只有一个演员摔断了手指。", "Only one actor broke his finger."),
    ("她给大家唱歌，一直唱到早上。", "She sang for everybody until the morning."),
    ("后来村里的人一起盖了新的屋顶。", "Later the people of the village built a new roof together."),
    ("如果你仔细听，还能听见地板的声音。", "If you listen closely, you can still hear the floor."),
)
"""With its English."""
