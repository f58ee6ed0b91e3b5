"""The WeCom peer's encryption against the public sample, against wechatpy, and against the vendor's own package."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import xmltodict  # type: ignore[import-untyped]
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.enterprise.exceptions import InvalidCorpIdException
from wechatpy.exceptions import InvalidSignatureException

from tests.peers import CallbackCipher, CallbackError, WeComServer
from tests.peers.wecom_crypto import as_xml

TOKEN = "hJqcu3uJ9Tn2gXPmxx2w9kkCkCE2EPYo"
AES_KEY = "6qkdMrq68nTKduznJYO1A37W2oEgpkMUvkttRToqhUt"
CORP_ID = "ww1436e0e65a779aee"
ECHO = "fsi1xnbH4yQh0+PJxcOdhhK6TDXkjMyhEPA7xB2TGz6b+g7xyAbEkRxN/3cNXW9qdqjnoVzEtpbhnFyq6SVHyA=="
VENDOR = "@wecom/crypto@1.0.1"


@pytest.fixture
def cipher() -> CallbackCipher:
    return CallbackCipher(TOKEN, AES_KEY, CORP_ID)


def test_the_public_sample(cipher: CallbackCipher) -> None:
    assert cipher.signature("1476416373", "47744683", ECHO) == "012bc692d0a58dd4b10f8dfe5c4ac00ae211ebeb"
    assert cipher.open(ECHO) == b"1288432023552776189"


@pytest.mark.parametrize("length", [0, 1, 11, 12, 13, 31, 32, 33, 5000])
def test_every_length_comes_back(cipher: CallbackCipher, length: int) -> None:
    assert cipher.open(cipher.seal(b"x" * length)) == b"x" * length


def test_what_does_not_open(cipher: CallbackCipher) -> None:
    sealed = cipher.seal(b"message")
    for spoilt in ("", "!!!", sealed[:-4], sealed[4:], ECHO[:20]):
        with pytest.raises(CallbackError):
            cipher.open(spoilt)
    with pytest.raises(CallbackError, match="receive id"):
        CallbackCipher(TOKEN, AES_KEY, "wwother").open(sealed)
    with pytest.raises(ValueError, match="43"):
        CallbackCipher(TOKEN, "short", CORP_ID)


def test_wechatpy_opens_what_the_peer_seals() -> None:
    with WeComServer(corp_id=CORP_ID, token=TOKEN, encoding_aes_key=AES_KEY) as server:
        plain = as_xml({"FromUserName": "zhang", "Content": "进度八成 ]]> <完>", "MsgId": 7})
        request = server.seal(plain)
    params = request.params
    theirs = WeChatCrypto(TOKEN, AES_KEY, CORP_ID)
    opened = theirs.decrypt_message(request.body, params["msg_signature"], params["timestamp"], params["nonce"])
    assert opened.encode() == plain
    assert xmltodict.parse(opened)["xml"]["Content"] == "进度八成 ]]> <完>"
    with pytest.raises(InvalidSignatureException):
        theirs.decrypt_message(request.body, "0" * 40, params["timestamp"], params["nonce"])
    stranger = WeChatCrypto(TOKEN, AES_KEY, "wwother")
    with pytest.raises(InvalidCorpIdException):
        stranger.decrypt_message(request.body, params["msg_signature"], params["timestamp"], params["nonce"])


def test_the_peer_opens_what_wechatpy_seals(cipher: CallbackCipher) -> None:
    theirs = WeChatCrypto(TOKEN, AES_KEY, CORP_ID)
    reply = theirs.encrypt_message("<xml><Content>收到</Content></xml>", "nonce", "1700000000")
    assert cipher.open_reply(reply.encode()).decode() == "<xml><Content>收到</Content></xml>"
    with pytest.raises(CallbackError, match="signed wrongly"):
        cipher.open_reply(reply.replace("<TimeStamp>17", "<TimeStamp>16").encode())
    with pytest.raises(CallbackError, match="lacks"):
        cipher.open_reply(b"<xml><Encrypt>x</Encrypt></xml>")
    with pytest.raises(CallbackError, match="not XML"):
        cipher.open_reply(b"ok")


@pytest.fixture(scope="module")
def vendor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the vendor's npm package; skips where it cannot be had."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("node and npm are not installed: the vendor's own package is not compared")
    folder = tmp_path_factory.mktemp("vendor")
    install = [npm, "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", VENDOR]
    try:
        done = subprocess.run(install, cwd=folder, capture_output=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{VENDOR} could not be installed within a minute: the vendor's own package is not compared")
    if done.returncode != 0:
        pytest.skip(f"{VENDOR} could not be installed: the vendor's own package is not compared")
    return folder


def in_node(vendor: Path, script: str, **given: str) -> dict[str, str]:
    whole = f"const wecom = require('@wecom/crypto'); const given = {json.dumps(given)}; {script}"
    done = subprocess.run(["node", "-e", whole], cwd=vendor, capture_output=True, timeout=60, check=True)
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def test_vendor_opens_what_the_peer_seals(vendor: Path, cipher: CallbackCipher) -> None:
    sealed = cipher.seal("进度报告".encode())
    script = (
        "const opened = wecom.decrypt(given.key, given.sealed);"
        "console.log(JSON.stringify({message: opened.message, id: opened.id,"
        " signature: wecom.getSignature(given.token, '1', '2', given.sealed)}))"
    )
    answer = in_node(vendor, script, key=AES_KEY, sealed=sealed, token=TOKEN)
    assert answer == {"message": "进度报告", "id": CORP_ID, "signature": cipher.signature("1", "2", sealed)}


def test_the_peer_opens_what_the_vendor_seals(vendor: Path, cipher: CallbackCipher) -> None:
    script = "console.log(JSON.stringify({sealed: wecom.encrypt(given.key, given.text, given.id)}))"
    for text in ("", "短", "长" * 3000):
        answer = in_node(vendor, script, key=AES_KEY, text=text, id=CORP_ID)
        assert cipher.open(answer["sealed"]).decode() == text
