/** WebSocket connections at one path of an HTTPS endpoint. */
export interface WebSocketEndpoint {
  /** The key of its address in the report of `start`. */
  readonly name: string;
  /** As `start` prints it. */
  readonly title: string;
  readonly path: string;
  /** By subprotocol in lower case: the door that serves it. */
  readonly doors: Readonly<Record<string, string>>;
  /** The door that serves a client which asks for no subprotocol. */
  readonly defaultDoor: string;
}

/** One listener of the emulator. */
export interface Endpoint {
  /** Its port is the option `{name}Port`. */
  readonly name: string;
  /** As `start` prints it. */
  readonly title: string;
  readonly scheme: string;
  /** What is listened for: HTTPS requests, or connections with TLS. */
  readonly listener: 'https' | 'tls';
  /** The door that serves it. */
  readonly door: string;
  /** The port that SDKs expect. */
  readonly defaultPort: number;
  /** What the port is for, as the help of its option says it. */
  readonly purpose: string;
  /** The names that lead to it: those of the hub, or its own. */
  readonly hostNames: 'hub' | readonly string[];
  readonly webSockets: readonly WebSocketEndpoint[];
}

/**
 * The one table of listeners. Options, the report of `start`, the redirection of `exec`, the wiring of the harness and
 * the listeners are made from it.
 */
export const ENDPOINTS = [
  {
    name: 'https',
    title: 'HTTPS',
    scheme: 'https',
    listener: 'https',
    door: 'http',
    defaultPort: 443,
    purpose: 'for HTTPS and MQTT over WebSocket',
    hostNames: 'hub',
    webSockets: [
      {
        name: 'webSocket',
        title: 'WebSocket',
        path: '/$iothub/websocket',
        doors: { mqtt: 'mqtt' },
        defaultDoor: 'mqtt',
      },
    ],
  },
  {
    name: 'mqtt',
    title: 'MQTT',
    scheme: 'mqtts',
    listener: 'tls',
    door: 'mqtt',
    defaultPort: 8883,
    purpose: 'for MQTT',
    hostNames: 'hub',
    webSockets: [],
  },
] as const satisfies readonly Endpoint[];

export type EndpointName = (typeof ENDPOINTS)[number]['name'];

/** Every door that the table names. */
export type DoorName = (typeof ENDPOINTS)[number]['door'];

/** The option that sets the port of an endpoint. */
export type PortKey = `${EndpointName}Port`;

/** The ports of all endpoints. */
export type Ports = { readonly [Key in PortKey]: number };

export function portKeyOf(name: EndpointName): PortKey {
  return `${name}Port`;
}

/** Returns a value for the port of each endpoint, such as `{ httpsPort: 443, mqttPort: 8883 }`. */
export function mapPorts(portOf: (endpoint: (typeof ENDPOINTS)[number]) => number): Ports {
  return Object.fromEntries(
    ENDPOINTS.map((endpoint) => [portKeyOf(endpoint.name), portOf(endpoint)]),
  ) as unknown as Ports;
}

/** The names by which clients reach the endpoints of a hub. */
export function endpointNamesOf(hubNames: readonly string[]): readonly string[] {
  const names = (ENDPOINTS as readonly Endpoint[]).flatMap(({ hostNames }) =>
    hostNames === 'hub' ? hubNames : hostNames,
  );
  return [...new Set(names)];
}
