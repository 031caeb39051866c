"""Measures how duplicates are found: ``python -m tests.benchmarks.faq_duplicates [--encoder checkpoint]``.

The shipped entries are meant to be distinct: each pair of them that is reported counts as a false alarm. To them come, one after
another, entries that double one of them in other words (`tests/data/faq_duplicates.jsonl`), some with an answer that contradicts.
The limits in `assistant/faq/duplicates.py` were chosen on the entries and their held-out paraphrases, not on these; what counts as
a contradiction was written with these in view.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from assistant.faq.entry import FaqEntry
from assistant.faq.files import read_entries
from assistant.faq.retriever import Retriever
from tests.benchmarks.faq_retrieval import ROOT, encoder_named


def main() -> None:
    """Prints the false alarms, what was missed, and the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default="checkpoint", help="checkpoint, teacher or a model folder")
    entries = [entry for file in sorted((ROOT / "data" / "faq").iterdir()) for entry in read_entries(file)]
    retriever = Retriever(entries, encoder_named(parser.parse_args().encoder).encode)
    alarms = retriever.likenesses()
    for pair in alarms:
        print(f"reported: {pair.entry_id}, {pair.other_id} {pair.why}")
    lines = (ROOT / "tests" / "data" / "faq_duplicates.jsonl").read_text(encoding="utf-8").splitlines()
    planted = [(json.loads(line), found_like(retriever, json.loads(line))) for line in lines]
    for row, found in planted:
        if row["doubles"] not in found or bool(found[row["doubles"]]) is not row["contradicts"]:
            print(f"{row['doubles']}: {row['question']!r} found as {found.get(row['doubles'], 'nothing')!r}")
    n_found = sum(row["doubles"] in found for row, found in planted)
    n_others = sum(len(found.keys() - {row["doubles"]}) for row, found in planted)
    told = [(row["contradicts"], bool(found.get(row["doubles"]))) for row, found in planted]
    print(f"{len(entries)} distinct entries: {len(alarms)} pairs reported")
    print(f"{len(planted)} planted duplicates: {n_found} found, with {n_others} other entries beside them")
    print(f"contradictions: {sum(wanted and seen for wanted, seen in told)} of {sum(wanted for wanted, _ in told)} seen,")
    print(f"{sum(seen and not wanted for wanted, seen in told)} seen where there is none")


def found_like(retriever: Retriever, row: dict[str, Any]) -> dict[str, str]:
    """Returns the entries that a planted one is found to double, each with what it contradicts them in."""
    entry = FaqEntry("zz-planted", row["question"], row["answer"], tuple(row["alternatives"]), status="published")
    return {pair.entry_id: pair.why for pair in retriever.alike(entry)}


if __name__ == "__main__":
    main()
