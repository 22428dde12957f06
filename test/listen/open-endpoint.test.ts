import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../emulator/endpoints.ts';
import { type Door, openEndpoint } from '../../emulator/open-endpoint.ts';

const HTTPS: Endpoint = {
  name: 'trial',
  title: 'Trial',
  scheme: 'https',
  listener: 'https',
  door: 'requests',
  defaultPort: 443,
  purpose: 'for a test',
  hostNames: 'hub',
  webSockets: [],
};
const WEB_SOCKET = { name: 'ws', title: 'WS', path: '/ws', doors: {}, defaultDoor: 'streams' };

const DOORS: Readonly<Record<string, Door>> = {
  requests: { serve: () => () => undefined },
  streams: { accept: () => undefined },
};

/** Opens an endpoint that must be refused before its port is bound. */
function open(endpoint: Endpoint): Promise<unknown> {
  // Without key and certificate, binding fails with another message.
  const listen = {
    host: '127.0.0.1',
    key: '',
    cert: '',
    timeouts: { handshakeMilliseconds: 1, headMilliseconds: 1, requestMilliseconds: 1 },
  };
  const traffic = { requests: 0, clientConnections: 0, brokenConnections: 0 };
  return openEndpoint(endpoint, 0, { doors: DOORS, listen, traffic });
}

describe('an endpoint', () => {
  it.each<[string, Endpoint, string]>([
    [
      'requests',
      { ...HTTPS, door: 'streams' },
      "The door 'streams' of the endpoint 'trial' cannot serve requests.",
    ],
    [
      'connections',
      { ...HTTPS, listener: 'tls' },
      "The door 'requests' of the endpoint 'trial' cannot accept connections.",
    ],
    [
      'WebSocket connections',
      { ...HTTPS, webSockets: [{ ...WEB_SOCKET, doors: { mqtt: 'requests' } }] },
      "The door 'requests' of the endpoint 'trial' cannot accept connections.",
    ],
    [
      'WebSocket connections without a subprotocol',
      { ...HTTPS, webSockets: [{ ...WEB_SOCKET, defaultDoor: 'requests' }] },
      "The door 'requests' of the endpoint 'trial' cannot accept connections.",
    ],
    [
      'requests of an unknown door',
      { ...HTTPS, door: 'absent' },
      "The door 'absent' in the table of endpoints does not exist.",
    ],
  ])('is refused at the start if its door cannot take %s', async (_what, endpoint, message) => {
    await expect(open(endpoint)).rejects.toThrow(message);
  });
});
