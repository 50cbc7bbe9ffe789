"""How English shows what is asked for: patterns, tried in order."""

from __future__ import annotations

import re

from mmdemo.tasks.question_kinds import Patterns, QuestionKind, Relation

_AUXILIARY = (
    r"(?:is|are|was|were|am|do|does|did|can|could|will|would|has|have|had|should|shall|may|might|must|ain't|"
    r"(?:is|are|was|were|do|does|did|ca|could|wo|would|has|have|had|should)n['’]t)"
)
_MEDIA = (
    r"(?:picture|image|photo(?:graph)?|recording|audio|video|clip|file|podcast|talk|speech|scene|frame|sound ?track)s?"
)
_ASKING = r"\b(?:what|who|whom|whose|which|why|how|when|where)\b"
_SPEECH = (
    r"(?:sa(?:y|ys|id|ying)|mention(?:s|ed|ing)?|talk(?:s|ed|ing)? (?:about|of)|spe(?:ak|"
    r"aks|aking)|spoke|spoken|discuss(?:es|ed|ing)?|tells?|told|announce[sd]?|call(?:s|ed)"
    r"? out)"
)

ENGLISH_KINDS: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))  # type: ignore[misc]
    for kind, pattern in (
        ("transcript", r"\b(?:transcri(?:be|pt|ption)|word for word|verbatim)\b"),
        (
            "transcript",
            r"^what(?:['’]s| is| are| was| were| do(?:es)?| did|ever)?\b.{0,40}?\b(?:being )"
            r"?(?:said|say|saying|spoken)$",
        ),
        (
            "describe",
            r"^(?:describe|summari[sz]e|caption|sum up|outline)\b|\b(?:summary|gist|overview|"
            r"description) of\b",
        ),
        (
            "describe",
            rf"^what(?:['’]s| is| are| was)? (?:this|it|that|the {_MEDIA}|this {_MEDIA}|all this) "
            rf"(?:all )?about$",
        ),
        ("describe", rf"^what(?:['’]s| is| was)? (?:going on|happening)(?: here)?(?: in (?:this|the) {_MEDIA})?$"),
        ("describe", rf"^what (?:can|do|could) (?:you|we|i) see(?: here| in (?:this|the) {_MEDIA})?$"),
        ("describe", rf"^what (?:does|do) (?:this|these|the|it) ?(?:{_MEDIA})? ?(?:show|depict|contain)$"),
        ("describe", rf"^what(?:['’]s| is| are)? (?:there )?(?:in|on) (?:this|the|these) {_MEDIA}$"),
        (
            "describe",
            rf"^(?:tell me )?about (?:this|the) {_MEDIA}$|^what happens(?: here)?(?: in (?:this|"
            rf"the) {_MEDIA})?$",
        ),
        (
            "sound",
            r"\b(?:what|which)(?:['’]s| is| are| was| were| kind of| sort of| type of)"
            r"?\b.{0,30}?\b(?:sounds?|noises?)\b(?! like)",
        ),
        (
            "sound",
            r"\bwhat (?:can|do|could|did) (?:you|we|i|one) hear\b|\bwhat (?:can|could) be heard\b|"
            r"\bwhat am i hearing\b",
        ),
        (
            "sound",
            r"\bwhat (?:is )?mak(?:es|ing) (?:this|that|the|these) (?:sound|noise)|\bwhat (?:does|"
            r"do) (?:it|this) sound like$",
        ),
        ("sound", r"^(?:identify|name|classify) (?:this|the) (?:sound|noise)"),
        ("colour", r"\b(?:what|which)(?:['’]s| is| are)?(?: the)? colou?rs?\b"),
        (
            "how_long",
            r"\bhow long\b|\bhow (?:many|much) (?:time|seconds|minutes|hours|days|weeks|months|"
            r"years)\b|\bwhat (?:is|was) the duration\b",
        ),
        (
            "how_many",
            r"\bhow many\b|\b(?:what is|what was|what['’]s|tell me|give me)? ?(?:the )?(?:number|"
            r"count) of\b|^count\b|\bhow often\b",
        ),
        (
            "how_much",
            r"\bhow (?:much|tall|high|far|fast|old|big|large|deep|heavy|wide|thick|hot|cold|warm|"
            r"loud|steep)\b",
        ),
        (
            "how_much",
            r"\bwhat(?:['’]s| is| was| are| were)? the (?:price|cost|weight|height|depth|distance|"
            r"speed|temperature|age|size|fee|salary|amount|percentage|total)\b",
        ),
        ("when", rf"^(?:(?!{_ASKING}).)*\bwhen\b"),
        (
            "when",
            r"\b(?:what|which) (?:time|year|date|day|month|century|decade|hour|weekday|season|"
            r"moment|second|minute)\b",
        ),
        (
            "when",
            r"\bat (?:what|which) (?:point|moment|second|minute|time|timestamp)\b|\btime "
            r"?stamps?\b|\b(?:since|until|till|by) when\b",
        ),
        ("when", rf"\bwhere in (?:this|the) {_MEDIA}\b"),
        (
            "why",
            r"^why\b|\bwhy\b|\bhow come\b|\b(?:for )?what reasons?\b|\bwhat(?:['’]s| is| was| "
            r"were)? the (?:reason|cause|purpose)\b|\bwhat (?:caused|causes)\b",
        ),
        (
            "where",
            rf"^(?:(?!{_ASKING}).)*\bwhere\b|\b(?:what|which) (?:place|city|country|town|village|"
            rf"street|room|location|island|continent|floor|station|building)\b",
        ),
        (
            "who",
            r"\bwho(?:m|se)?\b(?!le)|\bwho['’]s\b|\bwhat(?:['’]s| is| was| are| were) (?:[\w "
            r"]{1,30}['’]s?|his|her|their|my|your|its) (?:first |last |full )?name\b",
        ),
        (
            "who",
            r"\bwhat(?:['’]s| is| was| are| were) the (?:first |last |full )?names? of\b|"
            r"\b(?:what|which) (?:person|people|man|woman|boy|girl|player|author|artist|singer|"
            r"scientist|president)\b",
        ),
        ("who", r"^what (?:is|was|are|were) (?:[\w]+ ){1,4}(?:called|named)$|^what do (?:they|we|you|people) call\b"),
        ("which", r"\bwhich\b|\bwhat one\b"),
        (
            "before_after",
            r"^what(?:['’]s| is| was| comes| came| happens| happened| will happen)? (?:next|"
            r"afterwards?|before that|after that)$",
        ),
        ("what", r"\bwhat\b|\bwhat['’]s\b"),
        ("how", r"\bhow\b"),
        (
            "yes_no",
            rf"^{_AUXILIARY}\b|^(?:any|anybody|anyone)\b|^true or false\b|[,;] ?(?:right|correct|"
            rf"yes|no|{_AUXILIARY} \w+)$",
        ),
    )
)
"""Patterns over lower-case text without lead-in and end mark; the first that is found decides."""

