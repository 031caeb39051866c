"""``knowledge``: the longer documents that questions are answered from."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import JsonOption, ModelOption, ProjectOption, project_and_settings
from assistant.cli.output import progress, talk, write, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.config import Settings
    from assistant.knowledge.document import Document
    from assistant.project import Project
    from assistant.stores.documents import DocumentStore

app = typer.Typer(help="Longer documents that questions are answered from.", rich_markup_mode=None, no_args_is_help=True)

_SHOWN = 3
DocumentArgument = Annotated[str, typer.Argument(metavar="ID", help="A document, as `knowledge list` names it.")]


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(help="Markdown, plain text, HTML or PDF; of a folder all such files in it.")],
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Adds documents, or takes over what has changed in them; a file that is as it was changes nothing."""
    from assistant.knowledge.files import document_files

    with _open(project) as (found, settings, documents):
        rows = _taken(found, documents, list(document_files(files)))
        n_vectors = _make_vectors(found, settings, documents)
    _report(rows, n_vectors, in_json=json)


@app.command()
def update(
    documents: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Documents; all when none is named.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Reads the files of documents again; what has not changed stays as it is."""
    with _open(project) as (found, settings, store):
        chosen = [store.get(name) for name in documents] if documents else store.list()
        rows = _taken(found, store, [found.root / document.source for document in chosen])
        n_vectors = _make_vectors(found, settings, store)
    _report(rows, n_vectors, in_json=json)


@app.command("list")
def list_documents(json: JsonOption = False, project: ProjectOption = None) -> None:
    """Lists the documents."""
    with _open(project) as (_, _, store):
        found = store.list()
    if json:
        write_json([document.as_json() for document in found])
        return
    for document in found:
        words = f"{document.n_words:,} words"
        write(f"{document.id:<30} {words:>14}  {len(document.passages):>4} passages  {document.title}  ({document.source})")


@app.command()
def show(document: DocumentArgument, json: JsonOption = False, project: ProjectOption = None) -> None:
    """Shows a document as it is searched: its passages with their headings and the characters that they take."""
    with _open(project) as (_, _, store):
        found = store.get(document)
    passages = [{**passage.as_json(), "text": found.text[passage.start : passage.end]} for passage in found.passages]
    if json:
        write_json(found.as_json() | {"passages": passages})
        return
    write(f"{found.title}  ({found.source})")
    for passage in found.passages:
        write(f"\n[{passage.start}:{passage.end}] {found.place(passage)}")
        write(found.text[passage.start : passage.end])


@app.command()
def remove(document: DocumentArgument, json: JsonOption = False, project: ProjectOption = None) -> None:
    """Removes a document; its file stays where it is."""
    from assistant.opening import knowledge_paths

    with _open(project) as (found, settings, store):
        gone = store.get(document)
        store.remove(gone.id)
        file = found.root / gone.source
        is_own = any(file == path or path in file.parents for path in knowledge_paths(found, settings)) and file.exists()
    if is_own:
        talk(f"{gone.source} stands among the project's own documents, so it comes back at the next start; move the file away")
    if json:
        write_json({"removed": gone.id})
    else:
        write(f"removed {gone.id}")


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="What somebody might ask.")],
    json: JsonOption = False,
    project: ProjectOption = None,
    model: ModelOption = None,
) -> None:
    """Shows what the documents answer to a question, with scores; the first answers if it is over the threshold."""
    from assistant.opening import load_interpreter, open_documents

    with _open(project) as (found, settings, store):
        interpreter = load_interpreter(found, settings, model)
        result = open_documents(store, interpreter, settings).ask(question, _SHOWN)
    if json:
        matches = [match.as_json() for match in result.matches]
        write_json({"answered": result.best is not None, "threshold": result.threshold, "matches": matches})
        return
    for match in result.matches:
        start, end = match.span
        write(f"{match.score:.2f}  {match.place}")
        write(f"      {match.sentence[:start]}[{match.answer}]{match.sentence[end:]}")
    write(f"answers from {result.best.place}" if result.best else f"abstains: nothing reaches {result.threshold:.2f}")


@contextmanager
def _open(folder: Path | None) -> Iterator[tuple[Project, Settings, DocumentStore]]:
    from assistant.opening import open_project_database
    from assistant.stores.documents import DocumentStore

    found, settings = project_and_settings(folder)
    with open_project_database(found, settings) as database:
        yield found, settings, DocumentStore(database)


def _taken(project: Project, store: DocumentStore, files: Sequence[Path]) -> list[tuple[str, str]]:
    """Reads all files before any is kept, so that one that cannot be read leaves everything as it was."""
    from assistant.knowledge.files import read_document
    from assistant.messages import Progress

    read: list[Document] = []
    with progress() as report:
        for number, file in enumerate(files, 1):
            read.append(read_document(file, project.shown(file.resolve())))
            report(Progress("documents", number, len(files)))
    return [(store.put(document), document.source) for document in read]


def _make_vectors(project: Project, settings: Settings, store: DocumentStore) -> int:
    """Makes the vectors that are missing, where there is a model to make them; returns of how many documents there are some."""
    from assistant.errors import NoModel
    from assistant.opening import load_interpreter, open_documents

    try:
        interpreter = load_interpreter(project, settings)
    except NoModel:
        talk("no model has been trained yet; the vectors are made when the assistant starts")
        return 0
    with progress() as report:
        open_documents(store, interpreter, settings, report)
    return len(store.load_vectors(interpreter.fingerprint))


def _report(rows: Sequence[tuple[str, str]], n_vectors: int, *, in_json: bool) -> None:
    if in_json:
        write_json({"documents": [{"change": change, "source": source} for change, source in rows], "with_vectors": n_vectors})
        return
    for change, source in rows:
        write(f"{change:<10} {source}")
