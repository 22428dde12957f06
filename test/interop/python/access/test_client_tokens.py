"""SAS tokens that expire while a client is connected."""

import pytest
from msrest.exceptions import HttpOperationError

from back_end import client_token
from clients import WAYS, Clients
from create_module import host_name
from methods import answer_methods, invoke, method
from waiting import Received, ask_until

# The SDK renews a token two minutes before it expires, so after one or two seconds.
SHORT_TTL = 122


@pytest.fixture
def all_clients(event_loop):
    """Creates clients of all four kinds together, so that one wait for the expiry covers all."""
    all_kinds = [Clients(way, event_loop, host_name()) for way in WAYS]
    yield all_kinds
    for clients in all_kinds:
        clients.close()


def connect(client):
    """Connects a client and records its connection changes, except the first."""
    changes = Received()
    client.on_connection_state_change = changes
    answer_methods(client, 200, "still here")
    changes.next()
    return changes


def check_renewed(registry, identity, client, changes):
    changes.next(), changes.next()
    ask_until(lambda: client.connected, bool)

    def ask():
        try:
            return invoke(registry, identity, method()).payload
        except HttpOperationError:
            # The client is renewing its token again.
            return None

    # The SDK does not subscribe again: it relies on the session that the hub has stored.
    assert ask_until(ask, bool) == "still here"


def test_sdk_renews_a_token_made_from_a_key(registry, all_clients, new_device):
    connected = []
    for clients in all_clients:
        device = new_device()
        module = registry.create_module_with_sas(device.device_id, "module", None, "", "")
        for identity, make in ((device, clients.device), (module, clients.module)):
            client = make(identity, sastoken_ttl=SHORT_TTL)
            connected.append((identity, client, connect(client)))
    for identity, client, changes in connected:
        check_renewed(registry, identity, client, changes)


def test_sdk_requests_a_new_token_from_the_program(registry, all_clients, new_device):
    connected = []
    for clients in all_clients:
        device = new_device()
        client = clients.make(clients.device_class.create_from_sastoken, client_token(device, ttl=SHORT_TTL))
        asked = Received()
        client.on_new_sastoken_required = asked
        connected.append((device, client, asked, connect(client)))
    for device, client, asked, changes in connected:
        asked.next()
        client.update_sastoken(client_token(device))
        check_renewed(registry, device, client, changes)


def test_sdk_rejects_a_new_token_of_another_client(clients, registry, device, module):
    client = clients.make(clients.module_class.create_from_sastoken, client_token(module))
    other = registry.create_module_with_sas(device.device_id, "other", None, "", "")
    for token in (client_token(device), client_token(other), client_token(module, ttl=-60), "nonsense"):
        with pytest.raises(ValueError):
            client.update_sastoken(token)
    client.update_sastoken(client_token(module))
    client.connect()
