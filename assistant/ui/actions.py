"""The registry of what can be done by key: bindings, footer, command palette and the F1 help all read it.

A key stands here once. Screens take their bindings with ``bindings("chat")``; a keymap may replace the keys by the action's id.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding

from assistant.languages import N_, tr, trc

KEY: Final = "key"
"""What the label of an action is for, beside other uses of the same word: it stands beside its key, and a footer is short."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person can do with a key.

    Attributes:
        place: where the key works; the id of a group in ``PLACES``.
        name: the Textual action, with its parameters.
        keys: one or more keys, separated by commas; the first is the one that is shown.
        label: one or two words for the footer, in English; help: one sentence.
        is_shown: whether the footer shows it.
        is_priority: whether it works while a text field has the focus and would take the key.
        display: how the key is written, where Textual's own way is not clear enough.
    """

    place: str
    name: str
    keys: str
    label: str
    help: str
    is_shown: bool = False
    is_priority: bool = False
    display: str | None = None

    @property
    def shown_label(self) -> str:
        """The label in the language in use."""
        return trc(KEY, self.label)

    @property
    def shown_help(self) -> str:
        """The sentence in the language in use."""
        return tr(self.help)

    @property
    def id(self) -> str:
        """The name by which a keymap finds it."""
        return f"{self.place}.{self.name}"

    @property
    def key_text(self) -> str:
        """The first key as help shows it."""
        first = self.keys.split(",")[0]
        return self.display or "+".join(_named(part) for part in first.split("+"))


_KEY_NAMES = {"pageup": N_("Page up"), "pagedown": N_("Page down"), "question_mark": "?", "up": "↑", "down": "↓", "slash": "/"}

PLACES: Final = {
    "app": N_("Everywhere"),
    "chat": N_("Chat"),
    "prompt": N_("Writing a message"),
    "message": N_("On a message (Tab or click to focus)"),
    "find": N_("Finding a text (Enter goes to the message)"),
    "faq": N_("FAQ"),
    "entries": N_("On an entry of the list"),
    "unanswered": N_("Unanswered questions"),
    "behind": N_("Where a question was asked"),
    "review": N_("Entries to review"),
    "figures": N_("Figures of the FAQ"),
    "versions": N_("Versions of an entry"),
    "importing": N_("Importing entries"),
    "editor": N_("Editing an entry"),
    "training": N_("Training"),
    "models": N_("On a model"),
    "intents": N_("Intents"),
    "utterances": N_("On an example of an intent"),
    "suggestions": N_("On a suggestion"),
    "new_intent": N_("Making an intent"),
    "evaluation": N_("Evaluation"),
    "heat": N_("On the confusion matrix"),
    "inbox": N_("Inbox"),
    "cases": N_("On a conversation of the inbox"),
    "case": N_("Reading a conversation of the inbox"),
    "answer": N_("Writing an answer"),
    "why": N_("Why? (the whole turn)"),
    "conversations": N_("In the list of conversations"),
    "replay": N_("Replaying a conversation"),
    "marking": N_("Selecting words"),
    "entities": N_("Marking entities"),
    "agree": N_("Agreeing to a change of files"),
    "settings": N_("Settings"),
    "tour": N_("The tour"),
    "dialog": N_("Dialogs"),
}
"""The groups of the help screen, in its order."""

ACTIONS: Final = (
    Action("app", "help", "f1", "Help", "Show all keys and what they do.", is_shown=True, is_priority=True),
    Action("app", "open('chat')", "f2", "Chat", "Talk to the assistant.", is_priority=True),
    Action("app", "open('faq')", "f3", "FAQ", "Curate the entries that answers are taken from.", is_priority=True),
    Action("app", "open('training')", "f4", "Training", "Train a model on the project's intents.", is_priority=True),
    Action("app", "open('intents')", "f5", "Intents", "Curate the examples that the model learns from.", is_priority=True),
    Action(
        "app", "open('evaluation')", "f6", "Evaluation", "See how messages are understood and conversations go.", is_priority=True
    ),
    Action("app", "open('inbox')", "f7", "Inbox", "See to conversations that want a person's eye.", is_priority=True),
    Action("app", "open('settings')", "f8", "Settings", "Choose the looks; see settings, health, keys and logs.", is_priority=True),
    Action("app", "toggle_theme", "f9", "Light or dark", "Switch between the light and the dark theme.", is_priority=True),
    Action(
        "app",
        "command_palette",
        "ctrl+p",
        "Commands",
        "Find a command or a theme by name.",
        is_shown=True,
        is_priority=True,
        display="^p",
    ),
    Action("app", "quit", "ctrl+q", "Quit", "Leave; the conversation is kept.", is_shown=True, is_priority=True, display="^q"),
    Action(
        "chat",
        "toggle_details",
        "ctrl+d",
        "Details",
        "Show or hide how a message was understood.",
        is_shown=True,
        is_priority=True,
        display="^d",
    ),
    Action("chat", "restart", "ctrl+r", "Restart", "Start the conversation anew.", is_shown=True, is_priority=True, display="^r"),
    Action("chat", "scroll_up", "pageup", "Scroll up", "Scroll the conversation up.", is_priority=True),
    Action("chat", "scroll_down", "pagedown", "Scroll down", "Scroll the conversation down.", is_priority=True),
    Action("chat", "show_earlier", "ctrl+home", "Earlier", "Show earlier messages of a long conversation.", is_priority=True),
    Action("chat", "to_end", "ctrl+end", "To the end", "Go to the end of the conversation and follow it.", is_priority=True),
    Action("chat", "find", "ctrl+f", "Find", "Find a text in the conversation.", is_priority=True, display="^f"),
    Action(
        "chat",
        "jump",
        "ctrl+o",
        "Jump",
        "Show a letter at everything that can be focused; press it.",
        is_priority=True,
        display="^o",
    ),
    Action(
        "chat",
        "conversations",
        "ctrl+l",
        "Conversations",
        "List the conversations: open, rename, archive, export, replay, forget.",
        is_shown=True,
        is_priority=True,
        display="^l",
    ),
    Action("chat", "to_prompt", "escape", "To the prompt", "Go back to writing."),
    Action("prompt", "send", "enter", "Send", "Send the message.", is_shown=True, display="Enter"),
    Action(
        "prompt",
        "newline",
        "shift+enter,alt+enter,ctrl+enter,ctrl+j",
        "New line",
        "Begin a new line; Alt+Enter or Ctrl+J where the terminal does not tell Shift+Enter apart.",
    ),
    Action("prompt", "earlier", "up", "Earlier message", "In the first line: bring back what was sent before."),
    Action("prompt", "later", "down", "Later message", "In the last line: go forward again."),
    Action(
        "prompt",
        "complete",
        "tab",
        "Complete",
        "After a slash: take the command or intent that is marked; ↑ ↓ mark another. Else: go to the last message.",
    ),
    Action(
        "prompt",
        "choose",
        "1,2,3,4,5,6,7,8,9",
        "Press a button",
        "With an empty prompt: press the button of that number. Go on typing and it is text.",
        display="1…9",
    ),
    Action("message", "focus_next_message", "down,j", "Next message", "Focus the next message."),
    Action("message", "focus_previous_message", "up,k", "Previous message", "Focus the previous message."),
    Action("message", "copy", "c,y", "Copy", "Copy the message to the clipboard.", is_shown=True, display="c"),
    Action("message", "copy_conversation", "C", "Copy all", "Copy the whole conversation to the clipboard.", display="C"),
    Action(
        "message",
        "ask('why')",
        "w,question_mark",
        "Why?",
        "Open the whole turn: words, intents, entities, decisions, events, times.",
        is_shown=True,
        display="w",
    ),
    Action("message", "rate(1)", "plus", "Good", "Say that the reply was right; once more takes it back.", display="+"),
    Action("message", "rate(-1)", "minus", "Bad", "Say that the reply was wrong; once more takes it back.", display="-"),
    Action(
        "message",
        "ask('intent')",
        "i",
        "Intent",
        "Say what the message means in truth; it becomes an example of that.",
        display="i",
    ),
    Action(
        "message",
        "ask('entities')",
        "e",
        "Entities",
        "Mark the entities of the message; it becomes an example with them.",
        display="e",
    ),
    Action(
        "message",
        "ask('action')",
        "a",
        "Next action",
        "Say what should have been done about the message; it becomes a story.",
        display="a",
    ),
    Action("message", "ask('story')", "s", "Save story", "Save the conversation up to here as a story, or as a test.", display="s"),
    Action("message", "find_step(1)", "n", "Next found", "Go to the next message with what is looked for.", display="n"),
    Action("message", "find_step(-1)", "N", "Previous found", "Go to the message before with what is looked for.", display="N"),
    Action("find", "step(-1)", "up,shift+enter", "Before", "Go to the message found before."),
    Action("find", "step(1)", "down", "Next", "Go to the next message found."),
    Action("find", "close_find", "escape", "Close", "End the search.", is_shown=True, display="Esc"),
    Action("message", "details", "enter", "Details", "Show how the message was understood.", is_shown=True, display="Enter"),
    Action("faq", "new_entry", "ctrl+n", "New", "Write a new entry.", is_shown=True, is_priority=True, display="^n"),
    Action("entries", "edit_entry", "enter,e", "Edit", "Edit the entry under the cursor.", is_shown=True, display="Enter"),
    Action(
        "entries",
        "delete_entry",
        "delete,d",
        "Delete",
        "Delete the entry under the cursor, after a question.",
        is_shown=True,
        display="Del",
    ),
    Action("entries", "versions", "h", "Versions", "Show what became of the entry, and the way back.", is_shown=True),
    Action("entries", "state", "s", "State", "Publish, archive or put back the entry, or all that are marked."),
    Action("entries", "mark", "space", "Mark", "Mark the entry; s and Del are done with all marked ones.", display="Space"),
    Action("faq", "undo_delete", "ctrl+z", "Undo", "Take the last deletion or change of state back.", is_shown=True, display="^z"),
    Action("faq", "narrow('state')", "f", "Filter", "Show entries of the next state only, and all again."),
    Action("faq", "narrow('category')", "g", "Category", "Show entries of the next category only, and all again."),
    Action("faq", "narrow('order')", "o", "Order", "Sort by category, question, how often asked, time or state."),
    Action("faq", "import_entries", "ctrl+o", "Import", "Import entries, after a look at what would change.", display="^o"),
    Action(
        "faq", "search", "slash,ctrl+f", "Search", "Search entries, and see which one would answer.", is_shown=True, display="/"
    ),
    Action(
        "faq",
        "next_tab",
        "ctrl+t",
        "Other tab",
        "Switch between entries, unanswered questions, what to review and figures.",
        is_priority=True,
        display="^t",
    ),
    Action(
        "unanswered", "answer", "enter,a", "Answer", "Write an entry that answers the question.", is_shown=True, display="Enter"
    ),
    Action(
        "unanswered",
        "make_alternative",
        "v",
        "Alternative",
        "Make the question another way to ask for an entry that is there.",
        is_shown=True,
    ),
    Action(
        "unanswered", "make_example", "i", "Example", "Make it an example of an intent: it wants something done.", is_shown=True
    ),
    Action("unanswered", "conversation", "c", "Who asked", "Show the conversations in which it was asked.", is_shown=True),
    Action("unanswered", "dismiss", "delete,d", "Dismiss", "Take the question off the list.", is_shown=True, display="Del"),
    Action("editor", "save", "ctrl+s", "Save", "Save the entry.", is_shown=True, is_priority=True, display="^s"),
    Action(
        "editor",
        "preview",
        "ctrl+o",
        "Preview",
        "Show or hide the answer as readers will see it.",
        is_shown=True,
        is_priority=True,
        display="^o",
    ),
    Action(
        "editor",
        "more",
        "ctrl+g",
        "More fields",
        "Go to language, dates, threshold and links; and back.",
        is_shown=True,
        is_priority=True,
        display="^g",
    ),
    Action("editor", "leave", "escape", "Cancel", "Leave without saving.", is_shown=True, display="Esc"),
    Action("behind", "other(-1)", "left", "Before", "Show the conversation before."),
    Action("behind", "other(1)", "right", "Next", "Show the next conversation."),
    Action("behind", "close", "escape", "Close", "Go back to the questions.", is_shown=True, display="Esc"),
    Action(
        "review", "open_entry('first')", "enter,e", "Edit", "Edit the entry, of a pair the first.", is_shown=True, display="Enter"
    ),
    Action("review", "open_entry('other')", "x", "Edit the other", "Edit the second entry of a pair.", is_shown=True),
    Action("figures", "period", "p", "Period", "Look further back, or less far.", is_shown=True),
    Action("versions", "hold", "space", "Hold", "Hold all versions against this one, and back.", is_shown=True, display="Space"),
    Action("versions", "roll_back", "r", "Return to it", "Save what this version said as the newest one.", is_shown=True),
    Action("versions", "leave", "escape", "Back", "Leave everything as it is.", is_shown=True, display="Esc"),
    Action("importing", "import", "ctrl+s", "Import", "Import what is shown.", is_shown=True, is_priority=True, display="^s"),
    Action("importing", "leave", "escape", "Back", "Leave; an import on its way is given up.", is_shown=True, display="Esc"),
    Action("training", "train('fast')", "f", "Train fast", "Train the quick way: good for trying out changes.", is_shown=True),
    Action("training", "train('full')", "u", "Train fully", "Train for the best result.", is_shown=True),
    Action("training", "use_new", "p", "Put into use", "Answer with the new model from the next message on.", is_shown=True),
    Action("training", "discard_new", "d", "Discard", "Throw the new model away.", is_shown=True),
    Action(
        "training",
        "next_tab",
        "ctrl+t",
        "Models",
        "Switch between training and the list of models.",
        is_shown=True,
        is_priority=True,
        display="^t",
    ),
    Action(
        "models",
        "want('use')",
        "enter",
        "Put into use",
        "Answer with this model, also an earlier one.",
        is_shown=True,
        display="Enter",
    ),
    Action(
        "models",
        "want('remove')",
        "delete,x",
        "Throw away",
        "Throw the model away, after a question.",
        is_shown=True,
        display="Del",
    ),
    Action(
        "training", "cancel_training", "escape,x", "Cancel", "Stop training; the model in use stays.", is_shown=True, display="Esc"
    ),
    Action(
        "intents",
        "new_intent",
        "ctrl+n",
        "New intent",
        "Make an intent from a few lines.",
        is_shown=True,
        is_priority=True,
        display="^n",
    ),
    Action(
        "intents",
        "save",
        "ctrl+s",
        "Save",
        "Show what would change in the files, and write it.",
        is_shown=True,
        is_priority=True,
        display="^s",
    ),
    Action("intents", "undo", "ctrl+z", "Undo", "Take the last change back.", is_shown=True, display="^z"),
    Action("intents", "redo", "ctrl+y", "Redo", "Make a change again that was taken back.", display="^y"),
    Action("intents", "filter", "slash,ctrl+f", "Filter", "Show only examples with some words.", is_shown=True, display="/"),
    Action(
        "intents",
        "next_tab",
        "ctrl+t",
        "Other tab",
        "Switch between examples and suggestions.",
        is_shown=True,
        is_priority=True,
        display="^t",
    ),
    Action("intents", "back", "escape", "Back", "Close the field that is open, take the filter away, or go to the tree."),
    Action("utterances", "want('edit')", "enter,e", "Edit", "Edit the example in its place.", is_shown=True, display="Enter"),
    Action("utterances", "want('add')", "a", "Add", "Write a new example of the intent.", is_shown=True),
    Action("utterances", "want('mark')", "w", "Entities", "Mark words of the example as entities.", is_shown=True),
    Action("utterances", "want('move')", "m", "Move", "Move what is chosen to another intent.", is_shown=True),
    Action("utterances", "want('delete')", "delete,d", "Delete", "Delete what is chosen.", is_shown=True, display="Del"),
    Action("utterances", "choose", "space", "Choose", "Choose the example, to move or delete several at once.", display="Space"),
    Action(
        "suggestions",
        "judge('accept')",
        "enter,y",
        "Accept",
        "It means what the model makes of it.",
        is_shown=True,
        display="Enter",
    ),
    Action("suggestions", "judge('relabel')", "r", "Another", "Say which other intent it has.", is_shown=True),
    Action("suggestions", "judge('ignore')", "x,delete", "Ignore", "Never suggest it again.", is_shown=True),
    Action(
        "new_intent", "make", "ctrl+s", "Make it", "Add the intent to the draft.", is_shown=True, is_priority=True, display="^s"
    ),
    Action("new_intent", "close", "escape", "Cancel", "Leave without an intent.", is_shown=True, display="Esc"),
    Action(
        "evaluation",
        "measure('nlu')",
        "r",
        "Measure",
        "Measure how messages are understood: five folds, about a minute.",
        is_shown=True,
    ),
    Action(
        "evaluation",
        "measure('stories')",
        "c",
        "Conversations",
        "Run the conversation tests, forms and actions included.",
        is_shown=True,
    ),
    Action("evaluation", "cancel_measuring", "x", "Cancel", "Stop measuring; the last figures stay.", is_shown=True),
    Action("evaluation", "next_tab", "ctrl+t", "Other tab", "Go to the next tab.", is_shown=True, is_priority=True, display="^t"),
    Action("evaluation", "back", "escape", "Back", "Go back from the examples to the matrix.", display="Esc"),
    Action("heat", "go(-1, 0)", "up,k", "Up", "Go to the right intent above."),
    Action("heat", "go(1, 0)", "down,j", "Down", "Go to the right intent below."),
    Action("heat", "go(0, -1)", "left,h", "Left", "Go to the found intent before."),
    Action("heat", "go(0, 1)", "right,l", "Right", "Go to the next found intent."),
    Action(
        "heat",
        "next_mistake",
        "n",
        "Next mistake",
        "Go to the next cell with mistakes, from the most to the fewest.",
        is_shown=True,
    ),
    Action("heat", "open", "enter", "Examples", "Go to the examples behind the cell.", is_shown=True, display="Enter"),
    Action(
        "inbox",
        "next_filter",
        "ctrl+t",
        "Filter",
        "Show another kind of conversations.",
        is_shown=True,
        is_priority=True,
        display="^t",
    ),
    Action("inbox", "search", "slash,ctrl+f", "Search", "Show only conversations with some words.", is_shown=True, display="/"),
    Action("cases", "open_case", "enter", "Open", "Read the conversation, and see to it.", is_shown=True, display="Enter"),
    Action("cases", "take_case", "t", "Take over", "Answer here yourself; the assistant keeps silent.", is_shown=True),
    Action("cases", "put_aside", "d,delete", "Done", "Take it off the list until something new happens.", is_shown=True),
    Action("case", "reply", "r", "Answer", "Write to the user; this takes the conversation over.", is_shown=True),
    Action("case", "use_reply(1)", "1", "Reply", "Put the first suggested reply into the answer.", is_shown=True, display="1…3"),
    Action("case", "use_reply(2)", "2", "Second reply", "Put the second suggested reply into the answer."),
    Action("case", "use_reply(3)", "3", "Third reply", "Put the third suggested reply into the answer."),
    Action("case", "take", "t", "Take over", "Answer here yourself; the assistant keeps silent.", is_shown=True),
    Action("case", "give_back", "g", "Give back", "Let the assistant answer again.", is_shown=True),
    Action("case", "put_aside", "d", "Done", "Take it off the list until something new happens.", is_shown=True),
    Action("case", "make_example", "i", "Example", "Make the message an example of an intent.", is_shown=True),
    Action("case", "make_alternative", "v", "Alternative", "Make the message another way to ask for an FAQ entry.", is_shown=True),
    Action("case", "make_entry", "n", "New entry", "Write an FAQ entry that answers the message."),
    Action("case", "copy", "c,y", "Copy", "Copy the message to the clipboard.", display="c"),
    Action("case", "leave", "escape", "Back", "Leave the answer, or go back to the list.", is_shown=True, display="Esc"),
    Action("answer", "send", "enter", "Send", "Send the answer; this takes the conversation over.", is_shown=True, display="Enter"),
    Action("answer", "newline", "shift+enter,alt+enter,ctrl+enter,ctrl+j", "New line", "Begin a new line of the answer."),
    Action("why", "other_intent", "i", "Other intent", "Say what the words did for another intent: why it was not that one."),
    Action("why", "copy_all", "c,y", "Copy", "Copy all that is shown.", display="c"),
    Action("why", "close", "escape,w,q", "Close", "Close the turn.", display="Esc"),
    Action("conversations", "choose('open')", "enter", "Open", "Show the conversation.", is_shown=True, display="Enter"),
    Action("conversations", "choose('new')", "n", "New", "Begin another conversation.", is_shown=True),
    Action("conversations", "choose('search')", "slash", "Search", "Search names and what was said.", is_shown=True, display="/"),
    Action("conversations", "choose('rename')", "r", "Name", "Give it a name.", is_shown=True),
    Action("conversations", "choose('archive')", "a", "Archive", "Take it off the list, or put it back.", is_shown=True),
    Action("conversations", "choose('archived')", "A", "Archived", "Show or hide what is archived.", display="A"),
    Action("conversations", "choose('export')", "e", "Export", "Write it to a file, as Markdown or JSON.", is_shown=True),
    Action("conversations", "choose('replay')", "p", "Replay", "Go through it step by step.", is_shown=True),
    Action(
        "conversations",
        "choose('delete')",
        "delete,d",
        "Forget",
        "Remove all that is stored of it, after a question.",
        is_shown=True,
        display="Del",
    ),
    Action("replay", "turn(1)", "t,right", "Next turn", "Go to the next thing that the user said.", display="t"),
    Action("replay", "turn(-1)", "T,left", "Turn before", "Go to what the user said before.", display="T"),
    Action("replay", "close", "escape,q", "Close", "Close the replay.", display="Esc"),
    Action("marking", "move(-1)", "left", "Word before", "Select the word before."),
    Action("marking", "move(1)", "right", "Next word", "Select the next word."),
    Action("marking", "extend(-1)", "shift+left", "Less", "Take the selection one word back."),
    Action("marking", "extend(1)", "shift+right", "More", "Take one word more into the selection."),
    Action("marking", "mark", "enter", "Type", "Choose the type of what is selected.", is_shown=True, display="Enter"),
    Action("marking", "unmark", "delete,x", "Remove", "Take away what is marked there.", is_shown=True, display="Del"),
    Action("entities", "done", "ctrl+s", "Done", "Go on with what is marked.", is_shown=True, is_priority=True, display="^s"),
    Action("entities", "close", "escape", "Close", "Leave the list of types, or the dialog.", display="Esc"),
    Action("agree", "write", "ctrl+s", "Write", "Write the change into the files.", is_priority=True, display="^s"),
    Action("agree", "scroll_diff(1)", "down", "Down", "Scroll the change down."),
    Action("agree", "scroll_diff(-1)", "up", "Up", "Scroll the change up."),
    Action("agree", "scroll_diff(10)", "pagedown", "Page down", "Scroll the change a page down."),
    Action("agree", "scroll_diff(-10)", "pageup", "Page up", "Scroll the change a page up."),
    Action("agree", "close", "escape", "Leave it", "Write nothing.", display="Esc"),
    Action("settings", "show_tab('look')", "1", "Look", "Choose a theme.", is_shown=True),
    Action("settings", "show_tab('force')", "2", "In force", "See each setting, and where its value comes from.", is_shown=True),
    Action("settings", "show_tab('health')", "3", "Health", "See whether everything is well.", is_shown=True),
    Action("settings", "show_tab('keys')", "4", "Keys", "See all keys, and how a keymap names their actions.", is_shown=True),
    Action("settings", "show_tab('log')", "5", "Log", "See the end of the logs.", is_shown=True),
    Action("settings", "look_again", "r", "Look again", "Read and examine everything anew.", is_shown=True),
    Action("settings", "undo_theme", "escape", "Theme back", "Go back to the theme that was in force.", display="Esc"),
    Action("tour", "turn(1)", "enter,right,space", "Next", "Go to the next page of the tour.", display="Enter"),
    Action("tour", "turn(-1)", "left,backspace", "Back", "Go back a page.", display="←"),
    Action("tour", "skip", "escape,q", "Skip", "Leave the tour; it does not come again by itself.", display="Esc"),
    Action("dialog", "close", "escape", "Close", "Close without doing anything.", is_shown=True, display="Esc"),
    Action("dialog", "copy_all", "c", "Copy", "Copy the whole text to the clipboard.", is_shown=True),
)
"""All that can be done by key."""


def _named(part: str) -> str:
    name = _KEY_NAMES.get(part)
    return tr(name) if name is not None else part.capitalize() if len(part) > 1 else part


def bindings(place: str) -> list[Binding]:
    """Returns the bindings of a place, in the registry's order; their texts are English, and translated where they are shown."""
    return [
        Binding(
            key=action.keys,
            action=action.name,
            description=action.label,
            show=action.is_shown,
            key_display=action.key_text,
            priority=action.is_priority,
            tooltip=action.help,
            id=action.id,
        )
        for action in ACTIONS
        if action.place == place
    ]
