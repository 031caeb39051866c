"""``summarize``: the sentences that say most of documents, or what a person must know of a conversation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.options import JsonOption, ProjectOption, project_and_settings
from assistant.cli.output import write, write_json
from assistant.errors import NothingToSummarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.knowledge.document import Document
    from assistant.knowledge.summaries import Chosen


def register(app: typer.Typer) -> None:
    """Adds the verb."""
    app.command()(summarize)


def summarize(
    names: Annotated[list[str], typer.Argument(metavar="FILE|SENDER...", help="Files of text, or the sender of a conversation.")],
    n_sentences: Annotated[int, typer.Option("--sentences", min=1, max=50, help="How many sentences of files.")] = 3,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Sums up documents by their most telling sentences, each with its source; or a conversation in three sentences."""
    if all(Path(name).exists() for name in names):
        _documents([Path(name) for name in names], n_sentences, in_json=json)
    elif len(names) == 1:
        _conversation(names[0], project, in_json=json)
    else:
        missing = next(name for name in names if not Path(name).exists())
        raise NothingToSummarise(name=missing, why="there is no such file")


def _documents(paths: Sequence[Path], n_sentences: int, *, in_json: bool) -> None:
    from assistant.knowledge.files import document_files, read_document
    from assistant.knowledge.summaries import summarise
    from assistant.opening import open_plain_encoder

    documents = [read_document(file) for file in document_files(paths)]
    encoder = open_plain_encoder()
    bodies = ["\n\n".join(_passages(document)) for document in documents]
    chosen = summarise(bodies, encoder.encode, n_sentences, encoder.in_order)
    rows = [_sourced(documents[one.source], one) for one in chosen]
    if in_json:
        write_json({"sentences": rows})
        return
    for row in rows:
        write(f"{row['text']}\n    from {row['place']}")


def _passages(document: Document) -> list[str]:
    return [document.text[passage.start : passage.end] for passage in document.passages]


def _sourced(document: Document, one: Chosen) -> dict[str, Any]:
    """Returns a sentence with where it stands in its document; a summary is made of passages, which have no headings among them."""
    offset = 0
    for passage in document.passages:
        length = passage.end - passage.start
        if offset <= one.span[0] < offset + length:
            start = passage.start + one.span[0] - offset
            place = document.place(passage)
            return {"text": one.text, "place": place, "start": start, "end": start + one.span[1] - one.span[0], "share": one.share}
        offset += length + 2  # the empty line between two passages
    raise AssertionError("a sentence stands in a passage")


def _conversation(sender: str, project: Path | None, *, in_json: bool) -> None:
    from assistant.dialogue.domain import load_domain
    from assistant.dialogue.summaries import summarise
    from assistant.dialogue.tracker import Tracker
    from assistant.knowledge.summaries import most_telling
    from assistant.opening import open_plain_encoder, open_project_database
    from assistant.stores.conversations import ConversationStore

    found, settings = project_and_settings(project)
    with open_project_database(found, settings) as database:
        store = ConversationStore(database)
        events = store.load(sender)
        known = [] if events else [row.sender_id for row in store.senders()]
    if not events:
        raise NothingToSummarise(name=sender, why="there is no such file, and nobody of that name has written", known=known)
    encoder = open_plain_encoder()
    tracker = Tracker(sender, load_domain(found), events)
    lines = summarise(tracker, lambda messages: most_telling(messages, encoder.encode)).splitlines()
    if in_json:
        write_json({"sender_id": sender, "sentences": lines[:3], "known": lines[3:]})
    else:
        write("\n".join(lines))
