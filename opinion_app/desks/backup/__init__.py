"""Backup (备份): the whole office in one file, nightly and on demand, and back again."""
