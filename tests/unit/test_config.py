from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from assistant.config import Settings, load_settings
from assistant.errors import BadSetting, MissingKey, MissingVariable, SourceError, UnknownKey, WrongType

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ASSISTANT_{name.upper()}", raising=False)


def settings(folder: Path, config: str = "", endpoints: str = "", **flags: object) -> Settings:
    (folder / "config.yml").write_text(config)
    (folder / "endpoints.yml").write_text(endpoints)
    return load_settings(folder / "config.yml", folder / "endpoints.yml", **flags)


def test_without_files_the_defaults_hold() -> None:
    found = load_settings()
    assert (found.nlu_threshold, found.max_actions, found.action_endpoint) == (0.4, 10, "")


RASA = """
pipeline:
- name: WhitespaceTokenizer
- name: FallbackClassifier
  threshold: 0.7
  ambiguity_threshold: 0.2
policies:
- name: rasa.core.policies.memoization.AugmentedMemoizationPolicy
  max_history: 4
- RulePolicy
"""


def test_thresholds_are_taken_from_a_configuration_of_rasa(tmp_path: Path) -> None:
    found = settings(tmp_path, RASA)
    assert (found.nlu_threshold, found.nlu_ambiguity, found.max_history) == (0.7, 0.2, 4)


@pytest.mark.parametrize(
    ("text", "learned"),
    [
        (RASA, False),
        (RASA + "- name: TEDPolicy", True),
        (RASA + "- name: rasa.core.policies.ted_policy.TEDPolicy", True),
        ("policies:", True),
        (RASA + "assistant: {learned_policy: true}", True),
    ],
)
def test_a_bot_has_the_policies_that_its_configuration_names(tmp_path: Path, text: str, *, learned: bool) -> None:
    assert settings(tmp_path, text).learned_policy is learned
    threshold = "policies: [{name: RulePolicy, core_fallback_threshold: 0.35}]"
    assert settings(tmp_path, threshold).policy_threshold == 0.35


def test_a_list_that_is_there_says_all(tmp_path: Path) -> None:
    found = settings(tmp_path, "pipeline: [{name: DIETClassifier}]\npolicies: [{name: TEDPolicy}]")
    assert (found.nlu_threshold, found.nlu_ambiguity) == (0, 0)  # without a FallbackClassifier every intent is trusted
    assert (found.rule_policy, found.story_policy, found.learned_policy) == (False, "off", True)


@pytest.mark.parametrize("text", ["", "pipeline:\npolicies:\n", "pipeline: []\npolicies: []\nlanguage: en"])
def test_a_list_that_is_missing_leaves_the_choice_to_the_assistant(tmp_path: Path, text: str) -> None:
    assert settings(tmp_path, text) == Settings.model_validate({})


def test_components_without_options_have_rasas_defaults(tmp_path: Path) -> None:
    found = settings(tmp_path, "pipeline: [FallbackClassifier]\npolicies: [MemoizationPolicy, RulePolicy]")
    assert (found.nlu_threshold, found.nlu_ambiguity, found.policy_threshold, found.max_history) == (0.3, 0.1, 0.4, 5)
    assert (found.rule_policy, found.story_policy) == (True, "exact")


def test_the_fallback_is_as_the_policies_say(tmp_path: Path) -> None:
    rules = "policies: [{name: RulePolicy, core_fallback_action_name: action_shrug, enable_fallback_prediction: false}]"
    found = settings(tmp_path, rules)
    assert (found.fallback_action, found.fallback_prediction) == ("action_shrug", False)
    old = settings(tmp_path, "policies: [{name: FallbackPolicy, nlu_threshold: 0.6, fallback_action_name: action_x}]")
    assert (old.nlu_threshold, old.fallback_action) == (0.6, "action_x")


