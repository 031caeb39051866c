"""Checks the options of a configuration's components: which are followed, which another recipe replaces, which do nothing here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.dialogue.stories import OrStep, UserStep
from assistant.rasa_config import FOLLOWED, NamedComponent, named_components
from assistant.validation.finding import Finding
from assistant.yaml_source import YamlList, YamlMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.dialogue.stories import Story
    from assistant.errors import Place

_READERS = {"RasaFileImporter", "E2EImporter", "TrainingDataImporter"}
"""Importers that read what is read here anyway."""

_RECIPES = {"default.v1", "None"}

AS_HERE: dict[str, tuple[Any, ...]] = {
    "use_nlu_confidence_as_score": (False,),
    "use_lookup_tables": (True,),
    "use_regexes": (True,),
    "use_word_boundaries": (True,),
    "case_sensitive": (False,),
    "intent_split_symbol": ("+",),
    "ranking_length": tuple(range(11)),
    "split_entities_by_comma": (True,),
    "requires_hash_embeddings": (False,),
    "use_gpu": (False,),
}
"""Options that change what a bot does, with the values that are done here in any case."""


def option_findings(content: YamlMap, stories: Iterable[Story]) -> Iterator[Finding]:
    """Yields what a configuration asks for that is not done here, each with its place.

    Args:
        content: of config.yml.
        stories: of the project.
    """
    components = list(named_components(content))
    for component in components:
        yield from _not_followed(component)
        if component.name == "RulePolicy" and component.options.get("restrict_rules") is True:
            yield from _long_rules(stories, component.options.place("restrict_rules"))
    memories = {c.options.get("max_history") for c in components if c.name.endswith("MemoizationPolicy")}
    for component in components:
        asked = component.options.get("max_history")
        if component.name == "TEDPolicy" and asked is not None and asked not in memories:
            what = f"TEDPolicy's max_history {asked} is not followed: the learned policy looks back as far as the memorised stories"
            yield _warning(component.options.place("max_history"), what, "set max_history under `assistant:` for both")
    yield from _other_sources(content)


def checks_contradictions(content: Any) -> bool:
    """Returns whether rules and stories that contradict one another are an error: unless RulePolicy is told not to look."""
    if not isinstance(content, YamlMap):
        return True
    return all(c.options.get("check_for_contradictions") is not False for c in named_components(content) if c.name == "RulePolicy")


def replaced_options(component: NamedComponent) -> tuple[str, ...]:
    """Returns the options of a component that training here replaces by a recipe of its own."""
    if not component.becomes:
        return ()
    kept = {"name", "priority", *FOLLOWED.get(component.name, ()), *AS_HERE}
    return tuple(name for name in component.options if name not in kept)


def _not_followed(component: NamedComponent) -> Iterator[Finding]:
    if not component.becomes:
        return
    for name, done in AS_HERE.items():
        value = component.options.get(name)
        if value is not None and value not in done:
            here = ", ".join(str(each).lower() if isinstance(each, bool) else str(each) for each in done[:1])
            what = f"{component.name}'s {name} is not followed: here it is {here}"
            yield _warning(component.options.place(name), what, "expect that, or remove the option")
    if component.options.get("priority") is not None:
        what = f"{component.name}'s priority is not followed: the order of policies is fixed, rules before stories"
        yield _warning(component.options.place("priority"), what, "remove it")


def _long_rules(stories: Iterable[Story], asked: Place) -> Iterator[Finding]:
    for story in stories:
        if story.is_rule and sum(isinstance(step, UserStep | OrStep) for step in story.steps) > 1:
            what = f'rule "{story.name}" has more than one message, which restrict_rules in {asked} forbids'
            yield _warning(story.where, what, "write it as a story, or set restrict_rules: false")


def _other_sources(content: YamlMap) -> Iterator[Finding]:
    recipe = content.get("recipe")
    if str(recipe) not in _RECIPES:
        what = f'the recipe "{recipe}" is not read: components come from `pipeline` and `policies` alone'
        yield _warning(content.place("recipe"), what, "list them there, as recipe default.v1 does")
    importers = content.get("importers")
    importers = importers if isinstance(importers, YamlList) else YamlList(content.place("importers"))
    for index, item in enumerate(importers):
        name = str(item.get("name", "")) if isinstance(item, YamlMap) else str(item)
        if name.rsplit(".", 1)[-1] not in _READERS:
            what = f'importer "{name}" is not run: what it would bring along is missing'
            yield _warning(importers.place(index), what, "copy its files into the project's data folder")
    if content.get("imports"):
        yield _warning(content.place("imports"), "imports of other projects are not read", "copy their files into the data folder")


def _warning(where: Place, what: str, fix: str) -> Finding:
    return Finding(False, "VAL-017", str(where), what, fix)
