import { ticksOf } from '../../../../emulator/domain/time.ts';
import type { HttpHub } from '../../http-hub.ts';
import type { Reply } from '../../https-client.ts';

/** A session that was recorded against the real hub. */
export interface Recording {
  readonly apiVersion: string;
  readonly exchanges: readonly Exchange[];
}

interface Exchange {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
}

type Json = Readonly<Record<string, unknown>>;

const SANITIZED = 'Sanitized';
const KEY_NAMES = ['primaryKey', 'secondaryKey'];
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,7})?Z$/;
const NEVER = /^0001-01-01T00:00:00Z?$/;
const TRACKING =
  /^Tracking ID:[0-9A-Fa-f]{32}(-G\d*:\d*)?-TimeStamp:(\d{2}\/\d{2}\/\d{4} \d{2}:\d{2}:\d{2}|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z)$/;
const EXACT_HEADERS = ['content-type', 'vary', 'iothub-errorcode', 'x-ms-item-type', 'server'];
const PRESENT_HEADERS = ['etag', 'x-ms-continuation'];

/** Sends a recorded session to a hub, and returns the differences between its answers and the recorded ones. */
export async function replay(http: HttpHub, recording: Recording): Promise<readonly string[]> {
  const values = new Values();
  const differences: string[] = [];
  for (const [index, { request, response }] of recording.exchanges.entries()) {
    const { method, path } = request;
    const resource = path.split('?')[0] ?? '';
    const ifMatch = request.headers['If-Match'];
    const headers = {
      ...request.headers,
      ...(ifMatch === undefined ? {} : { 'If-Match': values.oursInHeader(ifMatch) }),
    };
    const body = request.body === null ? undefined : values.oursInBody(request.body, resource);
    const reply = await http.send(method, path, { headers, ...(body === undefined ? {} : { body }) });
    const comparison = new Comparison(values, resource);
    comparison.compare(reply, response);
    differences.push(...comparison.differences.map((difference) => `${index + 1} ${difference}`));
  }
  return differences;
}

/** Our values by the recorded values in the same place. */
class Values {
  readonly #ours = new Map<string, string>();

  /** Returns false if the same recorded value had another value of ours before. */
  learn(recorded: string, ours: string): boolean {
    const known = this.#ours.get(recorded);
    if (known === undefined) this.#ours.set(recorded, ours);
    return known === undefined || known === ours;
  }

  ours(recorded: string): string | undefined {
    return this.#ours.get(recorded);
  }

  oursInHeader(recorded: string): string {
    return recorded.replace(/^"(.+)"$/, (whole, etag) =>
      etag === '*' ? whole : `"${this.#ours.get(etag) ?? etag}"`,
    );
  }

  oursInBody(recorded: unknown, resource: string): unknown {
    return JSON.parse(JSON.stringify(recorded), (name, value) => {
      if (value === SANITIZED) return this.#ours.get(sanitizedKey(resource, name));
      return typeof value === 'string' ? (this.#ours.get(value) ?? value) : value;
    });
  }
}

// Keys are hidden in recordings. Their place identifies them.
function sanitizedKey(resource: string, name: string): string {
  return `${resource} ${name}`;
}

/** Compares one answer with the recorded one. */
class Comparison {
  readonly differences: string[] = [];
  readonly #values: Values;
  readonly #resource: string;

  constructor(values: Values, resource: string) {
    this.#values = values;
    this.#resource = resource;
  }

  compare(reply: Reply, recorded: Exchange['response']): void {
    if (reply.status !== recorded.status) {
      this.#differs('status', `${recorded.status}, not ${reply.status}`);
      return;
    }
    const headers = new Map(
      Object.entries(recorded.headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    for (const name of EXACT_HEADERS) {
      if (headers.get(name) !== reply.headers[name]) {
        this.#differs(`header ${name}`, `${headers.get(name)}, not ${reply.headers[name]}`);
      }
    }
    for (const name of PRESENT_HEADERS) {
      if (headers.has(name) !== (reply.headers[name] !== undefined))
        this.#differs(`header ${name}`, 'presence');
    }
    if (reply.headers['content-length'] === undefined) this.#differs('header content-length', 'absent');
    const isEmptyPage = headers.has('x-ms-item-type') && JSON.stringify(recorded.body) === '[]';
    // The index of the real hub is updated late. A twin that is found at once is correct too.
    if (!isEmptyPage) this.#compareValue('body', recorded.body ?? undefined, reply.body);
    const etag = reply.headers['etag'];
    if (etag !== undefined && etag !== `"${reply.body.etag}"`)
      this.#differs('header etag', 'is not the body’s');
  }

  #compareValue(path: string, recorded: unknown, ours: unknown): void {
    if (Array.isArray(recorded) && Array.isArray(ours)) this.#compareList(path, recorded, ours);
    else if (isObject(recorded) && isObject(ours)) this.#compareObject(path, recorded, ours);
    else if (!this.#isSame(path, recorded, ours)) {
      this.#differs(path, `${JSON.stringify(recorded)}, not ${JSON.stringify(ours)}`);
    }
  }

  #compareList(path: string, recorded: readonly unknown[], ours: readonly unknown[]): void {
    if (recorded.length !== ours.length) this.#differs(path, `${recorded.length} items, not ${ours.length}`);
    const sorted = [...ours].sort(byId);
    for (const [index, item] of [...recorded].sort(byId).entries()) {
      this.#compareValue(`${path}[]`, item, sorted[index]);
    }
  }

