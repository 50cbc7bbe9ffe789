"""English words whose forms no stemmer brings together."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _by_form(rows: str) -> Mapping[str, str]:
    """Read “word=form,form …” into form → word."""
    pairs = (row.split("=") for row in rows.split())
    return MappingProxyType({form: word for word, forms in pairs for form in forms.split(",")})


BASIC_FORMS = _by_form(
    """
    build=built sell=sold buy=bought go=went,gone come=came take=took,taken give=gave,given make=made pay=paid
    eat=ate,eaten drink=drank,drunk sleep=slept find=found lose=lost win=won leave=left steal=stole,stolen
    break=broke,broken begin=began,begun write=wrote,written speak=spoke,spoken meet=met run=ran
    ride=rode,ridden drive=drove,driven fly=flew,flown fall=fell,fallen grow=grew,grown know=knew,known
    hold=held keep=kept bring=brought think=thought teach=taught catch=caught fight=fought sing=sang,sung
    swim=swam,swum sit=sat stand=stood tell=told feel=felt send=sent spend=spent lend=lent wear=wore,worn
    tear=tore throw=threw,thrown choose=chose,chosen freeze=froze,frozen wake=woke lead=led feed=fed
    bite=bit,bitten hide=hid,hidden shoot=shot strike=struck sink=sank,sunk rise=rose,risen lie=lay bend=bent
    hang=hung dig=dug man=men woman=women child=children,kids,kid person=people foot=feet tooth=teeth mouse=mice
    wife=wives life=lives knife=knives become=became draw=drew,drawn see=saw,seen color=colour,colours gray=grey
    meter=metre,metres liter=litre,litres center=centre theater=theatre harbor=harbour bicycle=bike,bikes
    picture=photo,photos television=tv mother=mum,mom father=dad grandmother=grandma grandfather=grandpa
    injure=hurt,injured
    """
)
"""Past tenses, plurals, British spellings and short forms → the word itself."""
