from mapp.model.decision import Ask
from mapp.model.manifest import Manifest
from mapp.model.request import Candidate, Request
from mapp.route.fill.cues import NO_CUES, Cues
from mapp.route.recognise import train
from mapp.route.router import READ_CLOSELY, Matcher
from support import small_library
from support.small_library import THINGS

MODEL = train.fit(small_library.lesson(), small_library.background(), reader=small_library.reader)


class Apps:
    """Looks apps up, and notes which."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, app: str) -> tuple[Manifest, Cues]:
        self.asked.append(app)
        head = f'manifest = 1\nname = "{app}"\nversion = "1.0.0"\ndescription = "Does {app}."\n'
        fields = '[input.price]\ntype = "number"\n[output]\ntype = "number"\n'
        return Manifest.from_toml(f'{head}sources = ["none"]\n{fields}'), NO_CUES


def test_an_app_is_looked_up_once_for_many_requests() -> None:
    apps = Apps()
    matcher = Matcher(apps)
    for text in ("tax on 3", "tax on 4"):
        assert matcher.evaluate(Request(text=text), "vat").complete
    assert apps.asked == ["vat"]


def test_an_evaluated_app_has_the_arguments_and_the_probability() -> None:
    match = Matcher(Apps()).evaluate(Request(text="tax on 3"), "vat", 0.7)
    assert match.probability == 0.7
    assert match.arguments == (("price", 3),)


def test_only_the_most_probable_candidates_are_evaluated() -> None:
    apps = Apps()
    names = [*THINGS, "other-one", "other-two"]
    text = "gross tax please"
    vector = small_library.vectors([text])[0]
    candidates = [Candidate(app=name, score=0.5) for name in names]
    matches = Matcher(apps).matches(Request(text=text), vector, candidates, MODEL)
    assert len(matches) == READ_CLOSELY
    assert matches[0].app == "vat"
    assert not {"other-one", "other-two"} & set(apps.asked)


def test_a_probable_app_without_its_argument_is_asked_about() -> None:
    text = "gross tax please"
    vector = small_library.vectors([text])[0]
    candidates = [Candidate(app="vat", score=1.0)]
    decision, matches = Matcher(Apps()).decide(Request(text=text), vector, candidates, MODEL)
    assert isinstance(decision, Ask)
    assert decision.missing == ("price",)
    assert [match.app for match in matches] == ["vat"]
