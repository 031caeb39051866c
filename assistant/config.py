"""Settings of a project. Order: typed flag, environment (``ASSISTANT_...``), the project's config.yml, default."""

from __future__ import annotations

import os
import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from assistant.errors import BadSetting, MissingVariable, Place
from assistant.rasa_config import Found, rasa_settings
from assistant.yaml_source import YamlList, YamlMap, only_keys, read_yaml, require, want_map

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_settings import PydanticBaseSettingsSource

Dimension: TypeAlias = Literal[
    "amount-of-money",
    "credit-card-number",
    "distance",
    "duration",
    "email",
    "number",
    "order-number",
    "ordinal",
    "phone-number",
    "quantity",
    "temperature",
    "time",
    "url",
    "volume",
]
"""The kinds of values that are resolved, as Duckling names them, and order numbers."""

CATEGORIES = ("hate", "abuse", "sexual", "self_harm", "spam")


def _category(name: str) -> str:
    if name not in CATEGORIES:
        raise ValueError(f"a category is one of {', '.join(CATEGORIES)}")
    return name


Category: TypeAlias = Annotated[str, AfterValidator(_category)]
"""What moderation may find in a message."""

ADAPTED_KEY = "assistant"
"""The key of config.yml under which this project's own settings stand; Rasa ignores it."""

PREFIX = "ASSISTANT_"

_VARIABLE = re.compile(r"\$\{(\w+)\}")

DUCKLING = "DucklingEntityExtractor"

DAY_FIRST_REGIONS = frozenset({"GB", "IE", "AU", "NZ", "IN", "ZA", "BZ", "JM", "TT"})
"""Where dates in English begin with the day; elsewhere Duckling reads them as in the United States."""


