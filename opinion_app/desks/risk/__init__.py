"""Risk (研判): the sheet of factors, its approval, the reports and responses a level asks for, and the list of graded cases."""
