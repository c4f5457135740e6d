"""The acts of the demonstration, by the names the data files give them; each calls the operation of the step that owns it."""
