"""Every option of Rasa's configuration is followed, or named as one that is not."""

from __future__ import annotations

import pytest

from assistant.dialogue.stories import parse_stories
from assistant.rasa_config import named_components
from assistant.validation.option_checks import checks_contradictions, option_findings, replaced_options
from assistant.yaml_source import YamlMap, parse_yaml

RULES = """
rules:
- {rule: short, steps: [{intent: a}, {action: utter_a}]}
- {rule: long, steps: [{intent: a}, {action: utter_a}, {or: [{intent: b}, {intent: a}]}, {action: utter_a}]}
"""


def content_of(text: str) -> YamlMap:
    content = parse_yaml(text, "config.yml")
    assert isinstance(content, YamlMap)
    return content


def findings(text: str) -> list[str]:
    return [f"{found.where}: {found.what}" for found in option_findings(content_of(text), parse_stories(content_of(RULES)))]


STARTER = """
recipe: default.v1
assistant_id: x
language: en
pipeline:
- {name: CountVectorsFeaturizer, analyzer: char_wb, min_ngram: 1, max_ngram: 4}
- {name: DIETClassifier, epochs: 100, constrain_similarities: true}
- {name: RegexEntityExtractor, case_sensitive: false, use_lookup_tables: true}
- {name: FallbackClassifier, threshold: 0.3, ambiguity_threshold: 0.1}
policies:
- {name: MemoizationPolicy, max_history: 5}
- {name: RulePolicy, restrict_rules: false, core_fallback_threshold: 0.3, enable_fallback_prediction: true}
- {name: TEDPolicy, max_history: 5, epochs: 100}
importers: [{name: RasaFileImporter}]
"""


def test_what_is_done_as_it_says_is_not_spoken_of() -> None:
    assert findings(STARTER) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "policies:\n- name: RulePolicy\n  restrict_rules: true\n",
            'config.yml:4: rule "long" has more than one message, which restrict_rules in config.yml:3 forbids',
        ),
        (
            "policies:\n- name: AugmentedMemoizationPolicy\n  use_nlu_confidence_as_score: true\n",
            "config.yml:3: AugmentedMemoizationPolicy's use_nlu_confidence_as_score is not followed: here it is false",
        ),
        (
            "pipeline:\n- name: RegexEntityExtractor\n  use_lookup_tables: false\n",
            "config.yml:3: RegexEntityExtractor's use_lookup_tables is not followed: here it is true",
        ),
        (
            "policies:\n- name: TEDPolicy\n  max_history: 10\n- {name: MemoizationPolicy, max_history: 4}\n",
            "config.yml:3: TEDPolicy's max_history 10 is not followed: the learned policy looks back as far as the memorised",
        ),
        (
            "policies:\n- name: RulePolicy\n  priority: 3\n",
            "config.yml:3: RulePolicy's priority is not followed: the order of policies is fixed",
        ),
        ("recipe: graph.v1\n", 'config.yml:1: the recipe "graph.v1" is not read'),
        (
            "importers:\n- name: RasaFileImporter\n- name: mine.GitImporter\n",
            'config.yml:3: importer "mine.GitImporter" is not run',
        ),
        ("imports:\n- skills/small_talk\n", "config.yml:1: imports of other projects are not read"),
    ],
)
def test_what_is_not_followed_is_named_with_its_place(text: str, expected: str) -> None:
    (found,) = findings(text)
    assert found.startswith(expected)


def test_options_that_another_recipe_replaces_are_listed_beside_the_component() -> None:
    components = {component.name: replaced_options(component) for component in named_components(content_of(STARTER))}
    assert components["DIETClassifier"] == ("epochs", "constrain_similarities")
    assert components["FallbackClassifier"] == components["RulePolicy"] == components["MemoizationPolicy"] == ()


def test_contradictions_may_be_let_pass() -> None:
    assert checks_contradictions(content_of(STARTER))
    assert checks_contradictions(None)
    assert not checks_contradictions(content_of("policies: [{name: RulePolicy, check_for_contradictions: false}]"))
