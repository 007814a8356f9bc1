"""Classes of English words that say which result is meant: exclusions, limits, forms, operations, places.

A word belongs here if it changes the answer of almost any program, whatever the topic. Words that people also
use as a topic (`table`, `school`, `weight`) count only in the position that makes them a qualifier.
"""

from typing import Final

from mapp.route.read.tokens import stem_set, word_set

EXCLUDING: Final = (
    "without", "w / o", "excluding", "excludes", "exclude", "excl", "except", "except for", "excepting",
    "ignoring", "ignores", "ignore", "disregarding", "disregard", "omitting", "omit", "omits", "skipping",
    "skip", "skips", "leaving out", "leave out", "leaves out", "left out", "leaving aside", "other than",
    "apart from", "aside from", "but not", "not counting", "not including", "do not count", "don't count",
    "dont count", "do not include", "don't include", "dont include", "doesn't count", "does not count",
    "doesn't include", "does not include", "save for", "sans", "unless", "barring", "exclusive of",
    "minus", "less", "minus the", "less the", "minus any", "less any", "minus all",
)  # fmt: skip
BARE_EXCLUDING: Final = frozenset({"minus", "less"})
"""Exclude only what follows at once: `minus holidays`, but not `minus 5`."""
INCLUDING: Final = (
    "including", "includes", "include", "included", "incl", "inclusive", "inclusive of", "counting both",
    "counting today", "counting the first", "counting the last", "counting the start", "counting the end",
    "counting all", "counting each", "counting in", "both ends", "both days", "both dates",
    "both endpoints", "both of them", "with both",
)  # fmt: skip
LIMITING: Final = (
    "only", "solely", "exclusively", "just the", "just for", "just its", "just their", "just one",
    "just two", "nothing but", "for the first", "for the last", "of the first", "of the last",
    "in the first", "in the last", "from the first", "from the last",
)  # fmt: skip
ONLY_VERBS: Final = word_set(
    "accept accepts take takes want wants need needs have has had read reads understand understands know "
    "knows get gets got see sees support supports like likes remember works work paid pay"
)
"""Verbs after `only` that tell a story: `our tool only accepts json`."""
EACH: Final = ("each", "per", "apiece", "respectively", "for every", "to every", "of every")
PART: Final = (
    "half of", "half the", "half this", "half that", "twice", "thrice", "a third of", "one third of",
    "a quarter of", "two thirds of", "three quarters of", "double the", "triple the", "every other",
    "every second", "every third", "every fourth", "every nth", "times two", "times three", "both ways",
    "both directions", "there and back", "round trip", "one way",
)  # fmt: skip
ADDING: Final = (
    "also", "as well as", "along with", "together with", "in addition", "additionally", "and then",
    "then also", "followed by", "after that", "afterwards", "and finally", "plus the", "plus its",
    "and what", "and how", "and when", "and where", "and who",
)  # fmt: skip
"""Introduce a second wish."""

