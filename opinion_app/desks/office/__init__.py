"""The office itself (单位信息): its name, its codes, its areas and the form of its numbers."""
