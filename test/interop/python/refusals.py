"""Checks of refusals: the SDK's error contains the status and the error code of the hub's answer."""

from contextlib import contextmanager

import pytest
from azure.iot.device.exceptions import ClientError, ServiceError
from msrest.exceptions import HttpOperationError


@contextmanager
def refused(status, code):
    """Expects an error of a service client with the status and the error code."""
    with pytest.raises(HttpOperationError) as caught:
        yield
    response = caught.value.response
    assert (response.status_code, response.headers["iothub-errorcode"]) == (status, code)


@contextmanager
def client_refused(words):
    """Expects an error of a device client. azure-iot-device wraps the answer of the hub in another error."""
    with pytest.raises(ClientError) as caught:
        yield
    cause = caught.value.__cause__
    assert isinstance(cause, ServiceError) and words in str(cause), repr(cause)
