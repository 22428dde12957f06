"""Credentials of device and module clients: which are accepted and which are refused."""

import pytest
from azure.iot.device import X509
from azure.iot.device.exceptions import CredentialError

from back_end import client_token
from clients import key_of
from create_module import host_name

OTHER_KEY = "b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXkhISE="


def check(client):
    client.connect()
    assert client.connected
    assert client.get_twin()["desired"]["$version"] == 1
    # The next client may have the same identity.
    client.disconnect()


def check_refused(client):
    with pytest.raises(CredentialError):
        client.connect()
    assert not client.connected


def x509_of(certificate):
    return X509(cert_file=certificate["certificateFile"], key_file=certificate["keyFile"])


@pytest.mark.parametrize("number", [0, 1], ids=["primary", "secondary"])
def test_accepts_a_device_with_its_primary_or_secondary_key(clients, device, number):
    symmetric_key = device.authentication.symmetric_key
    key = [symmetric_key.primary_key, symmetric_key.secondary_key][number]
    create = clients.device_class.create_from_connection_string
    check(clients.make(create, clients.string_of(device, key)))
    create = clients.device_class.create_from_symmetric_key
    check(clients.make(create, key, clients.host_name, device.device_id))


def test_accepts_a_module_with_its_key(clients, module):
    check(clients.module(module))


def test_accepts_a_module_with_a_key_of_its_device(clients, device, module):
    create = clients.module_class.create_from_connection_string
    check(clients.make(create, clients.string_of(module, key_of(device))))
    create = clients.module_class.create_from_sastoken
    check(clients.make(create, client_token(module, key_of(device))))


def test_accepts_a_sas_token(clients, device, module):
    check(clients.make(clients.device_class.create_from_sastoken, client_token(device)))
    check(clients.make(clients.module_class.create_from_sastoken, client_token(module)))


def test_accepts_a_certificate_with_a_registered_thumbprint(
    clients, registry, device, new_id, certificates
):
    certificate = certificates["selfSigned"]
    thumbprints, x509 = [certificate["thumbprint"]] * 2, x509_of(certificate)
    device_id = new_id()
    registry.create_device_with_x509(device_id, *thumbprints, "enabled")
    registry.create_module_with_x509(device.device_id, "module", None, *thumbprints)
    create = clients.device_class.create_from_x509_certificate
    check(clients.make(create, x509, clients.host_name, device_id))
    create = clients.module_class.create_from_x509_certificate
    check(clients.make(create, x509, clients.host_name, device.device_id, "module"))


def test_accepts_a_certificate_of_a_trusted_authority(clients, signed_device, certificates):
    device_id, module_id = signed_device
    x509 = x509_of(certificates["signedDevice"])
    create = clients.device_class.create_from_x509_certificate
    check(clients.make(create, x509, clients.host_name, device_id))
    x509 = x509_of(certificates["signedModule"])
    create = clients.module_class.create_from_x509_certificate
    check(clients.make(create, x509, clients.host_name, device_id, module_id))


@pytest.fixture(scope="module")
def signed_device(registry, certificates):
    """A signed certificate contains the ids, so all four kinds of client use the same identities."""
    device_id, module_id = certificates["signedModule"]["commonName"].split("/")
    registry.create_device_with_certificate_authority(device_id, "enabled")
    registry.create_module_with_certificate_authority(device_id, module_id, None)
    return device_id, module_id


def test_refuses_another_key(clients, device, module):
    create = clients.device_class.create_from_connection_string
    check_refused(clients.make(create, clients.string_of(device, OTHER_KEY)))
    create = clients.device_class.create_from_symmetric_key
    check_refused(clients.make(create, OTHER_KEY, clients.host_name, device.device_id))
    create = clients.device_class.create_from_sastoken
    check_refused(clients.make(create, client_token(device, OTHER_KEY)))
    check_refused(clients.make(create, client_token(device, key_of(module))))
    create = clients.module_class.create_from_connection_string
    check_refused(clients.make(create, clients.string_of(module, OTHER_KEY)))
    create = clients.module_class.create_from_sastoken
    check_refused(clients.make(create, client_token(module, OTHER_KEY)))


def test_refuses_another_certificate(clients, registry, device, new_id, certificates):
    device_id = new_id()
    registry.create_device_with_x509(device_id, "A" * 40, "A" * 40, "enabled")
    registry.create_module_with_certificate_authority(device.device_id, "module", None)
    create = clients.device_class.create_from_x509_certificate
    check_refused(clients.make(create, x509_of(certificates["selfSigned"]), clients.host_name, device_id))
    # The certificate of a device that is registered with keys is refused too.
    check_refused(
        clients.make(create, x509_of(certificates["selfSigned"]), clients.host_name, device.device_id)
    )
    create = clients.module_class.create_from_x509_certificate
    x509 = x509_of(certificates["signedModule"])
    check_refused(clients.make(create, x509, clients.host_name, device.device_id, "module"))


def test_refuses_a_missing_or_disabled_identity(clients, registry, device, module):
    key = key_of(device)
    create = clients.device_class.create_from_symmetric_key
    check_refused(clients.make(create, key, clients.host_name, "missing"))
    missing = clients.string_of(module).replace("ModuleId=module", "ModuleId=missing")
    check_refused(clients.make(clients.module_class.create_from_connection_string, missing))
    registry.update_device_with_sas(device.device_id, None, key, key, "disabled")
    check_refused(clients.device(device))
    check_refused(clients.module(module))


def test_sdk_rejects_an_expired_or_unsuitable_token(clients, device, module):
    for create, token in (
        (clients.device_class.create_from_sastoken, client_token(device, ttl=-60)),
        (clients.module_class.create_from_sastoken, client_token(module, ttl=-60)),
        (clients.device_class.create_from_sastoken, client_token(module)),
        (clients.module_class.create_from_sastoken, client_token(device)),
        (clients.device_class.create_from_sastoken, "nonsense"),
    ):
        with pytest.raises(ValueError):
            create(token)
