"""WeCom callback encryption, from its public description alone ("加解密方案说明"), on `cryptography` primitives.

Independent on purpose of the library the product uses, so that each checks the other.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import struct
import xml.etree.ElementTree as ET

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK = 32


class CallbackError(ValueError):
    """A sealed text that does not open, and why."""


class CallbackCipher:
    """Seals and opens callback texts: AES-256-CBC, PKCS#7 to 32 bytes, IV = the first 16 bytes of the key.

    The plain text is 16 random bytes, the length (4 bytes, big-endian), the message, the receive id (the corp id).
    """

    def __init__(self, token: str, encoding_aes_key: str, receive_id: str) -> None:
        if len(encoding_aes_key) != 43:
            raise ValueError("an EncodingAESKey has 43 characters")
        self.token = token
        self.receive_id = receive_id
        self._key = base64.b64decode(encoding_aes_key + "=")

    def _cipher(self) -> Cipher[CBC]:
        return Cipher(AES(self._key), CBC(self._key[:16]))

    def signature(self, timestamp: str, nonce: str, sealed: str) -> str:
        """SHA-1 over the sorted four texts, in hex."""
        return hashlib.sha1("".join(sorted([self.token, timestamp, nonce, sealed])).encode()).hexdigest()

    def seal(self, message: bytes) -> str:
        """Encrypt; base64."""
        body = secrets.token_bytes(16) + struct.pack(">I", len(message)) + message + self.receive_id.encode()
        pad = _BLOCK - len(body) % _BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(body + bytes([pad]) * pad) + encryptor.finalize()).decode()

    def open(self, sealed: str) -> bytes:
        """Decrypt; CallbackError when anything does not fit, also a foreign receive id."""
        try:
            raw = base64.b64decode(sealed, validate=True)
            decryptor = self._cipher().decryptor()
            body = decryptor.update(raw) + decryptor.finalize()
        except ValueError as error:
            raise CallbackError(f"not sealed with this key: {error}") from error
        pad = body[-1] if body else 0
        if not 1 <= pad <= _BLOCK or body[-pad:] != bytes([pad]) * pad:
            raise CallbackError("wrong padding")
        body = body[16:-pad]
        (length,) = struct.unpack(">I", body[:4]) if len(body) >= 4 else (-1,)
        if length < 0 or len(body) < 4 + length:
            raise CallbackError("wrong length")
        if body[4 + length :].decode(errors="replace") != self.receive_id:
            raise CallbackError("wrong receive id")
        return body[4 : 4 + length]

    def open_reply(self, body: bytes) -> bytes:
        """A passive reply: XML of Encrypt, MsgSignature, TimeStamp and Nonce; the signature is checked."""
        try:
            parts = {node.tag: node.text or "" for node in ET.fromstring(body)}
        except ET.ParseError as error:
            raise CallbackError(f"a reply is not XML: {error}") from error
        missing = {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"} - parts.keys()
        if missing:
            raise CallbackError(f"a reply lacks {sorted(missing)}")
        if self.signature(parts["TimeStamp"], parts["Nonce"], parts["Encrypt"]) != parts["MsgSignature"]:
            raise CallbackError("a reply is signed wrongly")
        return self.open(parts["Encrypt"])


def as_xml(fields: dict[str, object]) -> bytes:
    """The plain XML of a message: texts as CDATA, integers bare, dictionaries as elements, lists as repeated ones."""
    return f"<xml>{_elements(fields)}</xml>".encode()


def _elements(fields: dict[str, object]) -> str:
    parts = []
    for name, value in fields.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                inside = _elements(one)
            elif isinstance(one, int):
                inside = str(one)
            else:
                inside = f"<![CDATA[{str(one).replace(']]>', ']]]]><![CDATA[>')}]]>"
            parts.append(f"<{name}>{inside}</{name}>")
    return "".join(parts)
