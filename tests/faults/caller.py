"""A client of a real server: one signed-in person, plain HTTP, forms read from the page and posted back."""

from __future__ import annotations

import http.client
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import Flask

from tests.support.client import PageForm, client_for, forms_in, pick

Files = list[tuple[str, str, bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def location(self) -> str:
        """Where the answer leads."""
        return self.headers.get("location", "")


@dataclass
class Caller:
    """One person at one browser; every call is a connection of its own."""

    port: int
    cookie: str = ""
    timeout: float = 60.0

    @staticmethod
    def signed_in(app: Flask, login: str, port: int) -> Caller:
        """A caller with the cookie of a session made beforehand in `app`, over the same database and key."""
        held = client_for(app, login).client.get_cookie("opinion")
        assert held is not None
        return Caller(port, f"opinion={held.value}")

    def call(self, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
        """One request. Raises OSError or HTTPException when the server goes away before it has answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            headers = {"Cookie": self.cookie} | ({"Content-Type": kind} if kind else {})
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            return Answer(response.status, text, {name.lower(): value for name, value in response.getheaders()})
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self.call("GET", path)

    def form(self, path: str, to: str | None = None) -> PageForm:
        """The form of a page."""
        answer = self.get(path)
        assert answer.status == 200, f"{path}: {answer.status} {answer.location}"
        if "set-cookie" in answer.headers:  # what a form's token is compared with lies in the cookie
            self.cookie = answer.headers["set-cookie"].split(";")[0]
        return pick(forms_in(answer.text, path), to)

    def send(self, form: PageForm, files: Files | None = None, **values: str) -> Answer:
        """Post a form that was read before, with `values` put in and `files` as (field, name, bytes)."""
        fields = [(name, value) for name, value in form.fields if name not in values] + list(values.items())
        if files is None:
            return self.call("POST", form.action, urlencode(fields).encode(), "application/x-www-form-urlencoded")
        boundary = secrets.token_hex(12)
        body = multipart(fields, files, boundary)
        return self.call("POST", form.action, body, f"multipart/form-data; boundary={boundary}")


def multipart(fields: list[tuple[str, str]], files: Files, boundary: str) -> bytes:
    """Fields and files as a browser sends them."""
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields]
    parts += [
        f'name="{name}"; filename="{filename}"\r\nContent-Type: application/octet-stream\r\n\r\n'.encode() + content
        for name, filename, content in files
    ]
    head = f"--{boundary}\r\nContent-Disposition: form-data; ".encode()
    return b"".join(head + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
