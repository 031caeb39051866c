from __future__ import annotations

from assistant.validation.intent_health import FEW, intent_health, shared_examples


def many(intent: str, n: int) -> list[tuple[str, str]]:
    words = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"]
    return [(f"{intent} {words[i]} {words[-i - 1]}", intent) for i in range(n)]


def test_health_says_what_is_wrong_with_an_intent() -> None:
    examples = [
        *many("greet", FEW),
        *many("track", FEW),
        *many("bye", 2),
        ("where is my parcel", "track"),
        ("Where is my parcel?", "bye"),
    ]
    measured = [("greet", "greet", 6), ("greet", "bye", 2), ("track", "track", 30), ("track", "bye", 2), ("bye", "greet", 1)]
    found = intent_health(examples, measured, intents=["greet", "empty"])
    assert found["greet"].confused == (("bye", 2),)
    assert not found["greet"].is_short
    assert found["track"].confused == ()
    assert found["track"].alike == (("bye", 1),)
    assert (found["bye"].n_examples, found["bye"].is_short, found["bye"].confused) == (3, True, ())
    assert (found["empty"].n_examples, found["empty"].is_well) == (0, False)


def test_shared_examples_are_the_same_or_nearly_so_and_of_two_intents() -> None:
    examples = [
        ("track my order", "a"),
        ("track the order", "b"),
        ("Track my order!", "c"),
        ("track my order", "a"),
        ("hi there you", "a"),
    ]
    found = {tuple(sorted((examples[one][1], examples[other][1]))) for one, other in shared_examples(examples)}
    assert ("a", "c") in found
    assert all(one != other for one, other in found)
