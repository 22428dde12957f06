import { parseArgs } from 'node:util';
import { measureConnections } from './connections.ts';
import { measureHubLifetime } from './hub-lifetime.ts';
import { measureIdle } from './idle.ts';
import { measureMessages, measureMethods, measurePatch } from './latency.ts';
import { measureQueries } from './queries.ts';
import { measureReady } from './ready.ts';
import { measureRegistry } from './registry.ts';
import { createReport, type Report } from './report.ts';
import { measureTelemetry, OTHER_SHAPES, USUAL_SHAPE } from './telemetry.ts';

/** `isAll`: also what takes long. */
type Measurement = (report: Report, isAll: boolean) => Promise<void>;

const MEASUREMENTS: Readonly<Record<string, Measurement>> = {
  telemetry: (report, isAll) => measureTelemetry(report, [USUAL_SHAPE, ...(isAll ? OTHER_SHAPES : [])]),
  connections: measureConnections,
  idle: (report) => measureIdle(report, [1000, 10_000]),
  registry: measureRegistry,
  patch: measurePatch,
  methods: measureMethods,
  messages: measureMessages,
  queries: (report, isAll) => measureQueries(report, isAll ? [100_000, 1_000_000] : [100_000]),
  ready: measureReady,
  hub: measureHubLifetime,
};

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !Object.hasOwn(MEASUREMENTS, name));
if (unknown.length > 0) {
  console.error(
    `There is no ${unknown.join(', ')}. Names: ${Object.keys(MEASUREMENTS).join(', ')}; option: --all`,
  );
  process.exit(2);
}
const report = createReport();
for (const [name, measure] of Object.entries(MEASUREMENTS)) {
  if (positionals.length === 0 || positionals.includes(name)) await measure(report, values.all);
}
report.summary();