class TranslationSettings(BaseModel):
    """How people are understood who write in another language than the bot's.

    Attributes:
        engine: what translates; off: nothing does.
        bot_language: ISO 639-1 code of the language of responses, examples and FAQ.
        languages: codes of what people may write in, beside the bot's.
        models: for ctranslate2, the folder of each pair such as ``de-en``, from the project's folder on.
        hypotheses: so many translations are asked for, and the best is taken.
        slot: that holds the language where the project sets it itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    engine: Literal["off", "argostranslate", "ctranslate2"] = "off"
    bot_language: str = Field(default="en", pattern="^[a-z]{2,3}$")
    languages: tuple[Annotated[str, Field(pattern="^[a-z]{2,3}$")], ...] = ()
    models: dict[str, str] = {}
    hypotheses: int = Field(default=4, ge=1, le=16)
    slot: str = "language"


class Settings(BaseSettings):
    """What can be set, with its unit and effect.

    The names in config.yml are these under ``assistant:``; in the environment they are upper case after ``ASSISTANT_``.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    database_url: str = Field("", description="SQLAlchemy URL; empty: SQLite in the project's state folder")
    nlu_threshold: float = Field(0.4, ge=0, le=1, description="an intent below this probability is not trusted")
    nlu_ambiguity: float = Field(0.1, ge=0, le=1, description="two best intents closer than this are not trusted")
    faq_threshold: float | None = Field(
        None, ge=0, le=1, description="an FAQ answer below this probability is not given; none: what the FAQ's own entries suggest"
    )
    knowledge: tuple[str, ...] = Field(
        (), description="files and folders of documents, within the project, that questions are answered from; beside knowledge/"
    )
    knowledge_threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="a document's answer below this probability is not given; none: what the reader suggests",
    )
    follow_ups: bool = Field(True, description="whether an FAQ answer offers the questions that are likely next")
    long_answer_words: int = Field(
        120, ge=0, description="an FAQ answer of more words is given in short first, with a button for all of it; 0: never"
    )
    learned_policy: bool = Field(
        True, description="whether what stories suggest decides where none of them fits; off where config.yml lists no TEDPolicy"
    )
    policy_threshold: float = Field(0.5, ge=0, le=1, description="a suggestion of the learned policy below this is not followed")
    rule_policy: bool = Field(True, description="whether rules decide; off where config.yml lists its policies without RulePolicy")
    story_policy: Literal["augmented", "exact", "off"] = Field(
        "augmented", description="whether stories are recognised in the middle of a conversation, from its start, or not at all"
    )
    fallback_prediction: bool = Field(True, description="whether a message that nothing fits is answered by the fallback action")
    fallback_action: str = Field("action_default_fallback", description="the action that answers where nothing fits")
    max_history: int = Field(6, ge=1, le=50, description="states that stories are compared over")
    form_attempts: int = Field(3, ge=0, description="messages in vain after which a form offers a way out; 0: never")
    form_timeout_minutes: float = Field(0, ge=0, description="minutes of silence after which a form is left; 0: as the session")
    form_reminder_minutes: float = Field(0, ge=0, description="minutes of silence after which a form asks once more; 0: never")
    form_cancel: tuple[str, ...] = Field(
        ("cancel", "stop", "quit", "exit", "abort", "never mind", "nevermind", "forget it", "leave it", "cancel that", "stop it"),
        description="messages that leave a form, whatever it asks for",
    )
    form_back: tuple[str, ...] = Field(
        ("back", "go back", "one back", "previous", "previous question"), description="messages that go one question of a form back"
    )
    moderation: dict[Category, Literal["log", "warn", "refuse", "hand_off"]] = Field(
        {}, description="what a flagged message gets, by category; a category that is not named is only logged"
    )
    moderation_thresholds: dict[Category, Annotated[float, Field(ge=0, le=1)]] = Field(
        {}, description="probabilities from which a message is flagged, by category; those that were measured where none is named"
    )
    handoff_sentiment: float | None = Field(
        None, ge=-1, le=1, description="a person is offered where the mood of the last messages falls below this; none: never"
    )
    sentiment_slot: str = Field("", description="slot that gets the sentiment of each message; empty: none")
    emotion_slot: str = Field("", description="slot that gets the emotion of each message; empty: none")
    max_actions: int = Field(10, ge=1, le=100, description="actions in one turn before the assistant listens in any case")
    action_timeout_s: float = Field(10.0, gt=0, description="seconds a custom action may take")
    action_endpoint: str = Field("", description="URL of an action server; empty: actions run in a process of their own")
    values: dict[str, Dimension] = Field({}, description="entities whose values are resolved, each with the kind of value it has")
    duckling: tuple[Dimension, ...] = Field((), description="kinds of values that are found and resolved as Duckling would")
    date_order: Literal["dmy", "mdy"] = Field("dmy", description="whether 3/4 is the third of April or the fourth of March")
    timezone: str = Field("", description="of resolved times, such as Europe/Dublin; empty: the machine's own")
    redact: bool = Field(
        default=False, description="store what users write without e-mail addresses and phone, card and account numbers"
    )
    translation: TranslationSettings = Field(
        TranslationSettings(), description="what translates for people who write in another language than the bot's"
    )
    language: Literal["auto", "de", "en", "es", "fr"] = Field(
        "auto", description="language of the screens; auto: what LC_ALL, LC_MESSAGES or LANG ask for, else English"
    )
    threads: int = Field(1, ge=1, description="processor threads for one answer")

    @field_validator("knowledge", mode="before")
    @classmethod
    def _as_paths(cls, value: object) -> object:
        """One path may be written without a list around it."""
        return (value,) if isinstance(value, str) else value

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, name: str) -> str:
        try:
            return str(ZoneInfo(name)) if name else name
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise ValueError("it is no time zone such as Europe/Dublin") from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (the signature is the library's)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Puts the environment before what the project's files say; typed flags are laid over both by load_settings."""
        return env_settings, init_settings


def load_settings(config: Path | None = None, endpoints: Path | None = None, **flags: object) -> Settings:
    """Returns the settings in force.

    Args:
        config: the project's config.yml: Rasa's thresholds, and this project's own settings under ``assistant:``.
        endpoints: the project's endpoints.yml: where the action server is.
        flags: what was typed; None counts as not typed.

    Raises:
        BadSetting: a value is of the wrong type or out of range.
        SourceError: a file is no mapping, or names a setting that is not known.
    """
    found = (_from_config(config) if config else {}) | (_from_endpoints(endpoints) if endpoints else {})
    try:
        settings = Settings(**{name: value for name, (value, _) in found.items()})
        typed = {name: value for name, value in flags.items() if value is not None}
        # No variable has such a prefix: what was typed goes before the environment.
        return Settings(_env_prefix="=", **(settings.model_dump() | typed)) if typed else settings  # type: ignore[call-arg]
    except ValidationError as error:
        first = error.errors()[0]
        (setting, *parts), value = first["loc"], first.get("input")
        name = ".".join(str(part) for part in first["loc"])
        written, place = found.get(str(setting), (None, None))
        for part in parts:
            written = written.get(part) if isinstance(written, dict) else None
        raise BadSetting(name=name, value=value, why=first["msg"].lower(), where=place if written == value else None) from error


def origins(config: Path | None = None, endpoints: Path | None = None) -> dict[str, str]:
    """Returns where each setting comes from that somebody has set: a variable of the environment, or a place in a file.

    Raises:
        SourceError: a file is no mapping, or names a setting that is not known.
    """
    found = (_from_config(config) if config else {}) | (_from_endpoints(endpoints) if endpoints else {})
    places = {name: f"{PurePath(where.path).name}:{where.line}" for name, (_, where) in found.items()}
    variables = {name: f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return places | {name: variable for name, variable in variables.items() if variable in os.environ}


def _from_config(path: Path) -> Found:
    content = want_map(read_yaml(path), key="the file", where=Place(str(path)))
    found = rasa_settings(content) | _duckling(content)
    own = want_map(content.get(ADAPTED_KEY), key=ADAPTED_KEY, where=content.place(ADAPTED_KEY))
    only_keys(own, Settings.model_fields.keys())
    return found | {name: (_expanded(value, own.place(name)), own.place(name)) for name, value in own.items()}


def _duckling(content: YamlMap) -> Found:
    """What `DucklingEntityExtractor` is told; kinds of values that are not known here are passed over."""
    pipeline = content.get("pipeline")
    components = list(enumerate(pipeline)) if isinstance(pipeline, YamlList) else []
    named = [(i, c if isinstance(c, YamlMap) else {"name": c}) for i, c in components]
    place, component = next(((i, c) for i, c in named if str(c.get("name", "")).rsplit(".", 1)[-1] == DUCKLING), (0, None))
    if component is None or not isinstance(pipeline, YamlList):
        return {}
    where = pipeline.place(place)
    known = [name for name in get_args(Dimension) if name != "order-number"]
    wanted = component.get("dimensions")
    locale = str(component.get("locale") or content.get("language") or "en").replace("-", "_")
    language, _, region = locale.partition("_")
    is_american = language == "en" and region.upper() not in DAY_FIRST_REGIONS
    found: Found = {
        "duckling": (tuple(name for name in wanted if name in known) if isinstance(wanted, list) else tuple(known), where),
        "date_order": ("mdy" if is_american else "dmy", where),
    }
    return found | ({"timezone": (str(component["timezone"]), where)} if component.get("timezone") else {})


def _from_endpoints(path: Path) -> Found:
    content = want_map(read_yaml(path), key="the file", where=Place(str(path)))
    endpoint = want_map(content.get("action_endpoint"), key="action_endpoint", where=content.place("action_endpoint"))
    if not endpoint:
        return {}
    url = require(endpoint, "url")
    return {"action_endpoint": (_expanded(str(url), endpoint.place("url")), endpoint.place("url"))} if url else {}


def _expanded(value: Any, where: Place) -> Any:
    """The value with ``${NAME}`` replaced by what the environment has.

    Raises:
        MissingVariable: it has none.
    """
    if not isinstance(value, str) or "${" not in value:
        return value

    def replaced(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise MissingVariable(where=where, name=match[1])
        return os.environ[match[1]]

    return _VARIABLE.sub(replaced, value)
