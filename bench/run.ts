import { parseArgs } from 'node:util';
import { type Checkout, checkoutsOf } from './checkouts.ts';
import { measureConnections } from './measures/connections.ts';
import { measureHubLifetime } from './measures/hub-lifetime.ts';
import { measureIdle } from './measures/idle.ts';
import { measureMessages, measureMethods, measurePatch } from './measures/latency.ts';
import { measureQueries } from './measures/queries.ts';
import { measureReady } from './measures/ready.ts';
import { measureRegistry } from './measures/registry.ts';
import { measureRoads } from './measures/roads.ts';
import { BAG_SHAPE, measureTelemetry, OTHER_SHAPES, USUAL_SHAPE } from './measures/telemetry.ts';
import { createReport, type Report } from './report/report.ts';

interface Flags {
  /** Measures also what takes long. */
  readonly all: boolean;
  /** Lists the functions of each road. */
  readonly functions: boolean;
}

type Measurement = (report: Report, checkouts: readonly Checkout[], flags: Flags) => Promise<void>;

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  telemetry: (report, checkouts, { all }) =>
    measureTelemetry(report, checkouts, [USUAL_SHAPE, BAG_SHAPE, ...(all ? OTHER_SHAPES : [])]),
  connections: measureConnections,
  idle: (report, checkouts) => measureIdle(report, checkouts, [1000, 10_000]),
  registry: measureRegistry,
  patch: measurePatch,
  methods: measureMethods,
  messages: measureMessages,
  queries: (report, checkouts, { all }) =>
    measureQueries(report, checkouts, all ? [100_000, 1_000_000] : [100_000]),
  ready: measureReady,
  hub: measureHubLifetime,
  roads: (report, checkouts, { functions }) => measureRoads(report, checkouts, functions),
};

const { values, positionals } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    functions: { type: 'boolean', default: false },
    dist: { type: 'string' },
    against: { type: 'string' },
  },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown.length > 0) {
  const names = Object.keys(MEASUREMENTS).join(', ');
  fail(`Unknown: ${unknown.join(', ')}. Names: ${names}; options: --all, --functions, --dist, --against`);
}
const checkouts = checkoutsOf(values);
if (checkouts === undefined) fail(`--against: no benchmark of this project is found in '${values.against}'.`);
const report = createReport();
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (positionals.length === 0 || positionals.includes(name)) await measure(report, checkouts, values);
}
report.summary();

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
