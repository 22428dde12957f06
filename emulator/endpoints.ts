/** An endpoint for WebSocket connections at one path of an HTTPS endpoint. */
export interface WebSocketEndpoint {
  /** The key of the endpoint in the report of `start`. */
  readonly name: string;
  /** The title in the report of `start`. */
  readonly title: string;
  readonly path: string;
  /** The name of the door for each subprotocol. Subprotocols are in lower case. */
  readonly doors: Readonly<Record<string, string>>;
  /** The name of the door for a client that requests no subprotocol. */
  readonly defaultDoor: string;
}

/** One listener of the emulator. */
export interface Endpoint {
  /** The name of the endpoint. The option `{name}Port` sets its port. */
  readonly name: string;
  /** The title in the report of `start`. */
  readonly title: string;
  readonly scheme: string;
  /** The kind of listener: HTTPS requests, or TLS connections. */
  readonly listener: 'https' | 'tls';
  /** The name of the door. */
  readonly door: string;
  /** The port that SDKs expect. */
  readonly defaultPort: number;
  /** The purpose of the port in the help of its option. */
  readonly purpose: string;
  /** The host names of the endpoint: those of the hub, or a list of its own. */
  readonly hostNames: 'hub' | readonly string[];
  readonly webSockets: readonly WebSocketEndpoint[];
}

/** The table of all listeners. The options, the report of `start`, the redirection of `exec` and the listeners use it. */
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

/** The name of a door in the table. */
export type DoorName = (typeof ENDPOINTS)[number]['door'];

/** The name of the option for the port of an endpoint. */
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
  ) as Ports;
}

/** Returns the host names of all endpoints of a hub. */
export function endpointNamesOf(hubNames: readonly string[]): readonly string[] {
  const names = (ENDPOINTS as readonly Endpoint[]).flatMap(({ hostNames }) =>
    hostNames === 'hub' ? hubNames : hostNames,
  );
  return [...new Set(names)];
}
