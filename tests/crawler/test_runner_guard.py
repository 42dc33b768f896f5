"""Where polls do not lead: private addresses, however written, found or redirected to; servers nobody vouches for."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.models import FeedAnswer, Outcome
from scheduler.demo.feed_server import FeedServer, Reply
from tests.crawler.polling import Poller, feed_of, request

ADVICE = "set service.allow_private_networks: true if this feed is on your own network"


def refused(answer: FeedAnswer) -> bool:
    return answer.outcome is Outcome.ERROR and (answer.reason or "").startswith("refused: ")


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("127.0.0.1", id="dotted"),
        pytest.param("2130706433", id="decimal"),
        pytest.param("0x7f000001", id="hexadecimal"),
        pytest.param("0177.0.0.1", id="octal"),
        pytest.param("127.1", id="short"),
        pytest.param("[::ffff:127.0.0.1]", id="mapped"),
        pytest.param("localhost", id="a name"),
        pytest.param("LocalHost", id="a name written otherwise"),
    ],
)
def test_a_private_address_is_never_connected_to(poller: Poller, server: FeedServer, host: str) -> None:
    poller.allow_private = False
    answer = poller.ask(f"http://{host}:{server.port}/feed")
    assert refused(answer)
    assert ADVICE in (answer.reason or "")
    assert server.requests == []


def test_a_name_that_resolves_to_a_private_address_is_told_with_it(poller: Poller, server: FeedServer) -> None:
    poller.allow_private = False
    reason = poller.ask(f"http://localhost:{server.port}/feed").reason
    assert reason in {
        f"refused: localhost resolves to {address}, a private address; {ADVICE}" for address in ("127.0.0.1", "::1")
    }


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://user@127.0.0.1/", id="user name"),
        pytest.param("ftp://127.0.0.1/", id="scheme"),
        pytest.param("http://a\\@127.0.0.1/", id="backslash"),
        pytest.param("no address", id="no address"),
    ],
)
def test_an_address_of_a_dubious_form_is_refused(poller: Poller, url: str) -> None:
    assert refused(poller.ask(url))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433"])
def test_a_redirect_from_one_private_feed_to_another_is_refused(poller: Poller, server: FeedServer, host: str) -> None:
    with FeedServer() as other:
        other.feeds["/feed"] = server.feeds["/feed"]
        server.faults["/away"] = lambda _: Reply(302, {"Location": f"http://{host}:{other.port}/feed"})
        answers = poller.poll(
            request(server.url("/away"), source="straying"),
            request(f"http://{host}:{other.port}/feed", source="other"),
        )
        asked = other.asked("/feed")
    assert refused(answers["straying"])
    assert answers["other"].outcome is Outcome.OK
    assert len(asked) == 1


def test_a_redirect_to_a_port_that_is_no_feeds_is_refused(poller: Poller, server: FeedServer) -> None:
    with FeedServer() as other:
        server.faults["/away"] = lambda _: Reply(302, {"Location": f"http://localhost:{other.port}/feed"})
        answer = poller.ask(server.url("/away"))
        assert refused(answer)
        assert other.requests == []


def test_robots_txt_does_not_lead_to_a_private_feed(poller: Poller, server: FeedServer) -> None:
    with FeedServer() as other:
        other.feeds["/feed"] = server.feeds["/feed"]
        server.faults["/robots.txt"] = lambda _: Reply(302, {"Location": other.url("/secret")})
        answers = poller.poll(request(server.url("/feed"), source="sly"), request(other.url("/feed"), source="other"))
        assert other.asked("/secret") == []
    assert {answer.outcome for answer in answers.values()} == {Outcome.OK}


def test_the_other_scheme_of_a_private_feeds_host_and_port_is_another_origin(
    poller: Poller, server: FeedServer
) -> None:
    server.faults["/feed"] = lambda _: Reply(302, {"Location": f"https://127.0.0.1:{server.port}/feed"})
    assert refused(poller.ask(server.url("/feed")))


def test_what_was_allowed_for_one_poll_is_not_for_the_next(poller: Poller, server: FeedServer) -> None:
    assert poller.ask(server.url("/feed")).outcome is Outcome.OK
    poller.allow_private = False
    assert refused(poller.ask(server.url("/feed")))


def test_a_proxy_of_the_environment_is_used_though_it_is_on_the_own_network(
    poller: Poller, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url())
    monkeypatch.setenv("no_proxy", "")
    poller.allow_private = False
    server.feeds["http://news.example/feed"] = server.feeds["/feed"]
    assert poller.ask("http://news.example/feed").outcome is Outcome.OK
    assert poller.ask("http://10.0.0.1/feed").outcome is Outcome.ERROR
    assert server.asked("http://10.0.0.1/feed") == []


def test_a_certificate_that_nobody_vouches_for_is_refused(poller: Poller, tmp_path: Path) -> None:
    with FeedServer(_self_signed(tmp_path)) as server:
        server.feeds["/feed"] = feed_of(["Alpha builds a plant"])
        answer = poller.ask(server.url("/feed"))
    assert answer.outcome is Outcome.ERROR
    assert (answer.reason or "").startswith("certificate not valid")
    assert server.requests == []


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1))
    ).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "pem").write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "pem")
    return context
