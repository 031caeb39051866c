"""Which policies a bot has, and in which order they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.exits import Exits
from assistant.dialogue.policies.commands import CommandPolicy
from assistant.dialogue.policies.documents import DocumentPolicy
from assistant.dialogue.policies.fallback import FallbackPolicy
from assistant.dialogue.policies.faq import FaqPolicy
from assistant.dialogue.policies.form_exit import FormExitPolicy
from assistant.dialogue.policies.forms import FormPolicy, ResumePolicy
from assistant.dialogue.policies.moderation import ACTION_HANDOFF, ModerationPolicy
from assistant.dialogue.policies.mood import MoodPolicy
from assistant.dialogue.policies.rules import RulePolicy
from assistant.dialogue.policies.stories import StoryPolicy
from assistant.dialogue.stories import ActionStep
from assistant.dialogue.tracker import ACTION_LISTEN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.config import Settings
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.policies import Policy
    from assistant.dialogue.stories import Story
    from assistant.messages import DocumentResult, FaqResult


def build_policies(
    domain: Domain,
    stories: Sequence[Story],
    settings: Settings,
    ask_faq: Callable[[str], FaqResult],
    ask_faq_exactly: Callable[[str], FaqResult] | None = None,
    *,
    learned: Policy | None = None,
    ask_documents: Callable[[str], DocumentResult] | None = None,
) -> list[Policy]:
    """Returns the policies of a bot, highest first.

    Args:
        domain: what the project defines.
        stories: its rules and stories.
        settings: thresholds and limits.
        ask_faq: searches the FAQ.
        ask_faq_exactly: finds entries whose own question a message is; None: it is searched for them.
        learned: the policy that was trained with the model; None: there is none.
        ask_documents: reads longer documents; None: there are none.
    """
    rules = RulePolicy(stories, domain) if settings.rule_policy else None
    is_augmented, has_stories = settings.story_policy == "augmented", settings.story_policy != "off"
    memorised = StoryPolicy(stories, domain, settings.max_history, augmented=is_augmented) if has_stories else None
    policies: list[Policy | None] = [
        CommandPolicy(),
        ModerationPolicy(settings.moderation) if settings.moderation else None,
        FormExitPolicy(Exits(settings.form_cancel, settings.form_back), rules, memorised, learned),
        FormPolicy(),
        FaqPolicy(ask_faq, ask_faq_exactly, only_when_sure=True),
        DocumentPolicy(ask_documents) if ask_documents else None,
        rules,
        memorised,
        FaqPolicy(ask_faq, only_when_sure=False),
        learned,
        ResumePolicy(),
        FallbackPolicy(settings.fallback_action if settings.fallback_prediction else ACTION_LISTEN),
    ]
    asked = [policy for policy in policies if policy is not None]
    if settings.handoff_sentiment is None or not _hands_over(domain, stories):
        return asked
    return [MoodPolicy(asked, settings.handoff_sentiment)]


def _hands_over(domain: Domain, stories: Sequence[Story]) -> bool:
    """Whether a bot knows of people who take over."""
    steps = (step for story in stories for step in story.steps)
    return ACTION_HANDOFF in domain.actions or any(isinstance(step, ActionStep) and step.name == ACTION_HANDOFF for step in steps)
