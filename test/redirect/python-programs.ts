import { spawnSync } from 'node:child_process';
import { inject } from 'vitest';

const FIND_PACKAGES = `
import importlib.util, json, sys
def is_there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ImportError:
        return False
print(json.dumps([name for name in sys.argv[1:] if is_there(name)]))
`;

/** Returns the Python of the tests' virtual environment, or the system's. Returns undefined if there is none. */
export function findPython(): string | undefined {
  const prepared = inject('python');
  const python = 'executable' in prepared ? prepared.executable : 'python3';
  return spawnSync(python, ['-c', 'pass']).status === 0 ? python : undefined;
}

/** Returns the packages that a Python can import. */
export function findPackages(python: string | undefined, names: readonly string[]): ReadonlySet<string> {
  if (python === undefined) return new Set();
  const { stdout } = spawnSync(python, ['-c', FIND_PACKAGES, ...names], { encoding: 'utf8' });
  return new Set(JSON.parse(stdout) as string[]);
}

/** Returns true and warns if tests must be skipped because something is missing. Throws in CI, where all must run. */
export function isAbsent(what: string, isPresent: boolean): boolean {
  if (isPresent) return false;
  if (process.env['CI'] === 'true')
    throw new Error(`${what} is missing; expected in CI, where no test may be skipped.`);
  console.warn(`SKIPPED: ${what} is missing, so the tests that need it do not run.`);
  return true;
}
