"""Lists of English words that the filler knows: numbers, months, money, opposites, …"""

from mapp.route.read.tokens import stem_set, word_set

UNITS_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS_WORDS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
SCALE_WORDS = {
    "hundred": 10**2, "thousand": 10**3, "grand": 10**3, "lakh": 10**5, "million": 10**6, "crore": 10**7,
    "billion": 10**9, "trillion": 10**12, "dozen": 12,
}  # fmt: skip
SCALE_SUFFIXES = {"k": 10**3, "K": 10**3, "M": 10**6, "mn": 10**6, "mil": 10**6, "bn": 10**9, "tn": 10**12}
MONEY_SUFFIXES = {"m": 10**6, "b": 10**9, "B": 10**9, "t": 10**12, "T": 10**12, "MM": 10**6}
"""Scales only next to a currency symbol; elsewhere they are units."""

ORDINAL_WORDS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
    "twentieth": 20, "thirtieth": 30, "hundredth": 100, "thousandth": 1000, "millionth": 10**6,
}  # fmt: skip
FRACTION_WORDS = {"half": "0.5", "quarter": "0.25", "quarters": "0.25"}
NEGATIVE_WORDS = frozenset({"minus", "negative"})

MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10,
    "nov": 11, "dec": 12,
}  # fmt: skip

CURRENCY_SYMBOLS = {
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "₺": "TRY",
    "฿": "THB",
}
CURRENCY_CODES = word_set(
    "USD EUR GBP JPY CHF CAD AUD NZD CNY INR SEK NOK DKK PLN CZK HUF RON BGN TRY RUB UAH ILS ZAR BRL "
    "MXN ARS CLP COP KRW SGD HKD TWD THB MYR IDR PHP VND AED SAR EGP NGN KES BTC ETH"
)
CURRENCY_WORDS = {
    "dollar": "USD", "dollars": "USD", "buck": "USD", "bucks": "USD", "euro": "EUR", "euros": "EUR",
    "quid": "GBP", "pound": "GBP", "pounds": "GBP", "yen": "JPY", "franc": "CHF", "francs": "CHF",
    "rupee": "INR", "rupees": "INR", "yuan": "CNY", "rmb": "CNY", "peso": "MXN", "pesos": "MXN",
    "krona": "SEK", "kronor": "SEK", "krone": "NOK", "kroner": "NOK", "zloty": "PLN", "rand": "ZAR",
    "ruble": "RUB", "rubles": "RUB", "real": "BRL", "reais": "BRL", "won": "KRW", "shekel": "ILS",
    "shekels": "ILS", "sterling": "GBP",
}  # fmt: skip
WEAK_CURRENCY_WORDS = frozenset({"real", "won", "rand", "pound", "pounds"})
"""Words that sometimes name a currency."""

OPPOSITES = (
    ("add", "remove"), ("add", "subtract"), ("plus", "minus"), ("include", "exclude"),
    ("including", "excluding"), ("inclusive", "exclusive"), ("encode", "decode"), ("encrypt", "decrypt"),
    ("encipher", "decipher"), ("compress", "decompress"), ("zip", "unzip"), ("escape", "unescape"),
    ("upper", "lower"), ("uppercase", "lowercase"), ("before", "after"), ("max", "min"),
    ("maximum", "minimum"), ("highest", "lowest"), ("largest", "smallest"), ("increase", "decrease"),
    ("rise", "fall"), ("grow", "shrink"), ("ascending", "descending"), ("asc", "desc"),
    ("sort", "shuffle"), ("serialize", "deserialize"), ("parse", "format"), ("lock", "unlock"),
    ("enable", "disable"), ("start", "stop"), ("open", "close"), ("buy", "sell"), ("import", "export"),
    ("upload", "download"), ("earlier", "later"), ("past", "future"), ("ago", "from now"),
    ("gross", "net"), ("multiply", "divide"), ("join", "split"), ("merge", "split"),
    ("minify", "prettify"), ("compact", "pretty"), ("north", "south"), ("east", "west"),
    ("valid", "invalid"), ("even", "odd"), ("first", "last"), ("older", "younger"), ("faster", "slower"),
    ("credit", "debit"), ("deposit", "withdraw"), ("lend", "borrow"), ("hide", "show"),
    ("expand", "collapse"), ("hash", "unhash"), ("hot", "cold"), ("public", "private"), ("true", "false"),
    ("discount", "markup"), ("common", "distinct"), ("factor", "multiple"), ("square", "root"),
)  # fmt: skip
NEGATIONS = word_set(
    "not no never without don't dont doesn't doesnt didn't isn't aren't wasn't won't can't cannot "
    "shouldn't except nor neither exclude excluding"
)
NEGATING_ORDERS = word_set("not no never don't dont nor neither shouldn't mustn't")
"""Negations of what somebody wants."""
NEGATED_AUXILIARIES = word_set(
    "doesn't doesnt didn't didnt isn't isnt aren't arent wasn't wasnt weren't won't wont can't cant cannot "
    "couldn't couldnt hasn't haven't wouldn't"
)
"""Words that mostly tell why somebody asks: `excel can't open it`."""

