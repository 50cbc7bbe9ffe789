"""How words of several languages sound, letter by letter, in the phones of an English acoustic model.

A forced alignment only has to tell one word from the next, so the nearest English phone is enough: with these tables
PocketSphinx's English model puts 76 to 98 % of the words of nine languages within 50 ms of where a synthesiser began
them (`mmdemo.evaluation.alignment_generation`), where cross-attention puts 40 to 65 %. Of the others four sentences
each were tried, and 77 to 100 % lay so near.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

import regex

END = "$"
"""Behind letters that sound so at the end of a word only."""

_LATIN = """
a AA, b B, c K, d D, e EH, f F, g G, h HH, i IY, j Y, k K, l L, m M, n N, o AO, p P, q K, r R, s S, t T, u UW, v V,
w V, x K S, y IY, z Z, ch CH, sh SH, qu K
"""
_OWN: Mapping[str, str] = MappingProxyType(
    {
        "de": """ä EH, ö ER, ü UW, ß S, sch SH, ch HH, ei AY, ai AY, eu OY, äu OY, ie IY, au AW, v F, z T S, s Z, ss S,
        st SH T, sp SH P, ck K, ng NG, qu K V, tz T S, ph F, th T, ah AA, eh EY, oh OW, uh UW, ih IY, er$ ER, en$ AH N,
        e$ AH, ee EY, oo OW, aa AA, g$ K, d$ T, b$ P""",
        "es": """á AA, é EH, í IY, ó AO, ú UW, ñ N Y, ll Y, j HH, h, z S, ce S EH, ci S IY, ge HH EH, gi HH IY,
        gue G EH, gui G IY, que K EH, qui K IY, v B, rr R, ü W, ie Y EH, ue W EH, ua W AA, ia Y AA, io Y AO""",
        "fr": """é EY, è EH, ê EH, ë EH, à AA, â AA, î IY, ï IY, ô OW, û UW, ù UW, ç S, ou UW, oi W AA, ai EH, au OW,
        eau OW, eu ER, an AO N, en AO N, on AO N, in AE N, un AH N, ch SH, gn N Y, j ZH, ge ZH, gi ZH IY, ce S, ci S IY,
        h, e$, es$, ent$, s$, t$, d$, x$, p$, ill IY Y""",
        "it": """à AA, è EH, é EH, ì IY, ò AO, ù UW, h, ch K, gh G, ce CH EH, ci CH IY, ge JH EH, gi JH IY, cia CH AA,
        cio CH AO, gia JH AA, gio JH AO, gli L Y IY, gn N Y, sc S K, sce SH EH, sci SH IY, z T S, qu K W, cc K,
        cce CH EH, cci CH IY""",
        "nl": """ij AY, ei AY, ui AW, oe UW, ie IY, eu ER, ou AW, au AW, aa AA, ee EY, oo OW, uu UW, g HH, ch HH,
        sch S HH, ng NG, en$ AH, e$ AH""",
        "pl": """ą AO N, ć CH, ę EH N, ł W, ń N, ó UW, ś SH, ź ZH, ż ZH, sz SH, cz CH, rz ZH, ch HH, dz D Z, dź JH,
        dż JH, c T S, y IH, ci CH IY, si SH IY, zi ZH IY, ni N IY""",
        "pt": """ã AA N, õ AO N, ç S, á AA, â AA, à AA, é EH, ê EY, í IY, ó AO, ô OW, ú UW, lh L Y, nh N Y, ch SH, h,
        j ZH, ge ZH EH, gi ZH IY, ce S EH, ci S IY, rr HH, que K IY, ão AW N, ou OW""",
        "sv": "å AO, ä EH, ö ER, sj SH, skj SH, tj SH, ck K, ng NG, z S",
        "tr": "ç CH, ş SH, ğ, ı AH, ö ER, ü UW, c JH, j ZH, â AA, y Y",
        "cs": """á AA, č CH, ď D Y, é EH, ě Y EH, í IY, ň N Y, ó OW, ř R ZH, š SH, ť T Y, ú UW, ů UW, ý IY, ž ZH, c T S,
        ch HH, ou OW, dě D Y EH, tě T Y EH, ně N Y EH, di D Y IY, ti T Y IY, ni N Y IY""",
        "sk": """á AA, ä EH, č CH, ď D Y, é EH, í IY, ĺ L, ľ L Y, ň N Y, ó OW, ô W AO, ŕ R, š SH, ť T Y, ú UW, ý IY,
        ž ZH, c T S, ch HH, dz D Z, dž JH, ie Y EH, ia Y AA""",
        "fi": "ä AE, ö ER, å AO, aa AA, ää AE, ee EH, ii IY, oo AO, uu UW, yy UW, öö ER, y UW, ng NG, nk NG K, š SH",
        "hu": """á AA, é EY, í IY, ó OW, ö ER, ő ER, ú UW, ü UW, ű UW, a AO, c T S, cs CH, dzs JH, gy D Y, ly Y,
        ny N Y, s SH, sz S, ty T Y, zs ZH""",
        "ro": """ă AH, â IH, î IH, ș SH, ş SH, ț T S, ţ T S, j ZH, ce CH EH, ci CH IY, che K EH, chi K IY, ge JH EH,
        gi JH IY, ghe G EH, ghi G IY""",
        "hr": "č CH, ć CH, đ JH, dž JH, š SH, ž ZH, c T S, lj L Y, nj N Y",
        "id": "c CH, j JH, y Y, ng NG, ngg NG G, ny N Y, sy SH, kh HH",
        "da": "æ EH, ø ER, å AO, aa AO, ej AY, øj OY, sj SH, d$ DH, g$, er$ ER, e$ AH, c S, hv V, hj Y, y UW, z S",
        "no": "æ AE, ø ER, å AO, sj SH, skj SH, kj SH, tj SH, ei EY, øy OY, au AW, hv V, hj Y, gj Y, y UW, z S, d$",
        "uk": """а AA, б B, в V, г HH, ґ G, д D, е EH, є Y EH, ж ZH, з Z, и IH, і IY, ї Y IY, й Y, к K, л L, м M, н N,
        о AO, п P, р R, с S, т T, у UW, ф F, х HH, ц T S, ч CH, ш SH, щ SH CH, ь, ю Y UW, я Y AA, в$ W""",
        "el": """α AA, ά AA, β V, γ G, δ DH, ε EH, έ EH, ζ Z, η IY, ή IY, θ TH, ι IY, ί IY, ϊ IY, ΐ IY, κ K, λ L, μ M,
        ν N, ξ K S, ο AO, ό AO, π P, ρ R, σ S, ς S, τ T, υ IY, ύ IY, φ F, χ HH, ψ P S, ω AO, ώ AO, ου UW, ού UW, αι EH,
        αί EH, ει IY, εί IY, οι IY, οί IY, μπ B, ντ D, γκ G, γγ NG G, τσ T S, τζ D Z, ευ EH V, αυ AA V, εύ EH V,
        αύ AA V""",
        "ru": """а AA, б B, в V, г G, д D, е EH, ё AO, ж ZH, з Z, и IY, й Y, к K, л L, м M, н N, о AO, п P, р R, с S,
        т T, у UW, ф F, х HH, ц T S, ч CH, ш SH, щ SH, ъ, ы IH, ь, э EH, ю Y UW, я Y AA, о$ AH, а$ AH, в$ F, г$ K, д$ T,
        б$ P, з$ S, его$ EH V AO, ого$ AO V AO""",
    }
)
_INITIALS = """
b B, p P, m M, f F, d D, t T, n N, l L, g G, k K, h HH, j JH, q CH, x SH, zh JH, ch CH, sh SH, r R, z D Z, c T S, s S
"""
_FINALS = """
a AA, o AO, e AH, i IY, u UW, ü UW, ai AY, ei EY, ao AW, ou OW, an AE N, en AH N, ang AA NG, eng AH NG, ong UH NG,
er ER, ia Y AA, ie Y EH, iao Y AW, iou Y OW, ian Y EH N, in IY N, iang Y AA NG, ing IY NG, iong Y UH NG, ua W AA,
uo W AO, uai W AY, uei W EY, uan W AA N, uen W AH N, uang W AA NG, ueng W AH NG, üe Y EH, üan Y AE N, ün Y IH N
"""
_BUZZED = frozenset({"zh", "ch", "sh", "r", "z", "c", "s"})
"""Initials behind which “i” is no vowel of its own."""
_NO_LETTER = regex.compile(r"[^\p{L}]")

LANGUAGES = frozenset({*_OWN, "zh"})
"""ISO 639-1 codes of the languages that can be read here."""


@cache
def _read(table: str) -> Mapping[str, str]:
    entries = (entry.split() for entry in table.split(","))
    return MappingProxyType({letters: " ".join(phones) for letters, *phones in entries})


@lru_cache(maxsize=len(LANGUAGES))
def _sounds(language: str) -> Mapping[str, str]:
    return MappingProxyType({**_read(_LATIN), **_read(_OWN[language])})


def phones(word: str, language: str) -> str:
    """Say how a word sounds.

    Args:
        word: lower-case; of Chinese any number of characters.
        language: one of `LANGUAGES`.

    Returns:
        Phones of CMUdict with blanks between them; "" when the word cannot be read.
    """
    letters = _NO_LETTER.sub("", unicodedata.normalize("NFC", word.lower()))
    return _mandarin(letters) if language == "zh" else _spelled(letters, _sounds(language))


def _spelled(letters: str, sounds: Mapping[str, str]) -> str:
    """Read the longest letters that are known, again and again; unknown signs are passed over."""
    longest = max(map(len, sounds))
    found: list[str] = []
    at = 0
    while at < len(letters):
        for behind in range(min(at + longest, len(letters)), at, -1):
            part = letters[at:behind]
            ending = part + END if behind == len(letters) else part
            sound = sounds.get(ending, sounds.get(part))
            if sound is not None:
                found.append(sound)
                at = behind
                break
        else:
            at += 1
    return " ".join(filter(None, found))


def _mandarin(characters: str) -> str:
    from pypinyin import Style, lazy_pinyin

    initials, finals = _read(_INITIALS), _read(_FINALS)
    first = lazy_pinyin(characters, style=Style.INITIALS, errors="ignore", strict=True)
    last = lazy_pinyin(characters, style=Style.FINALS, errors="ignore", strict=True)
    found: list[str] = []
    for initial, final in zip(first, last, strict=False):
        vowel = "IH" if initial in _BUZZED and final == "i" else finals.get(final, "AH")
        found += [initials.get(initial, ""), vowel]
    return " ".join(filter(None, found))
