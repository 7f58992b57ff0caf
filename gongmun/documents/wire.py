"""Pages on their way to a render worker: a JSON head, then bytes.

No pickles in either direction: between us and a process that reads citizens' text goes data only.
"""

import json
from datetime import datetime
from multiprocessing.connection import Connection

from gongmun.documents.printing import Enclosed, Page


def send_page(pipe: Connection, page: Page) -> None:
    """Hand a page over; the head says what is known of each enclosed file but its content."""
    head = [
        {
            "filename": file.filename,
            "media_type": file.media_type,
            "description": file.description,
            "at": file.at.isoformat(),
        }
        for file in page.enclosed
    ]
    pipe.send_bytes(json.dumps(head).encode())
    pipe.send_bytes(page.html.encode())
    for file in page.enclosed:
        pipe.send_bytes(file.content)


def receive_page(pipe: Connection) -> Page:
    """The page at the other end.

    Raises:
        EOFError: the other end is closed.
    """
    head = json.loads(pipe.recv_bytes())
    html = pipe.recv_bytes().decode()
    return Page(
        html=html,
        enclosed=tuple(
            Enclosed(
                filename=file["filename"],
                media_type=file["media_type"],
                description=file["description"],
                at=datetime.fromisoformat(file["at"]),
                content=pipe.recv_bytes(),
            )
            for file in head
        ),
    )
