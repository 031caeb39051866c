"""Reads a ``config.yml`` as Rasa means it: what each component and policy becomes here, and the settings that they carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from assistant.yaml_source import YamlList, YamlMap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.errors import Place

Found: TypeAlias = "dict[str, tuple[Any, Place]]"
"""Settings by name: the value, and where it stands."""

_ENCODER = "the ALBERT encoder, which reads texts as they are"
_HEADS = "the heads for intents and entities on the ALBERT encoder"
_EXTRACTORS = "regexes, lookup lists and the entity head"
COMPONENTS = {
    "WhitespaceTokenizer": _ENCODER,
    "JiebaTokenizer": _ENCODER,
    "MitieTokenizer": _ENCODER,
    "SpacyTokenizer": _ENCODER,
    "MitieNLP": _ENCODER,
    "SpacyNLP": _ENCODER,
    "MitieFeaturizer": _ENCODER,
    "SpacyFeaturizer": _ENCODER,
    "ConveRTFeaturizer": _ENCODER,
    "LanguageModelFeaturizer": _ENCODER,
    "CountVectorsFeaturizer": _ENCODER,
    "LexicalSyntacticFeaturizer": _ENCODER,
    "RegexFeaturizer": "regexes and lookup lists, which extract entities themselves",
    "DIETClassifier": _HEADS,
    "MitieIntentClassifier": _HEADS,
    "SklearnIntentClassifier": _HEADS,
    "LogisticRegressionClassifier": _HEADS,
    "KeywordIntentClassifier": _HEADS,
    "CRFEntityExtractor": _EXTRACTORS,
    "MitieEntityExtractor": _EXTRACTORS,
    "SpacyEntityExtractor": _EXTRACTORS,
    "RegexEntityExtractor": "regexes and lookup lists",
    "DucklingEntityExtractor": "values resolved in the shape of Duckling's JSON, without its server",
    "DucklingHTTPExtractor": "values resolved in the shape of Duckling's JSON, without its server",
    "EntitySynonymMapper": "synonyms",
    "ResponseSelector": "response keys as intents of their own; the best one is said",
    "FallbackClassifier": "nlu_threshold and nlu_ambiguity",
    "RulePolicy": "rules, forms and the fallback",
    "MemoizationPolicy": "stories, as they go from the start",
    "AugmentedMemoizationPolicy": "stories, recognised in the middle of a conversation too",
    "TEDPolicy": "the policy that is learned from the stories",
    "UnexpecTEDIntentPolicy": "nothing: no message is held for unlikely",
    "FormPolicy": "forms (the policy is of Rasa 1)",
    "MappingPolicy": "nothing: write rules for what triggers had (the policy is of Rasa 1)",
    "FallbackPolicy": "nlu_threshold, nlu_ambiguity and the fallback (the policy is of Rasa 1)",
    "TwoStageFallbackPolicy": "nlu_threshold and nlu_ambiguity; ask twice by a rule (the policy is of Rasa 1)",
}
"""The components and policies of Rasa, and what does their work here."""

_POLICIES = {name for name in COMPONENTS if name.endswith("Policy")}
_OPTIONS = {
    ("FallbackClassifier", "threshold"): "nlu_threshold",
    ("FallbackClassifier", "ambiguity_threshold"): "nlu_ambiguity",
    ("RulePolicy", "core_fallback_threshold"): "policy_threshold",
    ("RulePolicy", "core_fallback_action_name"): "fallback_action",
    ("RulePolicy", "enable_fallback_prediction"): "fallback_prediction",
    ("MemoizationPolicy", "max_history"): "max_history",
    ("AugmentedMemoizationPolicy", "max_history"): "max_history",
    ("FallbackPolicy", "nlu_threshold"): "nlu_threshold",
    ("FallbackPolicy", "ambiguity_threshold"): "nlu_ambiguity",
    ("FallbackPolicy", "core_threshold"): "policy_threshold",
    ("FallbackPolicy", "fallback_action_name"): "fallback_action",
    ("TwoStageFallbackPolicy", "nlu_threshold"): "nlu_threshold",
    ("TwoStageFallbackPolicy", "ambiguity_threshold"): "nlu_ambiguity",
}
_OTHERS_FOLLOWED = {
    "RulePolicy": {"restrict_rules", "check_for_contradictions"},
    "DucklingEntityExtractor": {"dimensions", "locale", "timezone"},
    "ResponseSelector": {"retrieval_intent"},
}
FOLLOWED = {
    name: frozenset({option for owner, option in _OPTIONS if owner == name} | _OTHERS_FOLLOWED.get(name, set()))
    for name in COMPONENTS
}
"""The options of each component that have an effect here."""

_DEFAULTS: dict[str, dict[str, Any]] = {
    "FallbackClassifier": {"nlu_threshold": 0.3, "nlu_ambiguity": 0.1},
    "MemoizationPolicy": {"max_history": 5, "story_policy": "exact"},
    "AugmentedMemoizationPolicy": {"max_history": 5, "story_policy": "augmented"},
    "RulePolicy": {"policy_threshold": 0.4},
}
"""What a component means that is named without options, as Rasa 3.6 has it."""

_DISTRUSTFUL = {"FallbackClassifier", "FallbackPolicy", "TwoStageFallbackPolicy"}


@dataclass(frozen=True, slots=True)
class NamedComponent:
    """A component or policy that a configuration names: its name without the module before it, and its options."""

    name: str
    where: Place
    options: YamlMap
    is_policy: bool

    @property
    def becomes(self) -> str:
        """What does its work here; empty where nothing does."""
        return COMPONENTS.get(self.name, "")


def named_components(content: YamlMap) -> Iterator[NamedComponent]:
    """Yields the components of a configuration, then its policies."""
    for section in ("pipeline", "policies"):
        items = content.get(section)
        if not isinstance(items, YamlList):
            continue
        for index, item in enumerate(items):
            where = items.place(index)
            options = item if isinstance(item, YamlMap) else YamlMap(where)
            name = str(options.get("name", "")) if isinstance(item, YamlMap) else str(item)
            short = name.rsplit(".", 1)[-1]
            is_own = "." in name and not name.startswith("rasa.")  # a class of the project's, whatever Rasa calls one of its own
            yield NamedComponent(name if is_own else short, options.place("name"), options, section == "policies")


def rasa_settings(content: YamlMap) -> Found:
    """Returns the settings that the components and policies of a configuration stand for.

    A list that is there says all: what it does not name does not run. One that is missing or empty leaves the choice to the
    assistant, as in Rasa.
    """
    components = list(named_components(content))
    names = {component.name for component in components}
    found: Found = {}
    if content.get("policies"):
        where = content.place("policies")
        found["rule_policy"] = bool(names & {"RulePolicy", "FormPolicy", "MappingPolicy"}), where
        found["story_policy"] = "off", where
        found["learned_policy"] = "TEDPolicy" in names, where
    if content.get("pipeline") and not names & _DISTRUSTFUL:
        found["nlu_threshold"] = found["nlu_ambiguity"] = 0.0, content.place("pipeline")
    for component in components:
        found |= _of_component(component)
    return found


def _of_component(component: NamedComponent) -> Found:
    found: Found = {name: (value, component.where) for name, value in _DEFAULTS.get(component.name, {}).items()}
    for (owner, option), ours in _OPTIONS.items():
        value = component.options.get(option)
        if owner == component.name and value is not None:
            found[ours] = value, component.options.place(option)
    return found