OPERATIONS = stem_set(
    "encode decode encrypt decrypt encipher decipher escape unescape hash convert translate transform "
    "calculate compute evaluate validate verify decrypt slugify normalise normalize"
)
"""Verbs for what programs do with a text; an unquoted text rarely starts or ends with one."""
ARTICLES = frozenset({"a", "an", "the"})
PREPOSITIONS = word_set(
    "of for to from in on at by with into as between and or over per than about through until till "
    "since against under within via using onto towards toward during across"
)
QUESTION_WORDS = word_set("what what's whats which who whose when where why how whom")
FUNCTION_WORDS = (
    ARTICLES
    | PREPOSITIONS
    | QUESTION_WORDS
    | word_set(
        "is are was were be been being am do does did can could would should will shall may might must "
        "has have had i me my mine we us our you your he him his she her it its they them their this that "
        "these those there here please thanks thank hi hello hey just so if then else but not no yes ok "
        "okay also too very much many some any all each every more most less least such same other "
        "another up out off down again now only own s t d ll re ve m let lets let's i'm i'd i'll i've "
        "it's that's you're want need like get give tell show make take help using use know find pls plz "
        "kindly"
    )
)
POLITE_TAILS = word_set("please thanks thank you pls plz thx cheers asap ok okay kindly mate")
"""Words that may end a request without being part of its last value."""

TRUE_WORDS = frozenset({"true", "yes", "on", "enabled", "enable"})
FALSE_WORDS = frozenset({"false", "no", "off", "disabled", "disable"})

SYNONYMS = (
    ("delete", "remove", "erase", "cancel"), ("add", "create", "insert", "append", "new"),
    ("update", "change", "modify", "edit"), ("descending", "desc", "decreasing"),
    ("ascending", "asc", "increasing"), ("maximum", "max"), ("minimum", "min"), ("average", "mean", "avg"),
    ("cheap", "inexpensive", "affordable"), ("expensive", "pricey"), ("medium", "mid", "moderate"),
    ("big", "large"), ("tiny", "small", "little"), ("kid", "child", "children"), ("movie", "film"),
    ("finished", "complete", "done"), ("picture", "image", "photo"),
    ("subtract", "deduct", "minus", "less", "rewind"),
)  # fmt: skip
INSTEAD = ("instead", "rather", "not", "than", "no", "never", "isn't", "don't")
"""Words before a value that is not wanted."""
HARMLESS_NEGATIONS = frozenset(
    {"don't know", "not sure", "can't remember", "don't remember", "no idea", "doesn't matter",
    "can't figure", "not know", "can't find", "why not", "can't seem", "don't understand", "no matter",
    "not certain", "no problem", "don't care", "don't have", "don't trust", "not exactly", "no need",
    "no hurry", "no rush", "not necessarily", "no longer", "not matter", "never mind", "no clue"}
)  # fmt: skip

DEICTIC = frozenset(
    {"this", "that", "these", "those", "my", "your", "our", "it", "them", "the", "a", "some", "following"}
)
PLACEHOLDERS = word_set(
    "text texts string strings line lines sentence sentences word words phrase paragraph code "
    "document file files message title list url link json csv name data input number numbers value "
    "values content column columns row rows table page article password below above following one "
    "ones thing stuff body heading snippet letters"
)
"""Nouns that refer to a text elsewhere: `this text`, `the file below`."""
