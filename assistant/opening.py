"""Puts an agent together from a project: its files, model, database and actions."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache, partial
from typing import TYPE_CHECKING

from assistant.actions.choosing import action_runner
from assistant.agent import Agent, Memory
from assistant.albert.fluency import AT_ONCE
from assistant.albert.manifest import verify_manifest
from assistant.dialogue.domain import load_domain
from assistant.dialogue.policies.learned import LearnedPolicy, load_policy
from assistant.dialogue.stories import load_stories
from assistant.errors import AssistantError, MissingError, NoModel
from assistant.faq.index import FaqIndex
from assistant.knowledge.entry_doubts import EntryProofs
from assistant.knowledge.index import DocumentIndex
from assistant.knowledge.reader import Reader
from assistant.knowledge.syncing import sync
from assistant.knowledge.warming import Warming
from assistant.nlu.interpreter import Interpreter
from assistant.nlu.signals.anchors import words_alone
from assistant.nlu.values.configured import configured_values
from assistant.project import made_folder, model_in_use, shipped_reader, shipped_root, shipped_signals
from assistant.stores.askings import AskingStore
from assistant.stores.conversations import ConversationStore
from assistant.stores.database import open_database
from assistant.stores.documents import DocumentStore
from assistant.stores.entries import EntryStore
from assistant.stores.handoffs import HandoffStore
from assistant.stores.seeding import seed_if_empty
from assistant.stores.unanswered import UnansweredStore
from assistant.translation.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.agent import Understanding
    from assistant.albert.fluency import FluencyScorer
    from assistant.albert.plain_states import PlainEncoder
    from assistant.config import Settings
    from assistant.dialogue.domain import Domain
    from assistant.messages import ProgressCallback
    from assistant.nlu.signals.heads import SignalHeads
    from assistant.project import Project
    from assistant.stores.database import Database


def open_agent(project: Project, settings: Settings, *, model: Path | None = None) -> Agent:
    """Returns the agent of a project, ready to answer.

    Args:
        project: its files.
        settings: in force.
        model: a model folder; None: the project's model in use.

    Raises:
        MissingError: there is no model, or it is damaged.
        SourceError: the project's files do not hold together.
        StoreError: the database cannot be opened.
    """
    with ExitStack() as opened:
        runner = action_runner(project, settings, project.state)  # first: it starts up beside the rest
        if runner is not None:
            opened.callback(runner.close)
        domain, stories = load_domain(project), load_stories(project)
        folder = _model_folder(project, model)
        database = opened.enter_context(open_project_database(project, settings))
        entries = EntryStore(database)
        agent = Agent(
            domain=domain,
            stories=stories,
            settings=settings,
            memory=Memory(
                ConversationStore(database), entries, UnansweredStore(database), HandoffStore(database), AskingStore(database)
            ),
            model=folder,
            load_model=partial(_load_model, entries, settings),
            load_policy=partial(_load_learned, settings),
            open_documents=partial(open_documents, DocumentStore(database), settings=settings),
            order=Warming(lambda: open_plain_encoder(settings.threads).in_order) if settings.follow_ups else lambda: None,
            runner=runner,
            translator=open_translator(project.root, settings),
            proofread=open_proofs(settings).doubts,
        )
        opened.pop_all()  # from here on they are the agent's to close
    agent.on_close(database.close)
    return agent


def open_project_database(project: Project, settings: Settings) -> Database:
    """Returns the project's database, with the seed of its FAQ in it."""
    if not settings.database_url:
        made_folder(project.state)
    database = open_database(settings.database_url or project.database_url, redacts=settings.redact)
    seed_if_empty(EntryStore(database), project.faq)
    folders = knowledge_paths(project, settings)
    if folders:
        sync(DocumentStore(database), folders, project.shown)
    return database


def knowledge_paths(project: Project, settings: Settings) -> list[Path]:
    """Returns the files and folders of documents that a project names or has."""
    own = [project.knowledge] if project.knowledge else []
    return own + [project.root / path for path in settings.knowledge]


def load_interpreter(project: Project, settings: Settings, model: Path | None = None) -> Interpreter:
    """Returns the interpreter of a model folder, by default of the model in use.

    Raises:
        NoModel: none has been trained yet.
    """
    return _load_interpreter(_model_folder(project, model), settings)


