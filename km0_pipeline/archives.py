"""ZIP archives of others: what reading a damaged one raises. Ours are written in `publish.archive`."""

import zipfile
import zlib

BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError)
"""What Python raises where an archive is cut short, damaged (bz2 says so by OSError), encrypted or packed in an unknown way (RuntimeError); a member that is not there is a KeyError."""
