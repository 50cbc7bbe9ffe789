"""What people say for the signs around numbers, and for abbreviations, by language."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class NumberSpeech:
    """How one language reads numbers aloud."""

    signs: dict[str, str] = field(default_factory=dict)  # “.” stands for the decimal sign
    comma_decimal: bool = False  # “1.000,5” and not “1,000.5”
    currencies: dict[str, str] = field(default_factory=dict)  # sign → what is said for several of it
    units: dict[str, str] = field(default_factory=dict)  # right behind a number
    scales: dict[str, str] = field(default_factory=dict)  # words that stand between an amount and its currency
    ordinal_endings: tuple[str, ...] = ()  # what turns digits into an ordinal
    left_out: tuple[str, ...] = ()  # words of a spelled number that many speakers leave out
    abbreviations: dict[str, str] = field(default_factory=dict)  # lower case, with their dots


def _table(entries: str) -> dict[str, str]:
    """Read “sign=what is said; …”; a word that is said as it stands has no “=”."""
    parts = (entry.partition("=") for entry in entries.split("; "))
    return {sign: said or sign for sign, _, said in parts}


ENGLISH = NumberSpeech(
    signs=_table(".=point; %=percent; ‰=per mille; -=minus; °=degrees; &=and; +=plus"),
    currencies=_table(
        "$=dollars; £=pounds; €=euros; ¥=yen; ₹=rupees; ₩=won; ¢=cents; ₽=rubles; ฿=baht; ₺=lira; ₪=shekels; ₴=hryvnia"
    ),
    units=_table(
        "km=kilometers; cm=centimeters; mm=millimeters; kg=kilograms; mg=milligrams; ml=milliliters; "
        "m=meters; g=grams; km/h=kilometers per hour; mph=miles per hour; ft=feet; lb=pounds; lbs=pounds; "
        "oz=ounces; hz=hertz; khz=kilohertz; mhz=megahertz; ghz=gigahertz; gb=gigabytes; mb=megabytes; "
        "kb=kilobytes; tb=terabytes; kw=kilowatts; mw=megawatts; bn=billion"
    ),
    scales=_table("hundred; thousand; million; billion; trillion; bn=billion; m=million; k=thousand"),
    ordinal_endings=tuple("st nd rd th".split()),
    left_out=("and",),
    abbreviations=_table(
        "mr=mister; mrs=missus; ms=miz; dr=doctor; prof=professor; vs=versus; etc.=et cetera; jr.=junior; "
        "sr.=senior; gov.=governor; sen.=senator; gen.=general; capt.=captain; sgt.=sergeant; "
        "lt.=lieutenant; approx.=approximately; dept.=department; ave.=avenue; blvd.=boulevard; e.g.=for "
        "example; i.e.=that is"
    ),
)

GERMAN = NumberSpeech(
    signs=_table(".=Komma; %=Prozent; ‰=Promille; -=minus; °=Grad; &=und; +=plus"),
    comma_decimal=True,
    currencies=_table("$=Dollar; £=Pfund; €=Euro; ¥=Yen; ₹=Rupien; ₽=Rubel; ₩=Won"),
    units=_table(
        "km=Kilometer; cm=Zentimeter; mm=Millimeter; kg=Kilogramm; mg=Milligramm; ml=Milliliter; m=Meter; "
        "g=Gramm; km/h=Kilometer pro Stunde"
    ),
    scales=_table("Tausend; tausend; Million; Millionen; Mio.=Millionen; Milliarde; Milliarden; Mrd.=Milliarden"),
    abbreviations=_table(
        "z.b.=zum Beispiel; z. b.=zum Beispiel; d.h.=das heißt; d. h.=das heißt; usw.=und so weiter; "
        "u.a.=unter anderem; bzw.=beziehungsweise; ca.=circa; dr.=Doktor; prof.=Professor; hr.=Herr; "
        "fr.=Frau; nr.=Nummer; mio.=Millionen; mrd.=Milliarden; evtl.=eventuell; ggf.=gegebenenfalls"
    ),
)

FRENCH = NumberSpeech(
    signs=_table(".=virgule; %=pour cent; ‰=pour mille; -=moins; °=degrés; &=et; +=plus"),
    comma_decimal=True,
    currencies=_table("$=dollars; £=livres; €=euros; ¥=yens; ₽=roubles"),
    units=_table(
        "km=kilomètres; cm=centimètres; mm=millimètres; kg=kilogrammes; mg=milligrammes; ml=millilitres; "
        "m=mètres; g=grammes; km/h=kilomètres heure"
    ),
    scales=_table("mille; million; millions; milliard; milliards"),
    ordinal_endings=tuple("er re ère e ème nd nde".split()),
    abbreviations=_table(
        "mme=madame; mlle=mademoiselle; mm.=messieurs; m.=monsieur; dr=docteur; etc.=et cetera; st=saint; "
        "ste=sainte; c.-à-d.=c'est-à-dire"
    ),
)

SPANISH = NumberSpeech(
    signs=_table(".=coma; %=por ciento; ‰=por mil; -=menos; °=grados; &=y; +=más"),
    comma_decimal=True,
    currencies=_table("$=dólares; £=libras; €=euros; ¥=yenes"),
    units=_table(
        "km=kilómetros; cm=centímetros; mm=milímetros; kg=kilogramos; mg=miligramos; ml=mililitros; m=metros; g=gramos"
    ),
    scales=_table("mil; millón; millones; millardos"),
    ordinal_endings=tuple("º ª ° .º .ª o a er".split()),
    abbreviations=_table(
        "sr.=señor; sra.=señora; srta.=señorita; dr.=doctor; dra.=doctora; ud.=usted; uds.=ustedes; "
        "etc.=etcétera; ee.uu.=estados unidos; ee. uu.=estados unidos; p. ej.=por ejemplo"
    ),
)

ITALIAN = NumberSpeech(
    signs=_table(".=virgola; %=per cento; ‰=per mille; -=meno; °=gradi; &=e; +=più"),
    comma_decimal=True,
    currencies=_table("$=dollari; £=sterline; €=euro; ¥=yen"),
    units=_table(
        "km=chilometri; cm=centimetri; mm=millimetri; kg=chilogrammi; mg=milligrammi; ml=millilitri; m=metri; g=grammi"
    ),
    scales=_table("mila; milione; milioni; miliardo; miliardi"),
    ordinal_endings=tuple("º ª °".split()),
    abbreviations=_table(
        "sig.=signor; sig.ra=signora; dott.=dottor; dott.ssa=dottoressa; prof.=professor; ecc.=eccetera; es.=esempio"
    ),
)

PORTUGUESE = NumberSpeech(
    signs=_table(".=vírgula; %=por cento; ‰=por mil; -=menos; °=graus; &=e; +=mais"),
    comma_decimal=True,
    currencies=_table("R$=reais; $=dólares; £=libras; €=euros; ¥=ienes"),
    units=_table(
        "km=quilômetros; cm=centímetros; mm=milímetros; kg=quilogramas; mg=miligramas; ml=mililitros; "
        "m=metros; g=gramas"
    ),
    scales=_table("mil; milhão; milhões; bilhão; bilhões"),
    ordinal_endings=tuple("º ª ° .º .ª o a".split()),
    abbreviations=_table("sr.=senhor; sra.=senhora; dr.=doutor; dra.=doutora; etc.=et cetera; vc=você"),
)

DUTCH = NumberSpeech(
    signs=_table(".=komma; %=procent; ‰=promille; -=min; °=graden; &=en; +=plus"),
    comma_decimal=True,
    currencies=_table("$=dollar; £=pond; €=euro; ¥=yen"),
    units=_table(
        "km=kilometer; cm=centimeter; mm=millimeter; kg=kilogram; mg=milligram; ml=milliliter; m=meter; g=gram"
    ),
    scales=_table("duizend; miljoen; miljard"),
    ordinal_endings=tuple("e ste de".split()),
    abbreviations=_table(
        "bijv.=bijvoorbeeld; bv.=bijvoorbeeld; d.w.z.=dat wil zeggen; enz.=enzovoort; dhr.=de heer; "
        "mevr.=mevrouw; dr.=dokter; o.a.=onder andere"
    ),
)

RUSSIAN = NumberSpeech(
    signs=_table(".=запятая; %=процентов; -=минус; °=градусов; &=и; +=плюс"),
    comma_decimal=True,
    currencies=_table("$=долларов; €=евро; ₽=рублей; £=фунтов; ¥=иен"),
    scales=_table(
        "тысяч; тысячи; тысяча; миллион; миллиона; миллионов; миллиард; миллиардов; млн=миллионов; млрд=миллиардов"
    ),
    abbreviations=_table("т.е.=то есть; и т.д.=и так далее; т.к.=так как; млн=миллионов; млрд=миллиардов"),
)

JAPANESE = NumberSpeech(
    signs=_table(".=点; %=パーセント; -=マイナス; °=度; +=プラス"),
    currencies=_table("$=ドル; €=ユーロ; ¥=円; ￥=円; £=ポンド"),
    units=_table(
        "km=キロメートル; cm=センチメートル; mm=ミリメートル; kg=キログラム; mg=ミリグラム; ml=ミリリットル; "
        "m=メートル; g=グラム"
    ),
)

KOREAN = NumberSpeech(
    signs=_table(".=점; %=퍼센트; -=마이너스; °=도; +=플러스"),
    currencies=_table("$=달러; €=유로; ₩=원; ¥=엔"),
)

NEUTRAL = NumberSpeech()
"""For languages without a table here: numbers become words where num2words knows them, signs are passed over."""

COMMA_DECIMAL = frozenset(
    "az be bg bs ca cs da el es et eu fi fo fr gl hr hu hy id is it ka kk lt lv mk nb nl nn no pl pt ro ru sk sl sq sr"
    " sv tg tr uk uz vi".split()
)
"""Languages that write “1.000,5” (Unicode CLDR, number symbols of each language)."""

SPEECH = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
    "ru": RUSSIAN,
    "ja": JAPANESE,
    "ko": KOREAN,
}

SPACE_GROUPED = frozenset("be bg cs et fi fr hu hy ka kk lt lv nb nn no pl ru sk sq sv uk uz".split())
"""Of these, languages that write “1 000” (ibid.)."""


def number_speech(language: str) -> NumberSpeech:
    """Return how a language reads numbers.

    Args:
        language: ISO 639-1 code.

    Returns:
        Its table, or an empty one that at least knows the decimal sign.
    """
    known = SPEECH.get(language)
    if known is not None:
        return known
    return NumberSpeech(comma_decimal=True) if language in COMMA_DECIMAL else NEUTRAL
