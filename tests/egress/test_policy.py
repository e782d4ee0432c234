import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest

from causeloop_pipeline.connectors.spec import OnePage
from causeloop_pipeline.egress.errors import TransientFailure
from causeloop_pipeline.egress.policy import EgressPolicy, EgressRefused, is_public
from causeloop_pipeline.landing.polling.pull import pull
from causeloop_pipeline.landing.polling.sync_input import SyncInput
from tests.support.fake_tool import Reply, fake_tool, in_turn
from tests.support.polling import NOW, QUICK, plain

PRIVATE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "0.0.0.0",
    "0.1.2.3",
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "168.63.129.16",
    "169.254.42.42",
    "192.0.0.192",
    "161.26.0.10",
    "166.9.0.1",
    "fd00:ec2::254",
    "fd20:ce::254",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2001:10::1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "4000::1",
    "a000::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "140.82.112.5",
    "99.84.0.1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:81b::200e",
    "::ffff:8.8.8.8",
]
# Other spellings of 127.0.0.1 and 169.254.169.254 that a resolver understands.
SPELLINGS = [
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "0",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
]
NOBODY = EgressPolicy()


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_recognized(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_recognized(address):
    assert is_public(ipaddress.ip_address(address))


def answers(monkeypatch, *addresses):
    """Let every name resolve to these addresses; the last list is repeated."""
    lists = list(addresses)

    really = socket.getaddrinfo

    def resolve(host, port, *rest, **options):
        if host[0].isdigit():
            return really(host, port, *rest, **options)
        current = lists.pop(0) if len(lists) > 1 else lists[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in current]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_to_a_private_address_is_refused(address, monkeypatch):
    answers(monkeypatch, [address])
    with pytest.raises(EgressRefused, match="CAUSELOOP_EGRESS_ALLOW"):
        NOBODY.addresses("tool.example", 443)


@pytest.mark.parametrize("address", PRIVATE)
def test_one_private_answer_among_public_ones_refuses_all(address, monkeypatch):
    answers(monkeypatch, ["8.8.8.8", address])
    with pytest.raises(EgressRefused):
        NOBODY.addresses("tool.example", 443)


@pytest.mark.parametrize("host", [*SPELLINGS, "localhost", "127.0.0.1", "[::1]", "::ffff:7f00:1"])
def test_other_spellings_of_this_machine_are_refused(host):
    with pytest.raises(EgressRefused):
        NOBODY.addresses(host, 443)


def test_a_listed_host_is_allowed_on_its_port_only():
    policy = EgressPolicy.parse(" 127.0.0.1:8090, [::1]:9000,Db.Internal:5432 ")
    assert policy.addresses("127.0.0.1", 8090) == ["127.0.0.1"]
    assert policy.allows("::1", 9000)
    assert policy.allows("db.internal", 5432)
    with pytest.raises(EgressRefused):
        policy.addresses("127.0.0.1", 8091)


def test_an_empty_setting_allows_nothing():
    assert EgressPolicy.parse("") == NOBODY


@pytest.mark.parametrize(
    ("scheme", "host", "port"),
    [
        ("http", "tool.example", 80),
        ("https", "tool.example", 8443),
        ("file", "", 0),
        ("ftp", "tool.example", 21),
        ("https", "", 443),
    ],
)
def test_only_https_on_its_own_port_needs_no_permission(scheme, host, port):
    with pytest.raises(EgressRefused):
        NOBODY.check_web(scheme, host, port)
    NOBODY.check_web("https", "tool.example", 443)


def ask(base_url: str, policy: EgressPolicy) -> None:
    sync = SyncInput(config={"base_url": base_url}, credentials={}, backfill_days=1, now=NOW)
    list(pull(plain(OnePage()), sync, policy, QUICK))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", *SPELLINGS[:5], "[::ffff:127.0.0.1]", "[::1]"])
def test_no_connection_to_this_machine_is_ever_made(host):
    with fake_tool(in_turn(Reply({"items": []}))) as canary:
        for scheme in ("http", "https"):
            with pytest.raises(EgressRefused):
                ask(f"{scheme}://{host}:{canary.port}", NOBODY)
        assert canary.requests == []


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    """A name that changes its answer after the check gains nothing: it is not request again."""
    with fake_tool(in_turn(Reply({"items": []}))) as tool:
        policy = EgressPolicy(frozenset({("tool.example", tool.port)}))
        answers(monkeypatch, ["127.0.0.1"], ["203.0.113.9"])
        ask(f"http://tool.example:{tool.port}", policy)
        assert tool.requests[0].headers["host"] == f"tool.example:{tool.port}"


def test_a_name_that_cannot_be_resolved_is_a_transient_failure(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(TransientFailure, match=r"tool\.example cannot be reached"):
        ask("https://tool.example", NOBODY)


def test_a_name_with_a_private_address_and_one_without_any_get_the_same_answer(monkeypatch):
    """Otherwise whoever may test a connector learns which names the installation's network has."""
    answered = []
    for private in ([], ["10.0.0.7"], ["10.0.0.7", "8.8.8.8"], ["168.63.129.16"], ["fd00:ec2::254"]):

        def resolve(host, port, *_, addresses=private, **__):
            if not addresses:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        with pytest.raises(TransientFailure) as refused:
            ask("https://vault.corp.example", NOBODY)
        answered.append((type(refused.value), refused.value.reason))

    assert len(set(answered)) == 1
    assert "vault.corp.example:443 to CAUSELOOP_EGRESS_ALLOW" in answered[0][1]


@pytest.fixture
def self_signed(tmp_path):
    """A TLS context with a certificate for 127.0.0.1 that nobody vouches for."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tool.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def test_a_certificate_that_nobody_vouches_for_is_not_accepted_and_says_what_to_do(self_signed):
    with fake_tool(in_turn(Reply({"items": []})), tls=self_signed) as tool:
        with pytest.raises(TransientFailure, match=r"nobody vouches for its.*CAUSELOOP_CA_BUNDLE"):
            ask(f"https://127.0.0.1:{tool.port}", tool.egress)
        assert tool.requests == []


def test_a_refusal_does_not_tell_which_private_address_a_name_leads_to() -> None:
    with pytest.raises(EgressRefused) as refused:
        EgressPolicy().addresses("localhost", 443)

    assert "localhost cannot be reached: no public address" in str(refused.value)
    assert not {"127.0.0.1", "::1"} & set(str(refused.value).split())
