"""How the hub says no: the status and the code of the answer, which the SDK keeps in its error."""

from contextlib import contextmanager

import pytest
from azure.iot.device.exceptions import ClientError, ServiceError
from msrest.exceptions import HttpOperationError


@contextmanager
def refused(status, code):
    with pytest.raises(HttpOperationError) as caught:
        yield
    response = caught.value.response
    assert (response.status_code, response.headers["iothub-errorcode"]) == (status, code)


@contextmanager
def client_refused(words):
    """A client of azure-iot-device wraps what the hub answered in an error of its own."""
    with pytest.raises(ClientError) as caught:
        yield
    cause = caught.value.__cause__
    assert isinstance(cause, ServiceError) and words in str(cause), repr(cause)
