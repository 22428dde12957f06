import { REFUSAL_REASONS } from '../../emulator/auth/refusal-reasons.ts';
import {
  flagOf,
  OPTION_TABLE,
  type OptionRow,
  variableOf,
} from '../../emulator/command/options/option-table.ts';
import { LOG_EVENTS, LOG_REASONS } from '../../emulator/domain/log-events.ts';
import { ROUTES } from '../../emulator/http/hub/routes.ts';
import { CONNECT_REFUSAL_REASONS } from '../../emulator/mqtt/hub/access/connect-refusals.ts';
import { TOPICS } from '../../emulator/mqtt/hub/topics.ts';
import { DROP_REASONS } from '../../emulator/mqtt/wire/drop-reasons.ts';
import { ROOMS } from '../architecture/rooms.ts';
import { CLIENTS, type CompatClient, FEATURES, type Feature } from '../compat/clients.ts';
import { type LogCall, readLogVocabulary } from './log-calls.ts';

/** A table that is generated from the tables of the emulator, and the page that contains it. */
interface GeneratedTable {
  readonly page: string;
  format(): string;
}

/** Every generated table, by the name of its block. */
export const GENERATED_TABLES: Readonly<Record<string, GeneratedTable>> = {
  rooms: {
    page: 'emulator/README.md',
    format: () =>
      table(
        ['Room', 'What it is', 'May import', 'Packages'],
        ROOMS.map(({ name, what, rooms, files = [], packages }) => [
          code(name),
          what,
          [...rooms, ...files.map((file) => file.replace(/^emulator\//, ''))].map(code).join(', ') ||
            'nothing',
          packages.map(code).join(', ') || 'none',
        ]),
      ),
  },
  operations: {
    page: 'docs/operations.md',
    format: () =>
      table(
        ['Operation', 'Path', 'Meaning', 'Callers', 'Needs', 'State'],
        ROUTES.map((route) => [
          code(route.operation),
          code(`${route.method} ${route.path}`),
          sentence(route.meaning),
          route.callers.join(', '),
          route.callers.includes('service') ? route.permissions.join(' or ') : 'own credentials',
          'refused' in route ? `refused: ${route.refused}` : 'works',
        ]),
      ),
  },
  topics: {
    page: 'docs/topics.md',
    format: () =>
      table(
        ['Direction', 'Topic', 'Operation', 'Clients', 'Meaning'],
        TOPICS.map(({ direction, pattern, operation, callers, meaning }) => [
          direction,
          code(pattern),
          code(operation),
          callers.join(', '),
          meaning,
        ]),
      ),
  },
  options: {
    page: 'docs/options.md',
    format: () =>
      table(
        ['Option', 'Variable', 'Key', 'Meaning', 'Default'],
        (OPTION_TABLE as readonly OptionRow[]).map((row) => [
          code(row.placeholder === undefined ? flagOf(row.key) : `${flagOf(row.key)} ${row.placeholder}`),
          code(variableOf(row.key)),
          row.key === 'config' ? '–' : code(row.key),
          row.command === undefined ? row.meaning : `${row.meaning} (${row.command} only)`,
          row.byDefault ?? (row.kind === 'flag' ? 'false' : '–'),
        ]),
      ),
  },
  clients: {
    page: 'docs/clients.md',
    format: () =>
      table(
        ['Client', 'Versions', 'Works', 'Does not work'],
        clientRows().map(([first, ...others]) => [
          first.program.client,
          [first, ...others].map(({ version }) => version).join(', '),
          first.works.map((feature) => FEATURES[feature]).join(', '),
          missingFeatures(first),
        ]),
      ),
  },
  'log-events': {
    page: 'docs/log.md',
    format: () => {
      const { calls } = readLogVocabulary();
      return table(
        ['Event', 'Level', 'Fields', 'Meaning'],
        Object.entries(LOG_EVENTS).map(([event, meaning]) => {
          const ofEvent = calls.filter((call) => call.event === event);
          const levels = new Set(ofEvent.flatMap((call) => call.levels));
          return [code(event), [...levels].join(', '), formatFields(ofEvent), meaning];
        }),
      );
    },
  },
  'refusal-reasons': { page: 'docs/log.md', format: () => reasons(REFUSAL_REASONS) },
  'drop-reasons': {
    page: 'docs/log.md',
    format: () => reasons({ ...CONNECT_REFUSAL_REASONS, ...DROP_REASONS }),
  },
  'other-reasons': { page: 'docs/log.md', format: () => reasons(LOG_REASONS) },
};

/** Replaces the generated blocks of a text. A block is enclosed in `<!-- begin NAME -->` and `<!-- end NAME -->`. */
export function withGeneratedTables(text: string): string {
  return text.replace(/<!-- begin ([a-z-]+) -->[\s\S]*?<!-- end \1 -->/g, (_block, name: string) => {
    const generated = GENERATED_TABLES[name];
    if (generated === undefined) throw new Error(`The table '${name}' does not exist.`);
    return `<!-- begin ${name} -->\n${generated.format()}\n<!-- end ${name} -->`;
  });
}

/** Returns the clients of the table, with versions of one client that do the same in one row. */
function clientRows(): readonly [CompatClient, ...CompatClient[]][] {
  const rows = new Map<string, [CompatClient, ...CompatClient[]]>();
  for (const client of CLIENTS) {
    const { program, works, fails, lacks } = client;
    const key = JSON.stringify([program.client, works, fails, lacks]);
    const row = rows.get(key);
    if (row === undefined) rows.set(key, [client]);
    else row.push(client);
  }
  return [...rows.values()];
}

function missingFeatures({ fails = {}, lacks }: CompatClient): string {
  const failures = Object.entries(fails).map(
    ([feature, reason]) => `${FEATURES[feature as Feature]}: ${reason}`,
  );
  return [...failures, ...(lacks === undefined ? [] : [`the version has no ${lacks}`])].join('; ') || '–';
}

function reasons(meanings: Readonly<Record<string, string>>): string {
  return table(
    ['Reason', 'Meaning'],
    Object.entries(meanings).map(([reason, meaning]) => [code(reason), meaning]),
  );
}

// Several calls can write one event with different fields.
function formatFields(calls: readonly LogCall[]): string {
  const fields = new Set(calls.flatMap((call) => call.fields.map((field) => field.replace('?', ''))));
  return [...fields].sort().map(code).join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
