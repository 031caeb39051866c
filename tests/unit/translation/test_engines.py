from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from assistant.config import TranslationSettings
from assistant.errors import TranslationFailed, TranslationUnavailable, TranslationUnsettled
from assistant.translation.argos import ArgosEngine
from assistant.translation.engine import every_pair, open_engine
from assistant.translation.marian import MarianEngine

if TYPE_CHECKING:
    from pathlib import Path


def test_ctranslate2_gives_as_many_translations_as_are_asked_for(marian: Path) -> None:
    found = MarianEngine.open(marian).hypotheses("wo ist mein paket heute?", 3)
    assert len(found) == 3
    assert len({one.text for one in found}) == 3
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(one.score < 0 and "</s>" not in one.text and one.text == one.text.strip() for one in found)


def test_the_model_of_a_pair_lies_where_the_settings_say(marian: Path) -> None:
    settings = TranslationSettings(engine="ctranslate2", languages=("de",), models={"de-en": marian.name})
    assert open_engine(settings, "de", "en", marian.parent).hypotheses("hier ist der schuh.", 1)
    with pytest.raises(TranslationUnsettled, match=r'"en-de".*did you mean "de-en"'):
        open_engine(settings, "en", "de", marian.parent)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TranslationUnavailable, match="holds no model for it"):
        MarianEngine.open(tmp_path)


@pytest.mark.parametrize("name", ["ctranslate2", "argostranslate"])
def test_an_engine_that_is_not_installed_says_how_to_install_it(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    settings = TranslationSettings(engine=name, languages=("de",), models={"de-en": "x"})  # type: ignore[arg-type]
    with pytest.raises(TranslationUnavailable, match=rf'not installed; install it with `pip install "albert-assistant\[{name}\]"`'):
        open_engine(settings, "de", "en", tmp_path)


class Argos:
    """The part of Argos Translate that is used: a translation between two languages."""

    def __init__(self, *, fails: bool = False) -> None:
        self.asked: list[tuple[str, int]] = []
        self._fails = fails

    def hypotheses(self, input_text: str, num_hypotheses: int = 4) -> list[Any]:
        if self._fails:
            raise RuntimeError("out of memory")
        self.asked.append((input_text, num_hypotheses))
        return [SimpleNamespace(value=f" {input_text.upper()} {n}", score=-float(n)) for n in range(num_hypotheses)]


def install(monkeypatch: pytest.MonkeyPatch, translation: Argos | None) -> None:
    def get(from_code: str, to_code: str) -> Argos | None:
        if (from_code, to_code) != ("de", "en"):
            raise AttributeError("'NoneType' object has no attribute 'get_translation'")
        return translation

    package, module = ModuleType("argostranslate"), ModuleType("argostranslate.translate")
    module.get_translation_from_codes = get  # type: ignore[attr-defined]
    package.translate = module  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "argostranslate", package)
    monkeypatch.setitem(sys.modules, "argostranslate.translate", module)


def test_argos_translate_is_asked_for_several_translations(monkeypatch: pytest.MonkeyPatch) -> None:
    argos = Argos()
    install(monkeypatch, argos)
    found = ArgosEngine.open("de", "en").hypotheses("hallo", 2)
    assert argos.asked == [("hallo", 2)]
    assert [(one.text, one.score) for one in found] == [("HALLO 0", 0.0), ("HALLO 1", -1.0)]


def test_a_package_that_argos_translate_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Argos())
    with pytest.raises(TranslationUnavailable, match=r"no package translates fr to en; .*argospm install translate-fr_en"):
        ArgosEngine.open("fr", "en")
    install(monkeypatch, None)
    with pytest.raises(TranslationUnavailable, match="no package translates de to en"):
        ArgosEngine.open("de", "en")


def test_a_failure_of_argos_translate_is_one_of_translating(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, Argos(fails=True))
    with pytest.raises(TranslationFailed, match="RuntimeError: out of memory"):
        ArgosEngine.open("de", "en").hypotheses("hallo", 2)


def test_models_are_needed_both_ways() -> None:
    settings = TranslationSettings(engine="argostranslate", languages=("de", "en"))
    assert every_pair(settings) == [("de", "en"), ("en", "de")]
