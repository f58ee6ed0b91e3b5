"""What a Bot API request says: query, form, JSON or multipart read into one dictionary, and typed reading from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

MAX_UPLOAD_BYTES = 50 * 1024 * 1024


class ApiError(Exception):
    """An answer `{"ok": false}`; `code` is also the HTTP status."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str, **parameters: int) -> ApiError:
    """400, worded as the Bot API does."""
    return ApiError(400, f"Bad Request: {reason}", **parameters)


@dataclass(frozen=True)
class Upload:
    """A file as it came in multipart."""

    name: str
    mime: str
    content: bytes


Arguments = dict[str, Any]
"""Parameter name to str (query, form), JSON value (JSON body) or Upload (multipart)."""


async def read_arguments(request: Request) -> Arguments:
    """Query string and body, in the four ways the documentation allows."""
    arguments: Arguments = dict(request.query_params)
    if request.method != "POST":
        return arguments
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "application/json":
        body = await request.body()
        try:
            parsed = json.loads(body) if body.strip() else {}
        except ValueError as error:
            raise bad_request("can't parse JSON object") from error
        if not isinstance(parsed, dict):
            raise bad_request("can't parse JSON object")
        arguments.update(parsed)
    elif kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        arguments.update(await _form(request))
    return arguments


async def _form(request: Request) -> Arguments:
    arguments: Arguments = {}
    async with request.form(max_part_size=MAX_UPLOAD_BYTES + 1) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read()
                if len(content) > MAX_UPLOAD_BYTES:
                    raise ApiError(413, "Request Entity Too Large")
                arguments[name] = Upload(value.filename or "", value.content_type or "", content)
            else:
                arguments[name] = value
    return arguments


def text_of(arguments: Arguments, name: str) -> str:
    """A string; "" when absent. Numbers given in JSON count as their digits, as the real server reads them."""
    value = arguments.get(name, "")
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise bad_request(f'field "{name}" must be a string')


def integer_of(arguments: Arguments, name: str, default: int = 0) -> int:
    """An integer, from digits or a JSON number; what is no integer is refused."""
    value = arguments.get(name, default)
    if isinstance(value, bool):
        raise bad_request(f'field "{name}" must be a number')
    if isinstance(value, int):
        return value
    try:
        return int(str(value).strip()) if str(value).strip() else default
    except ValueError as error:
        raise bad_request(f'field "{name}" must be a number') from error


def flag_of(arguments: Arguments, name: str) -> bool:
    """A boolean: true, yes, 1 or 2 letters of it are not guessed; anything else is false."""
    value = arguments.get(name, False)
    return value is True or (isinstance(value, str) and value.lower() in ("true", "yes", "1"))


def json_of(arguments: Arguments, name: str, what: str) -> Any:
    """A nested value, as JSON text or already parsed; None when absent or empty."""
    value = arguments.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise bad_request(f"can't parse {what} JSON object") from error


def upload_of(arguments: Arguments, name: str) -> Upload | str:
    """A file: uploaded under `name`, or elsewhere and named by `attach://part`, or the file_id that was given."""
    value = arguments.get(name)
    if isinstance(value, Upload):
        return value
    if isinstance(value, str) and value.startswith("attach://"):
        part = arguments.get(value.removeprefix("attach://"))
        if isinstance(part, Upload):
            return part
        raise bad_request(f"there is no {name} in the request")
    if isinstance(value, str) and value:
        return value
    raise bad_request(f"there is no {name} in the request")


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units, the Bot API's measure of text."""
    return len(text.encode("utf-16-le")) // 2
