"""Checks a project's files as a whole: what training and chatting would stumble over, found before, with its place."""

from assistant.validation.config_checks import components_of
from assistant.validation.finding import Finding
from assistant.validation.option_checks import replaced_options
from assistant.validation.project_checks import validate_project

__all__ = ["Finding", "components_of", "replaced_options", "validate_project"]
