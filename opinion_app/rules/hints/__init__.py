"""Hints on a reply (文字关辅助): where it says nothing, misses a part, misspells or disagrees; help for people, no verdict."""

from opinion_app.rules.hints.kinds import Hint, HintKind
from opinion_app.rules.hints.look import Letter, barred, look, pieces
from opinion_app.rules.hints.wording import DEFAULT_LISTS, WordList, WordLists, from_lists

__all__ = ["DEFAULT_LISTS", "Hint", "HintKind", "Letter", "WordList", "WordLists", "barred", "from_lists", "look", "pieces"]