  #compareObject(path: string, recorded: Json, ours: Json): void {
    const withCapitals = path.endsWith('x509Thumbprint');
    const nameOf = (name: string) =>
      withCapitals ? name.replace(/^[ps]/, (letter) => letter.toUpperCase()) : name;
    const own = new Map(Object.entries(ours).map(([name, value]) => [nameOf(name), value]));
    for (const [name, value] of Object.entries(recorded)) {
      if (!own.has(nameOf(name))) this.#differs(`${path}.${name}`, 'is absent');
      else this.#compareValue(`${path}.${name}`, value, own.get(nameOf(name)));
      own.delete(nameOf(name));
    }
    for (const name of own.keys()) this.#differs(`${path}.${name}`, 'is too much');
  }

  /** Compares values that the recording masks or that differ in every run: by their form and relations. */
  #isSame(path: string, recorded: unknown, ours: unknown): boolean {
    if (typeof recorded !== 'string' || typeof ours !== 'string') return recorded === ours;
    const name = path.slice(path.lastIndexOf('.') + 1);
    if (KEY_NAMES.includes(name)) return this.#isSameKey(name, recorded, ours);
    if (name === 'ExceptionMessage') {
      return TRACKING.test(ours) && /-G\d*:/.test(recorded) === /-G\d*:/.test(ours);
    }
    if (name === 'generationId') return /^\d{18}$/.test(ours) && this.#values.learn(recorded, ours);
    if (name === 'etag' || name === 'deviceEtag') return this.#isSameEtag(recorded, ours);
    if (TIME.test(recorded) && !NEVER.test(recorded)) return this.#isSameTime(recorded, ours);
    return recorded === ours;
  }

  #isSameKey(name: string, recorded: string, ours: string): boolean {
    const isKey = Buffer.from(ours, 'base64').length === 32;
    return (
      isKey &&
      this.#values.learn(recorded === SANITIZED ? sanitizedKey(this.#resource, name) : recorded, ours)
    );
  }

  #isSameEtag(recorded: string, ours: string): boolean {
    const number = decimalOf(recorded);
    if (number === undefined || this.#resource.startsWith('/configurations')) return recorded === ours;
    const own = decimalOf(ours);
    const before = this.#values.ours(Buffer.from(String(number - 1n)).toString('base64'));
    const isNext = before === undefined || decimalOf(before) === (own ?? 0n) - 1n;
    return own !== undefined && isNext && this.#values.learn(recorded, ours);
  }

  #isSameTime(recorded: string, ours: string): boolean {
    const isTime = TIME.test(ours) && !NEVER.test(ours) && !/\.\d*0Z$/.test(ours);
    const generation = this.#values.ours(String(exactTicksOf(recorded)));
    const isBirth = generation === undefined || generation === String(exactTicksOf(ours));
    return isTime && isBirth && this.#values.learn(recorded, ours);
  }

  #differs(path: string, difference: string): void {
    this.differences.push(`${path}: ${difference}`);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byId(left: unknown, right: unknown): number {
  return idOf(left) < idOf(right) ? -1 : 1;
}

function idOf(value: unknown): string {
  return isObject(value) ? `${value['id'] ?? value['deviceId']}/${value['moduleId'] ?? ''}` : String(value);
}

function decimalOf(etag: string): bigint | undefined {
  const text = Buffer.from(etag, 'base64').toString('latin1');
  return /^\d+$/.test(text) ? BigInt(text) : undefined;
}

/** Returns .NET ticks with all seven fractional digits. */
function exactTicksOf(time: string): bigint {
  const fraction = /\.(\d+)Z$/.exec(time)?.[1] ?? '';
  return ticksOf(Date.parse(`${time.slice(0, 19)}Z`)) + BigInt(fraction.padEnd(7, '0'));
}
