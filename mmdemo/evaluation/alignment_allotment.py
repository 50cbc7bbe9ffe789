"""Texts of cases that nothing was tuned on until 29 November 2026 at night: allotments, row by row in some languages.

Single results of them have been looked at since, so they may be developed on; `alignment_held_out` took their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ALLOTMENT_TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": (
            "The allotments behind the railway were laid out in 1936.",
            "The rent is 85 euros a year, and the water is free.",
            "Look at that!",
            "Mrs. Lindgren has the tallest sunflowers of us all.",
            "Who watered the beans while you were away?",
            "My neighbour, and he also ate every single strawberry.",
            "Almost 70% of the seeds came up in the first week.",
            "Mind the hedgehog!",
            "In July we eat at the long table under the apple tree until it is dark, and everybody brings a dish.",
            "The gate is locked at 9:45 in the evening.",
            "Why do the slugs only eat my lettuce?",
            "Bad luck.",
            "We planted the cherry tree on the day our son was born.",
            "In winter the whole garden fits into one drawer full of little paper bags.",
        ),
        "de": (
            "Die Schrebergärten hinter der Bahn wurden 1936 angelegt.",
            "Die Pacht beträgt 85 Euro im Jahr, und das Wasser ist umsonst.",
            "Schau mal!",
            "Frau Lindgren hat von uns allen die höchsten Sonnenblumen.",
            "Wer hat die Bohnen gegossen, während du weg warst?",
            "Mein Nachbar, und er hat auch jede einzelne Erdbeere gegessen.",
            "Fast 70 % der Samen keimten in der ersten Woche.",
            "Vorsicht, ein Igel!",
            "Im Juli essen wir am langen Tisch unter dem Apfelbaum, bis es dunkel ist, und jeder bringt etwas mit.",
            "Das Tor wird abends um 9 Uhr 45 abgeschlossen.",
            "Warum fressen die Schnecken nur meinen Salat?",
            "Pech gehabt.",
            "Den Kirschbaum haben wir an dem Tag gepflanzt, an dem unser Sohn geboren wurde.",
            "Im Winter passt der ganze Garten in eine Schublade voller kleiner Papiertüten.",
        ),
        "fr": (
            "Les jardins ouvriers derrière la voie ferrée ont été créés en 1936.",
            "Le loyer est de 85 euros par an, et l'eau est gratuite.",
            "Regarde !",
            "De nous tous, c'est madame Lindgren qui a les plus grands tournesols.",
            "Qui a arrosé les haricots pendant ton absence ?",
            "Mon voisin, et il a aussi mangé toutes les fraises jusqu'à la dernière.",
            "Presque 70 % des graines ont germé la première semaine.",
            "Attention au hérisson !",
            "En juillet, nous mangeons à la longue table sous le pommier jusqu'à la nuit, et chacun apporte un plat.",
            "Le portail est fermé à clé à 21 heures 45.",
            "Pourquoi les limaces ne mangent-elles que ma salade ?",
            "Pas de chance.",
            "Nous avons planté le cerisier le jour où notre fils est né.",
            "En hiver, tout le jardin tient dans un tiroir plein de petits sachets en papier.",
        ),
        "pt": (
            "As hortas atrás da linha do comboio foram criadas em 1936.",
            "A renda é de 85 euros por ano, e a água é gratuita.",
            "Olha só!",
            "A senhora Lindgren tem os girassóis mais altos de todos nós.",
            "Quem regou os feijões enquanto estavas fora?",
            "O meu vizinho, e ele também comeu os morangos todos.",
            "Quase 70% das sementes germinaram na primeira semana.",
            "Cuidado com o ouriço!",
            "Em julho comemos à mesa comprida debaixo da macieira até escurecer, e cada um traz um prato.",
            "O portão é fechado à chave às 9:45 da noite.",
            "Porque é que as lesmas só comem a minha alface?",
            "Que azar.",
            "Plantámos a cerejeira no dia em que o nosso filho nasceu.",
            "No inverno o jardim inteiro cabe numa gaveta cheia de saquinhos de papel.",
        ),
        "sv": (
            "Koloniträdgårdarna bakom järnvägen anlades 1936.",
            "Arrendet är 85 euro om året, och vattnet är gratis.",
            "Titta där!",
            "Fru Lindgren har de högsta solrosorna av oss alla.",
            "Vem vattnade bönorna medan du var borta?",
            "Min granne, och han åt också upp varenda jordgubbe.",
            "Nästan 70 % av fröna grodde den första veckan.",
            "Akta igelkotten!",
            "I juli äter vi vid långbordet under äppelträdet tills det är mörkt, och alla tar med sig en rätt.",
            "Grinden låses klockan 9.45 på kvällen.",
            "Varför äter sniglarna bara min sallad?",
            "Vilken otur.",
            "Vi planterade körsbärsträdet den dag då vår son föddes.",
            "På vintern ryms hela trädgården i en låda full av små papperspåsar.",
        ),
    }
)

ALLOTMENT_MANDARIN: tuple[tuple[str, str], ...] = (
    ("铁路后面有一片小菜园。", "Behind the railway there are small vegetable gardens."),
    ("水不要钱，可是要自己去提。", "The water is free, but you have to carry it yourself."),
    ("快看！", "Look!"),
    ("她的向日葵比房子还高。", "Her sunflowers are even taller than the house."),
    ("你不在的时候谁给豆子浇水？", "Who waters the beans while you are away?"),
    ("邻居把我的草莓都吃光了。", "The neighbour has eaten all my strawberries."),
    ("小心脚下的刺猬！", "Mind the hedgehog at your feet!"),
    ("为什么虫子只吃我的白菜？", "Why do the insects only eat my cabbage?"),
    ("儿子出生那天，我们栽了一棵樱桃树。", "On the day our son was born we planted a cherry tree."),
    ("夏天我们在苹果树下吃饭，一直吃到天黑。", "In summer we eat under the apple tree until it gets dark."),
)
"""With its English."""
