"""The forms of English answers: names, numbers, times, places, people, reasons, as patterns."""

from __future__ import annotations

import regex

from mmdemo.tasks.question_kinds import QuestionKind

_UNIT_NUMBERS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|"
    "eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion|dozen"
)
_ORDINALS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
    "sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
)
_NUMBER = (
    rf"(?:(?:minus |\p{{Sc}})?\d[\d,.]*\d|(?:minus |\p{{Sc}})?\d|(?:minus )?\b(?:{_UNIT_NUMBERS})\b)"
    rf"(?:[ -](?:and )?(?:\b(?:{_UNIT_NUMBERS})\b))*(?: and a half)?"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_TIME_UNITS = "seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies)|weekends?|seasons?"
_DAY_PARTS = "morning|afternoon|evening|night|noon|midnight|spring|summer|autumn|fall|winter|Christmas|Easter|dawn|dusk"
_CLOCK = (
    rf"(?:(?:a )?(?:quarter|half|{_UNIT_NUMBERS})(?: minutes)? (?:past|to|after|before) (?:{_UNIT_NUMBERS}|\d+)"
    rf"|\d{{1,2}}[:.]\d{{2}}(?: ?[ap]\.?m\.?)?|(?:{_NUMBER}) (?:o['’]clock|[ap]\.?m\.?)|\d{{1,2}} ?[ap]\.?m\.?)"
)
_DATE = (
    rf"(?:(?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?|(?:twenty|thirty)?[ -]?(?:{_ORDINALS})) (?:of )?(?:{_MONTHS})"
    rf"|(?:{_MONTHS}) (?:the )?(?:\d{{1,2}}(?:st|nd|rd|th)?\b|(?:twenty|thirty)?[ "
    rf"-]?(?:{_ORDINALS}))|(?:{_MONTHS})\b)(?:,? \d{{4}})?"
)
_WHEN = (
    rf"(?:{_CLOCK}|{_DATE}|\b(?:1[0-9]\d\d|20\d\d)s?\b"
    rf"|(?:(?:every|last|next|this|on|each) )?(?:{_DAYS})s?(?: (?:{_DAY_PARTS}))?"
    rf"|(?:every|last|next|this|the (?:following|previous|next|same)|each) (?:{_TIME_UNITS}|{_DAY_PARTS})"
    rf"|(?:in|during|at|since|until|by) (?:the )?(?:early |late )?(?:{_DAY_PARTS})(?: of \d{{4}})?"
    rf"|\b(?:today|tomorrow|yesterday|tonight)(?: (?:{_DAY_PARTS}))?|(?:{_NUMBER}) "
    rf"(?:{_TIME_UNITS}) (?:ago|later|earlier)"
    rf"|\bafter the \w+|\bwhen \w+ (?:is|was|were|are) \w+)(?:(?:,? (?:at|in|on|of) |,? )"
    rf"(?:{_CLOCK}|{_DATE}|\d{{4}}\b|(?:the )?(?:{_DAY_PARTS})))*"
)
_AMOUNT_UNITS = (
    r"(?:(?:percent|per cent|%|degrees?(?: (?:Celsius|Fahrenheit))?|dollars?|pounds?|euros?|cents?|yen|yuan|"
    r"(?:kilo|centi|milli)?(?:meters?|metres?|grams?|liters?|litres?)|miles?|feet|foot|"
    r"inch(?:es)?|tons?|tonnes?|years? old|years?|kilos?|"
    r"acres?|square \w+|kilometers per hour|miles per hour|km|cm|mm|kg|m)\b)"
)
_COLOURS = (
    r"\b(?:(?:dark|light|bright|pale|deep) )?(?:red|orange|yellow|green|blue|purple|"
    r"violet|pink|brown|black|white|gr[ae]y|gold(?:en)?|silver|"
    r"beige|turquoise|crimson|blond|tan)\b(?:(?: and|,) (?:red|orange|yellow|green|blue|"
    r"purple|pink|brown|black|white|gr[ae]y)\b)?"
)
_PREPOSITION = (
    r"(?:in front of|next to|on top of|close to|at the (?:end|edge|side|bottom|top) of|in|"
    r"at|on|to|from|near|into|onto|behind|beside|under|"
    r"inside|outside|between|along|over|across|through|above|below|around|by|off|towards?)"
)
_PHRASE_END = (
    r"(?=$|[,.;:!?]| (?:and|but|or|who|which|that|where|when|while|because|if|as|before|"
    r"after|so|with|for|is|are|was|were|has|have|had|"
    r"will|can|would|to|by|from|on|at|in|near|every|last|next|this|you|he|she|it|we|they|i|I|there)\b)"
)
_PLACE = (
    rf"\b{_PREPOSITION} (?!(?:{_MONTHS}|{_DAYS}|\d{{4}}|order|fact|general|least|all|once)"
    rf"\b)(?:\S+ ){{0,4}}?\S+?{_PHRASE_END}"
)
_NAME = (
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? |(?:Doctor|Captain|Professor|President|King|Queen|Sir|"
    r"Lady|General|Judge|Father|Mother|Uncle|Aunt) )?"
    r"\p{Lu}[\p{L}'’-]+(?: (?:de |van |von |of |the )?\p{Lu}[\p{L}'’-]*\.?)*"
)
_PEOPLE = (
    r"(?:man|men|woman|women|boys?|girls?|child|children|kids?|baby|babies|people|person|"
    r"persons|guys?|lady|ladies|couple|family|families|"
    r"crowd|group|team|mother|father|sister|brother|daughter|son|grandmother|grandfather|"
    r"wife|husband|friends?|neighbou?rs?|students?|"
    r"police|nobody|everybody|somebody|everyone|dogs?|cats?|"
    r"(?!(?:water|paper|corner|winter|summer|river|weather|dinner|computer|flower|tower|"
    r"letter|number|other|another|after|under|over|"
    r"border|center|meter|liter|power|paper|butter|silver|shoulder|ladder|counter|master|"
    r"theater|chapter|matter|color|floor|door|mirror|"
    r"motor|tractor|outdoor|indoor|elephant|restaurant|plant|giant|instant|constant|"
    r"important|sweater|trailer|scooter|helicopter|"
    r"trailer|either|together|rather|whether|never|ever|however|later|bigger|smaller|"
    r"larger|older|younger|higher|lower|longer)s?\b)"
    r"\p{Ll}{3,}(?:ers|er|ors|or|ists|ist|ians|ian|ants|ant))"
)
_PERSON = rf"\b(?:(?:an?|the|his|her|my|our|their|some|many|{_UNIT_NUMBERS}|\d+) )(?:[\p{{Ll}}-]+ ){{0,3}}?{_PEOPLE}\b"
_CALLED = rf"\b(?:called|named|name is|name was|name['’]s|names are|I am|I['’]m|this is) (?P<span>{_NAME})"
_REASON = (
    r"\b(?:because(?: of)?|due to|as a result of|thanks to|in order to|so that|since "
    r"(?=\p{Ll}+ (?:is|was|were|are))) ?(?P<span>.+?)(?=[.!?]|$)"
)
_PURPOSE = r"\b(?P<span>(?:to|for) \p{Ll}+.*?)(?=[.,!?]|$)"

SPAN_PATTERNS: dict[QuestionKind, tuple[tuple[float, regex.Pattern[str]], ...]] = {
    kind: tuple((fit, regex.compile(pattern, flags)) for fit, pattern, flags in rows)  # type: ignore[misc]
    for kind, rows in {
        "who": ((1.0, _CALLED, 0), (0.9, _NAME, 0), (0.6, _PERSON, regex.IGNORECASE)),
        "when": ((1.0, _WHEN, regex.IGNORECASE),),
        "where": ((1.0, _PLACE, 0), (0.5, _NAME, 0)),
        "how_many": (
            (1.0, rf"\b(?:once|twice|(?:{_NUMBER}) times)(?: (?:an?|every|per) \w+)?\b", regex.IGNORECASE),
            (1.0, _NUMBER, regex.IGNORECASE),
            (0.4, r"\b(?:an?|several|many|no|some|both)\b", 0),
        ),
        "how_much": (
            (1.0, rf"(?:\p{{Sc}} ?{_NUMBER}|{_NUMBER}[ -]?{_AMOUNT_UNITS})", regex.IGNORECASE),
            (0.8, _NUMBER, regex.IGNORECASE),
        ),
        "how_long": (
            (1.0, rf"(?:{_NUMBER}|an?|several|many|a few|half an?)(?: more)?[ -](?:{_TIME_UNITS})\b", regex.IGNORECASE),
            (0.5, _NUMBER, regex.IGNORECASE),
        ),
        "colour": ((1.0, _COLOURS, regex.IGNORECASE),),
        "why": ((1.0, _REASON, regex.IGNORECASE), (0.4, _PURPOSE, 0)),
    }.items()
}
"""For each kind of question the forms of an answer, with how well a form fits."""

NUMBER_PATTERN = regex.compile(_NUMBER, regex.IGNORECASE)
NEGATION = regex.compile(r"\b(?:not|no|never|nobody|none|nothing|neither|without|cannot)\b|n['’]t\b", regex.IGNORECASE)
CALENDAR = regex.compile(rf"\b(?:{_MONTHS}|{_DAYS})\b")
