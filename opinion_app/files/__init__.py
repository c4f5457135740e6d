"""Files (文件): what touches bytes - attachment store, content sniffing, sheets, confined child processes."""
