"""Service clients for the whole run, and new identities and clients for each test."""

import itertools
import json
import os
from concurrent.futures import ThreadPoolExecutor

# The tests need only the hub's authority. Every client loads the bundle, and the whole bundle of `exec` would take
# longer than the tests.
os.environ["SSL_CERT_FILE"] = os.environ["REQUESTS_CA_BUNDLE"] = os.environ["NODE_EXTRA_CA_CERTS"]

import pytest

pytest.register_assert_rewrite("refusals", "waiting")

from azure.iot.hub import DigitalTwinClient, IoTHubHttpRuntimeManager, IoTHubJobManager

from clients import WAYS, Clients, EventLoop
from create_module import host_name, open_registry, service_connection_string

numbers = itertools.count(1)


def keep_alive(service_client):
    """Keeps the connection open between calls. test_service_access.py tests clients without this."""
    with service_client.protocol:
        yield service_client


@pytest.fixture(scope="session")
def registry():
    yield from keep_alive(open_registry())


@pytest.fixture(scope="session")
def jobs():
    yield from keep_alive(IoTHubJobManager.from_connection_string(service_connection_string()))


@pytest.fixture(scope="session")
def digital_twins():
    yield from keep_alive(DigitalTwinClient.from_connection_string(service_connection_string()))


@pytest.fixture(scope="session")
def runtime():
    yield from keep_alive(IoTHubHttpRuntimeManager.from_connection_string(service_connection_string()))


@pytest.fixture
def new_id():
    """Returns a function that creates unused ids."""
    return lambda word="device": "{}-{}".format(word, next(numbers))


@pytest.fixture
def new_device(registry, new_id):
    return lambda: registry.create_device_with_sas(new_id(), "", "", "enabled")


@pytest.fixture
def device(new_device):
    return new_device()


@pytest.fixture
def module(registry, device):
    return registry.create_module_with_sas(device.device_id, "module", None, "", "")


@pytest.fixture(scope="session")
def event_loop():
    loop = EventLoop()
    yield loop
    loop.close()


@pytest.fixture(params=WAYS, ids=str)
def clients(request, event_loop):
    """Creates device and module clients. A test with this fixture runs with all four kinds of client."""
    clients = Clients(request.param, event_loop, host_name())
    yield clients
    clients.close()


@pytest.fixture
def blocking_clients(event_loop):
    """Creates blocking clients over MQTT, for tests of the service side."""
    clients = Clients(WAYS[0], event_loop, host_name())
    yield clients
    clients.close()


@pytest.fixture
def in_background():
    """Returns a function that starts a call on another thread and returns its future."""
    with ThreadPoolExecutor() as executor:
        yield executor.submit


@pytest.fixture(scope="session")
def certificates():
    """Returns the files, the thumbprint and the common name of each certificate, by its name."""
    path = os.environ.get("PYTHON_INTEROP_CERTIFICATES")
    if path is None:
        pytest.skip("PYTHON_INTEROP_CERTIFICATES is not set, expected the path of a JSON file")
    with open(path) as file:
        return json.load(file)
