import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** The test folders of each project. A folder that is missing here fails test/architecture/projects.test.ts. */
export const PROJECTS = {
  /** Rules and tables: no socket, no process, no set-up. */
  unit: ['architecture', 'auth', 'documentation', 'domain', 'hub', 'query', 'store'],
  /** One room over real sockets, with raw clients. */
  doors: ['certificates', 'harness', 'http', 'listen', 'mqtt'],
  /** The real SDKs of Node, in the process of the test. */
  sdk: ['sdk'],
  /** Whole processes: the command, other languages, hostile clients, the package. */
  system: ['command', 'interop', 'package', 'redirect', 'scenarios', 'system'],
  /** Old and foreign clients, which are installed first. `npm test` leaves them out, `npm run test:compat` runs them. */
  compat: ['compat'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    coverage: { include: ['emulator/**', 'harness/**'] },
    projects: [
      // Nothing here has state outside a test, so the files of a worker share their modules.
      createProject('unit', { isolate: false }),
      createProject('doors'),
      createProject('sdk'),
      createProject('system', { globalSetup: ['test/setup/python-environment.ts'] }),
      createProject('compat', { globalSetup: ['test/setup/compat-clients.ts'] }),
    ],
  },
});

function createProject(
  name: keyof typeof PROJECTS,
  options: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  const include = PROJECTS[name].map((folder) => `test/${folder}/**/*.test.ts`);
  return { extends: true, test: { name, include, ...options } };
}
