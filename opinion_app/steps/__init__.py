"""Steps (环节), floor 3: the life of a case in its order, one room per step."""
