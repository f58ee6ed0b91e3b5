"""Files in, clean text out: `read_document` for the bytes of one file.

How it works: `sniffing` tells the type by content; `decoding` and `plain` read text here, `confinement` lets everything
with a structure be read in a bounded child process (`word`, `sheets`, `pdf`, `ofd`, `web`, `office`, `pictures`);
`secrecy` refuses what is classified; `cleaning` makes paragraphs; `suspicions` and `suggesting` look at the result.
"""

from knowledge.reading.document import STANDARD, Classified, Limits, ReadDocument, Suggestion
from knowledge.reading.entry import read_document
from knowledge.reading.names import display_name, read_file

__all__ = [
    "STANDARD",
    "Classified",
    "Limits",
    "ReadDocument",
    "Suggestion",
    "display_name",
    "read_document",
    "read_file",
]