FORMS: Final = stem_set(
    "fraction fractions decimal decimals percent percentage binary octal hexadecimal hex roman numerals "
    "json yaml yml xml html css csv tsv sql toml markdown latex rtf pdf docx xlsx png jpg jpeg svg gif "
    "wav mp braille morse semaphore md sha crc rot blake bcrypt argon scrypt hmac aes rsa cmyk rgb rgba "
    "hsl hsv hsb oklch pantone uppercase kebab camel snake pascal slug vigenere atbash punycode unicode "
    "ascii iban bic isbn issn ean upc imei uuid guid ulid snowflake utc gmt epoch regex ordinal "
    "descending ascending alphabetical chart bullets yenc uuencode fletcher adler polynomial"
)
"""Notations, formats and encodings: never only the topic."""
NUMBERED: Final = word_set("base rot sha md crc isbn utf ean hmac blake rsa aes mp")
"""Names that a number completes: `base32`, `sha-512`."""
RESULT_FORMS: Final = FORMS | stem_set(
    "table graph plot diagram list array dictionary tree paragraph sentence poem word words letters "
    "digits figures scientific notation engineering exponential base excel spreadsheet image audio video "
    "qr barcode emoji caps capitals italics bold lowercase upper lower latin greek cyrillic columns rows "
    "bytes bits reverse alphabetically full short capital tuples pairs cents pence lowest simplest dozens "
    "hundreds thousands millions billions lakhs crores"
)
"""What can follow `in`, `as`, `to` or `into` and is then the form of the result."""
METHODS: Final = word_set(
    "weekly daily hourly monthly yearly annual annually quarterly fortnightly biweekly weighted rolling "
    "cumulative compound compounded continuously geometric harmonic logarithmic median average driving "
    "working business banking trading lunar hebrew jewish islamic hijri chinese persian gregorian fiscal "
    "sidereal local unique distinct duplicate duplicates random nested signed unsigned nearest closest "
    "duplicated recursive recursively fractional prorated amortised modal trimmed"
)
"""Words before a noun that choose another method of computing or another selection."""
DAY_KINDS: Final = word_set("business working banking trading")
"""Count as a method only before a word for time: a `business loan` is a topic."""
QUANTITIES: Final = stem_set(
    "average mean median mode product quotient remainder ratio percentile quartile deviation probability "
    "odds root cube logarithm log power factorial inverse reciprocal derivative integral volume "
    "circumference diagonal density speed velocity angle bearing heading midpoint slope gradient "
    "principal balance profit margin markup tip price population syllable rhyme meaning definition origin "
    "history synonym author publisher owner issuer bank bic signature complement palette divisor multiple "
    "key date month week host hostname weather capital word vowel consonant"
)
"""Nouns for what one asks of a program."""
VAGUE: Final = stem_set(
    "version value kind part type entry one thing text number string result answer form code name point way"
)
"""Nouns that do not say what is asked for."""
COUNTED: Final = stem_set(
    "divisor prime letter character word line row column page object key entry element digit zero bit "
    "byte vowel consonant syllable sentence version unique distinct duplicate working monday tuesday "
    "wednesday thursday friday saturday sunday weekend weekday holiday time"
)
"""What programs count; asked for with `how many` although the app counts something else."""
OPERATIONS: Final = stem_set(
    "sort reorder shuffle randomise rotate transpose uppercase lowercase capitalise trim truncate shorten "
    "abbreviate merge concatenate append prepend insert remove delete filter deduplicate dedupe group "
    "count add sum subtract divide triple halve square cube ceil negate average transliterate hash format "
    "import upload download open close send publish email mail plot chart visualise paraphrase define "
    "rename highlight mask redact anonymise guess predict forecast estimate simplify expand integrate "
    "differentiate remind schedule buy charge cancel lock increase decrease raise edit bump lighten "
    "darken mix blend scan crack hack unscramble transcribe pronounce cite fetch save"
)
"""Verbs for one definite job; a request that starts with one that the app never speaks of is another job."""
NOUN_VERBS: Final = stem_set("email mail chart plot square cube average format import download edit hash")
"""Verbs that are as often nouns: they need an object to be an order."""
FURTHER: Final = OPERATIONS | stem_set(
    "reverse invert flip mirror order rank strip pad wrap split join double round floor total compare "
    "encode decode encrypt decrypt encipher decipher sign verify check escape unescape quote compress "
    "decompress zip unzip parse prettify minify indent serialise convert turn change export store post "
    "share copy paste translate print swap replace validate draw summarise explain describe substitute "
    "extract search find underline generate create make pick reduce factor solve set sell pay unlock "
    "lower modify update fix repair correct rate score read speak spell list transform shift flatten "
    "write put render output show number align centre center log cut take multiply drop tell give say "
    "repeat"
)
"""Verbs that start a second job after `and` or `then`."""
DONE: Final = word_set(
    "squared cubed doubled tripled quadrupled halved sorted reversed averaged capitalised capitalized "
    "uppercased lowercased truncated padded shuffled negated inverted summed multiplied encrypted hashed "
    "translated mirrored abbreviated deduplicated indented numbered aligned hyphenated anonymised "
    "anonymized wrapped prefixed suffixed quoted italicised bolded zipped compressed salted"
)
"""Participles that ask for one more operation."""
PLACES: Final = word_set(
    "usa uk eu american british english european german germany french france spanish spain italian italy "
    "portuguese portugal dutch netherlands belgian belgium swiss switzerland austrian austria danish "
    "denmark swedish sweden norwegian norway finnish finland icelandic iceland irish ireland scottish "
    "scotland welsh wales polish poland czech slovak slovakia hungarian hungary romanian romania "
    "bulgarian bulgaria greek greece turkish turkey russian russia ukrainian ukraine croatian croatia "
    "serbian serbia slovenian slovenia estonian estonia latvian latvia lithuanian lithuania israeli "
    "israel hebrew arabic saudi emirates egyptian egypt moroccan morocco nigerian nigeria kenyan kenya "
    "african africa indian india hindi pakistani pakistan bangladesh chinese china mandarin cantonese "
    "japanese japan korean korea thai thailand vietnamese vietnam indonesian indonesia malaysian malaysia "
    "singapore philippine philippines australian australia zealand canadian canada mexican mexico "
    "brazilian brazil argentine argentina chilean chile colombian colombia peruvian peru cuban cuba "
    "california texas florida ontario quebec bavaria london paris berlin madrid rome vienna zurich geneva "
    "amsterdam brussels stockholm oslo copenhagen helsinki warsaw prague budapest athens istanbul moscow "
    "kyiv dubai mumbai delhi beijing shanghai tokyo seoul bangkok jakarta sydney melbourne toronto "
    "chicago york angeles asian asia america england esperanto sorbian europe catalan basque swahili urdu "
    "bengali tamil tagalog klingon"
)
"""Countries, languages and large cities: what is right in one is wrong in another."""
TWO_WORD_PLACES: Final = word_set("new los san hong saudi south north united sri costa el rio")
"""First words of places of two words: `New York`, `South Africa`."""
OBEYING: Final = (
    "according to", "in accordance with", "as defined by", "as defined in", "as per", "compliant with",
    "conforming to", "following the", "as used in",
)  # fmt: skip
"""Introduce an authority."""
ASKING: Final = word_set("who whom whose where why when")
"""Question words that ask for something else than a computed value."""
YES_OR_NO: Final = word_set("is are does do was were did has should")
"""Words that open a question to be answered with yes or no."""