ENGLISH_LEAD_IN = re.compile(
    r"^(?:(?:please|hey|hi|hello|so|and|ok(?:ay)?|well|now|then|but|um|uh|excuse me|sorry)[,! ]+"
    r"|(?:can|could|would|will) you (?:please |kindly |maybe )?(?:tell|show|explain to|say to) (?:me|us)(?: about)? "
    r"|(?:tell|show) (?:me|us)(?: please)?[:,]? (?=what|who|when|where|why|how|which|if|whether)"
    r"|(?:do|does) (?:you|anybody|anyone) (?:know|remember) (?=what|who|when|where|why|how|which|if|whether)"
    r"|i(?:['’]d| would)? (?:want|like|need|wonder|am wondering)(?: to know| to learn)? "
    r"(?=what|who|when|where|why|how|which|if|whether)"
    r"|(?:can|could|would|will) you (?:please )?(?=describe|summari[sz]e|transcribe|count|identify)"
    r"|according to (?:the|this) \w+,? "
    r"|(?:in|on|from) (?:this|the) (?:recording|video|audio|picture|image|photo|clip),? )"
)
ENGLISH_MEDIA_TIME = re.compile(
    rf"\b(?:when|what time)\b.{{0,12}}\b(?:do|does|did|is|are|was|were|has|have)\b.*\b{_SPEECH}\b"
    r"|\bat (?:what|which) (?:point|moment|second|minute|timestamp)\b|\btime ?stamps?\b|"
    r"\b(?:what|which) (?:second|moment)\b"
    rf"|\b(?:when|what time|where) in (?:the|this) {_MEDIA}\b"
)
"""A question for the place in the recording, not for a date that is told there."""
_CLAUSE_END = r"(?:$|[,;])"
ENGLISH_RELATIONS: tuple[tuple[Relation, re.Pattern[str]], ...] = (
    (
        "after",
        re.compile(
            rf"\b(?:(?:right|just|immediately|directly|shortly|soon) )?(?:after|following|once)\b "
            rf"(?P<anchor>.+?){_CLAUSE_END}"
        ),
    ),
    (
        "before",
        re.compile(
            rf"\b(?:(?:right|just|immediately|directly|shortly) )?(?:before|prior to|until)\b "
            rf"(?P<anchor>.+?){_CLAUSE_END}"
        ),
    ),
    (
        "during",
        re.compile(
            rf"(?<!^)\b(?:while|when|during|as soon as|at the (?:moment|time|same time)(?: when| "
            rf"that| as| of)?)\b (?P<anchor>.+?){_CLAUSE_END}"
        ),
    ),
    (
        "end",
        re.compile(
            r"\b(?:at|towards?|in|by) the (?:very )?(?:end|ending|close|conclusion)\b(?P<anchor>)|"
            r"\bfinally\b(?P<last>)"
        ),
    ),
    (
        "start",
        re.compile(
            r"\b(?:at|in|from) the (?:very )?(?:beginning|start|outset|opening)\b(?P<anchor>)|"
            r"\bto begin with\b(?P<first>)"
        ),
    ),
)
ENGLISH_SECONDS = re.compile(
    r"\b(?:(?P<m>\d+) ?(?:minutes?|mins?|m)\b(?: and| ,|,)? ?)?(?:(?:second )?(?P<s>\d+) ?(?:seconds?|secs?|s)?\b)"
)

ENGLISH = Patterns(ENGLISH_KINDS, ENGLISH_RELATIONS, ENGLISH_LEAD_IN, ENGLISH_MEDIA_TIME, ENGLISH_SECONDS)