def _load_interpreter(folder: Path, settings: Settings) -> Interpreter:
    return Interpreter.load(
        folder, threads=settings.threads, values=configured_values(settings), thresholds=settings.moderation_thresholds
    )


def learned_policy(domain: Domain, settings: Settings, folder: Path) -> LearnedPolicy | None:
    """Returns the policy that was learned with a model; None where there is none, or the settings do not want it.

    Raises:
        MissingError: the folder is not as its manifest says.
    """
    verify_manifest(folder)
    return _load_learned(settings, folder, domain)


def _load_learned(settings: Settings, folder: Path, domain: Domain) -> LearnedPolicy | None:
    """The same of a folder that was checked when its interpreter was loaded."""
    return load_policy(folder, domain, settings.policy_threshold) if settings.learned_policy else None


def _model_folder(project: Project, model: Path | None) -> Path:
    folder = model or model_in_use(project)
    if folder is None:
        raise NoModel(project=str(project.root))
    return folder


def _load_model(entries: EntryStore, settings: Settings, folder: Path) -> tuple[Interpreter, FaqIndex]:
    interpreter = _load_interpreter(folder, settings)
    faq = open_faq(entries, interpreter, settings)
    faq.refreshed()  # vectors are made while the assistant opens, not while the first question waits
    return interpreter, faq


def open_faq(entries: EntryStore, interpreter: Interpreter, settings: Settings) -> FaqIndex:
    """Returns the index of the FAQ over the interpreter's sentence vectors."""
    return FaqIndex(entries, interpreter.encode, interpreter.fingerprint, settings.faq_threshold, is_word=interpreter.is_word)


def open_documents(
    store: DocumentStore, interpreter: Understanding, settings: Settings, progress: ProgressCallback | None = None
) -> DocumentIndex:
    """Returns the index of the documents over the interpreter's sentence vectors, with what is missing of these made."""
    reader = partial(open_reader, settings.threads)
    index = DocumentIndex(store, interpreter.encode, interpreter.fingerprint, reader, settings.knowledge_threshold)
    index.refreshed(progress)
    return index


def open_reader(threads: int = 1) -> Reader:
    """Returns the shipped reader of answers.

    Raises:
        MissingError: its files are missing or damaged.
    """
    return Reader.load(shipped_reader(), open_plain_encoder(threads))


def open_translator(root: Path, settings: Settings) -> Translator:
    """Returns what translates, with its engines opened; one that says why it cannot where an engine is not there.

    Args:
        root: of the project: the folders of models are relative to it.
        settings: in force.
    """
    wanted = settings.translation
    if wanted.engine == "off":
        return Translator(wanted)
    from assistant.translation.engine import every_pair, open_engine

    try:
        engines = {(source, target): open_engine(wanted, source, target, root) for source, target in every_pair(wanted)}
    except AssistantError as error:
        return Translator(wanted, problem=str(error))
    return Translator(wanted, lambda source, target: engines[source, target], partial(_fluency_of, settings.threads))


def open_proofs(settings: Settings) -> EntryProofs:
    """Returns what looks entries through before people read them; it loads what it needs when it is asked first."""

    def heads() -> SignalHeads | None:
        folder = shipped_signals()
        return words_alone(folder).with_thresholds(settings.moderation_thresholds) if folder else None

    return EntryProofs(heads, lambda: open_fluency(settings.threads))


def _fluency_of(threads: int, texts: Sequence[str]) -> list[float]:
    """Returns the mean log-probability of a word of each text; all alike where the checkpoint is not there to tell."""
    try:
        return [one.mean for one in open_fluency(threads).score(texts, at_once=AT_ONCE)]
    except MissingError:
        return [0.0] * len(texts)


@cache
def open_fluency(threads: int = 1) -> FluencyScorer:
    """Returns what tells the fluency of English texts by the shipped checkpoint, loaded once.

    Raises:
        MissingError: its files are missing or damaged.
    """
    from assistant.albert.fluency import FluencyScorer

    return FluencyScorer.load(shipped_root() / "data" / "albert-compact", open_plain_encoder(threads))


@cache
def open_plain_encoder(threads: int = 1) -> PlainEncoder:
    """Returns the shipped checkpoint's own encoder, loaded once.

    Raises:
        MissingError: its files are missing or damaged.
    """
    from assistant.albert.plain_states import PlainEncoder

    return PlainEncoder.load(shipped_root() / "data" / "albert-compact", threads=threads)
