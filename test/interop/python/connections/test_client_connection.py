"""Connections of device and module clients: how they open, how they close, and who is notified."""

import pytest
from azure.iot.device.common.pipeline.pipeline_exceptions import PipelineNotRunning
from azure.iot.device.exceptions import ClientError, NoConnectionError

from waiting import Received, ask_until


@pytest.fixture(params=["device", "module"])
def connecting(request, clients, registry):
    """Returns an identity, a function that creates its client and a function that reads the identity."""
    identity = request.getfixturevalue(request.param)
    if request.param == "device":
        return identity, clients.device, lambda: registry.get_device(identity.device_id)
    names = (identity.device_id, identity.module_id)
    return identity, clients.module, lambda: registry.get_module(*names)


def test_changes_the_connection_state_in_the_registry(connecting):
    identity, make, read = connecting
    client = make(identity)
    assert not client.connected and read().connection_state == "Disconnected"
    client.connect()
    assert client.connected and read().connection_state == "Connected"
    client.connect()
    client.disconnect()
    assert not client.connected
    left = ask_until(read, lambda identity: identity.connection_state == "Disconnected")
    assert left.connection_state_updated_time.year > 1 and left.last_activity_time.year > 1
    client.connect()
    assert client.connected


def test_reports_connection_changes_to_the_program(connecting):
    identity, make, _ = connecting
    client, changes = make(identity), Received()
    client.on_connection_state_change = changes
    assert client.on_connection_state_change is changes
    client.connect()
    changes.next()
    client.disconnect()
    changes.next()
    assert not client.connected


def test_opens_at_the_first_call_that_needs_it(connecting):
    identity, make, _ = connecting
    client = make(identity)
    client.send_message("hello")
    assert client.connected


def test_does_not_open_automatically_if_auto_connect_is_off(connecting):
    identity, make, _ = connecting
    client = make(identity, auto_connect=False)
    with pytest.raises(NoConnectionError):
        client.send_message("hello")
    client.connect()
    client.send_message("hello")


def test_stays_closed_after_shutdown(connecting):
    identity, make, read = connecting
    client = make(identity)
    client.connect()
    client.shutdown()
    assert not client.connected
    ask_until(read, lambda identity: identity.connection_state == "Disconnected")
    # The documentation of the SDK says that this raises a ClientError.
    for call in (client.connect, client.get_twin, lambda: client.send_message("hello"), client.shutdown):
        with pytest.raises(PipelineNotRunning):
            call()


def test_is_closed_when_a_second_client_of_the_identity_connects(connecting):
    identity, make, read = connecting
    first, changes = make(identity, connection_retry=False), Received()
    first.on_connection_state_change = changes
    first.connect()
    changes.next()
    second = make(identity)
    second.connect()
    changes.next()
    assert second.connected and not first.connected
    assert read().connection_state == "Connected"
    second.send_message("hello")


def test_is_closed_when_the_identity_is_deleted(connecting, registry):
    identity, make, _ = connecting
    client, changes, failures = make(identity), Received(), Received()
    client.on_connection_state_change = changes
    client.on_background_exception = failures
    client.connect()
    changes.next()
    registry.delete_device(identity.device_id)
    changes.next()
    # The SDK tries to connect once more and is refused, because the identity is missing.
    failures.until(lambda failure: "not authorised" in str(failure))
    assert not client.connected


def test_is_closed_when_the_device_is_disabled(clients, registry, device):
    client, changes = clients.device(device, connection_retry=False), Received()
    client.on_connection_state_change = changes
    client.connect()
    changes.next()
    key = device.authentication.symmetric_key.primary_key
    registry.update_device_with_sas(device.device_id, None, key, key, "disabled")
    changes.next()
    assert not client.connected


def test_rejects_a_receive_call_while_a_handler_is_set(connecting):
    identity, make, _ = connecting
    client = make(identity)
    client.on_method_request_received = Received()
    with pytest.raises(ClientError):
        client.receive_method_request()
    client.on_method_request_received = None


def test_rejects_an_unknown_option(connecting):
    identity, make, _ = connecting
    with pytest.raises(TypeError):
        make(identity, colour="red")
