"""Copies of everything that the site keeps, and the way back.

rows        every row of every table as lines of JSON, the same on SQLite and on PostgreSQL
archive     one file with rows, pictures and a list of what is in it, each with its checksum
making      writes an archive of one moment, while the site goes on
restoring   puts an archive into an empty place, and compares what stands there with what it holds
"""


class BackupProblem(Exception):
    """Why a backup cannot be made, trusted or put back: sentences for the owner."""
