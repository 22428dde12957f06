"""Redirects connections to the hub's names and default ports to the ports on which it listens.

Runs on Python 3.6 and later. It imports no module of PATCHES: a module is patched when the program imports it.
"""

import sys


def install(settings):
    """Installs the redirect from the JSON text of its settings. A second call changes nothing."""
    if any(isinstance(finder, _PatchingFinder) for finder in sys.meta_path):
        return
    finder = _PatchingFinder(settings)
    sys.meta_path.insert(0, finder)
    for name in PATCHES:
        if name in sys.modules:
            finder.patch(sys.modules[name])


class _PatchingFinder:
    """Finds modules through the other finders, and makes their loaders patch the module after execution."""

    def __init__(self, settings):
        self._settings = settings

    def find_spec(self, name, path=None, target=None):
        if name not in PATCHES:
            return None
        for finder in sys.meta_path:
            find_spec = None if finder is self else getattr(finder, "find_spec", None)
            spec = find_spec and find_spec(name, path, target)
            if spec:
                self._patch_after_execution(spec.loader, name)
                return spec
        return None

    def _patch_after_execution(self, loader, name):
        if not hasattr(loader, "exec_module"):
            return
        execute = loader.exec_module

        def execute_and_patch(module):
            execute(module)
            if module.__name__ == name:  # One loader may load all modules of an archive.
                self.patch(module)

        loader.exec_module = execute_and_patch

    def patch(self, module):
        try:
            PATCHES[module.__name__](module, _Redirect(self._settings))
        except (AttributeError, LookupError, TypeError, ValueError):
            pass  # An unsupported version of the module, or malformed settings: the program runs without the redirect.


class _Redirect:
    def __init__(self, settings):
        import json

        settings = json.loads(settings)
        self.address = settings["address"]
        self.bundle = settings["bundle"]
        self._names = {name.lower() for name in settings["names"]}
        self._ports = settings["ports"]

    def target(self, host, port):
        """Returns the address and port on which the hub listens, or None if host and port are not the hub's."""
        host, port = (
            value.decode("ascii", "replace") if isinstance(value, (bytes, bytearray)) else value
            for value in (host, port)
        )
        if isinstance(host, str) and host.lower() in self._names and str(port) in self._ports:
            return self.address, self._ports[str(port)]
        return None


def _patch_socket(module, redirect):
    _patch_getaddrinfo(module, redirect)
    _patch_connect(module.socket, redirect)


def _patch_getaddrinfo(module, redirect):
    original = module.getaddrinfo

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        host, port = redirect.target(host, port) or (host, port)
        return original(host, port, family, type, proto, flags)

    module.getaddrinfo = getaddrinfo


def _patch_connect(socket_class, redirect):
    def redirected(original):
        def connect(self, address):
            if isinstance(address, tuple) and len(address) >= 2:
                address = redirect.target(*address[:2]) or address
            return original(self, address)

        return connect

    socket_class.connect = redirected(socket_class.connect)
    socket_class.connect_ex = redirected(socket_class.connect_ex)


def _patch_certifi(module, redirect):
    def contents():
        with open(redirect.bundle, encoding="ascii") as bundle:
            return bundle.read()

    module.where = lambda: redirect.bundle
    module.contents = contents


def _patch_uamqp(module, redirect):
    # uamqp has native sockets, which receive host and port here.
    set_tlsio, set_wsio = module.AMQPAuth.set_tlsio, module.AMQPAuth.set_wsio

    def target(hostname, port):
        found = redirect.target(hostname, port)
        return (found[0].encode(), found[1]) if found else (hostname, port)

    def redirected_tlsio(self, hostname, port):
        return set_tlsio(self, *target(hostname, port))

    def redirected_wsio(self, hostname, port, http_proxy):
        hostname, port = (hostname, port) if http_proxy else target(hostname, port)
        return set_wsio(self, hostname, port, http_proxy)

    module.AMQPAuth.set_tlsio = redirected_tlsio
    module.AMQPAuth.set_wsio = redirected_wsio


def _patch_aiohttp(module, redirect):
    resolve = module.AsyncResolver.resolve

    async def redirected_resolve(self, host, port=0, *args, **options):
        found = redirect.target(host, port)
        if found is None:
            return await resolve(self, host, port, *args, **options)
        from socket import AF_INET, AI_NUMERICHOST

        address = {"hostname": host, "host": found[0], "port": found[1]}
        return [dict(address, family=AF_INET, proto=0, flags=AI_NUMERICHOST)]

    module.AsyncResolver.resolve = redirected_resolve


def _patch_uvloop(module, redirect):
    # The loop of uvloop resolves and connects natively. The certificate is still verified against the hub's name.
    create_connection, getaddrinfo = module.Loop.create_connection, module.Loop.getaddrinfo

    async def redirected_connection(self, protocol_factory, host=None, port=None, **options):
        found = redirect.target(host, port)
        if found is not None:
            if options.get("ssl") and options.get("server_hostname") is None:
                options["server_hostname"] = host
            host, port = found
        return await create_connection(self, protocol_factory, host, port, **options)

    async def redirected_getaddrinfo(self, host, port, **options):
        host, port = redirect.target(host, port) or (host, port)
        return await getaddrinfo(self, host, port, **options)

    module.Loop.create_connection = redirected_connection
    module.Loop.getaddrinfo = redirected_getaddrinfo


PATCHES = {
    "socket": _patch_socket,
    "gevent.socket": _patch_socket,
    "certifi": _patch_certifi,
    "certifi.core": _patch_certifi,
    "uamqp.authentication.common": _patch_uamqp,
    "aiohttp.resolver": _patch_aiohttp,
    "uvloop": _patch_uvloop,
}