def test_a_component_of_the_projects_own_is_not_rasas(tmp_path: Path) -> None:
    """Whatever it is called: a class ``mine.FallbackClassifier`` may mean anything by its options."""
    found = settings(tmp_path, "pipeline: [{name: FallbackClassifier}, {name: mine.FallbackClassifier, threshold: 0.9}]")
    assert found.nlu_threshold == 0.3


def test_variables_of_the_environment_are_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACTIONS_HOST", "actions.example")
    text = "action_endpoint: {url: 'http://${ACTIONS_HOST}:5055/webhook'}\ntracker_store: {password: '${NOT_SET_ANYWHERE}'}"
    assert settings(tmp_path, endpoints=text).action_endpoint == "http://actions.example:5055/webhook"
    assert settings(tmp_path, "assistant: {database_url: 'sqlite:///${ACTIONS_HOST}.db'}").database_url == (
        "sqlite:///actions.example.db"
    )
    with pytest.raises(MissingVariable, match=r'endpoints\.yml:2: the environment has no variable "NOT_SET_ANYWHERE"'):
        settings(tmp_path, endpoints="action_endpoint:\n  url: http://${NOT_SET_ANYWHERE}/webhook")


def test_the_projects_own_settings_go_before_rasas(tmp_path: Path) -> None:
    found = settings(tmp_path, RASA + "assistant: {nlu_threshold: 0.5, faq_threshold: 0.6}")
    assert (found.nlu_threshold, found.nlu_ambiguity, found.faq_threshold) == (0.5, 0.2, 0.6)


def test_the_action_server_is_taken_from_the_endpoints(tmp_path: Path) -> None:
    assert settings(tmp_path, endpoints="action_endpoint: {url: 'http://localhost:5055/webhook'}").action_endpoint == (
        "http://localhost:5055/webhook"
    )
    assert settings(tmp_path, endpoints="action_endpoint: null\ntracker_store: {type: sql}").action_endpoint == ""


def test_an_action_server_without_its_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingKey, match=re.escape('endpoints.yml:2: key "url" is missing; did you mean it by "ulr"')):
        settings(tmp_path, endpoints="action_endpoint:\n  ulr: http://localhost:5055/webhook")


def test_a_flag_goes_before_the_environment_and_that_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = "assistant: {max_actions: 2, threads: 2}"
    assert settings(tmp_path, config).max_actions == 2
    monkeypatch.setenv("ASSISTANT_MAX_ACTIONS", "3")
    assert settings(tmp_path, config).max_actions == 3
    found = settings(tmp_path, config, max_actions=4, threads=None)
    assert (found.max_actions, found.threads) == (4, 2)


@pytest.mark.parametrize(
    ("config", "error", "words"),
    [
        (
            "language: en\nassistant:\n  nlu_treshold: 0.4",
            UnknownKey,
            'config.yml:3: unknown key "nlu_treshold"; did you mean "nlu_threshold"?',
        ),
        (
            "language: en\nassistant:\n  threads: 2\n  nlu_threshold: 2",
            BadSetting,
            'config.yml:4: setting "nlu_threshold" cannot be 2',
        ),
        ("assistant: {threads: many}", BadSetting, "config.yml:1: setting \"threads\" cannot be 'many'"),
        ("pipeline:\n- name: FallbackClassifier\n  threshold: high", BadSetting, 'config.yml:3: setting "nlu_threshold"'),
        ("assistant: [threads]", WrongType, 'config.yml:1: "assistant" wants a mapping, found a list'),
        ("- a list", WrongType, "wants a mapping"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(tmp_path: Path, config: str, error: type[SourceError], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        settings(tmp_path, config)


def test_a_mistake_in_the_environment_is_not_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_THREADS", "none")
    with pytest.raises(BadSetting, match=r'PRJ-003 setting "threads" cannot be \'none\''):
        settings(tmp_path, "assistant: {threads: 2}")


def test_a_flag_out_of_range_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match='setting "threads" cannot be 0'):
        settings(tmp_path, threads=0)


def test_settings_do_not_change_while_they_are_in_force() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().threads = 3
