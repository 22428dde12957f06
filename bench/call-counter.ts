import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { WebSocket } from 'ws';

/** How often one function was called. A file is itself a function, which its first import calls. */
export interface FunctionCalls {
  /** Relative to the folder whose functions are counted. */
  readonly file: string;
  readonly line: number;
  /** Empty for an anonymous function. */
  readonly name: string;
  readonly count: number;
}

/** Counts the function calls of another Node process by the precise coverage of V8. */
export interface CallCounter {
  /** Returns the functions that were called since the last `take`, and counts from zero again. */
  take(): Promise<readonly FunctionCalls[]>;
  close(): void;
}

/** https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-ScriptCoverage */
interface ScriptCoverage {
  readonly url: string;
  readonly functions: readonly {
    readonly functionName: string;
    /** With `detailed: false` there is one range, that of the whole function. */
    readonly ranges: readonly { readonly startOffset: number; readonly count: number }[];
  }[];
}

/** Starts a process that waits for its inspector (`--inspect-wait`) and counts the functions of files in `folder`. */
export async function startCounting(inspectorUrl: string, folder: string): Promise<CallCounter> {
  const inspector = await openInspector(inspectorUrl);
  const prefix = `${pathToFileURL(folder).href}/`;
  await inspector.send('Profiler.enable');
  await inspector.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await inspector.send('Runtime.runIfWaitingForDebugger');
  return {
    take: async () => {
      const { result } = await inspector.send<{ readonly result: readonly ScriptCoverage[] }>(
        'Profiler.takePreciseCoverage',
      );
      return result.flatMap((script) =>
        script.url.startsWith(prefix) && !script.url.includes('/node_modules/')
          ? callsIn(script, folder)
          : [],
      );
    },
    close: inspector.close,
  };
}

function callsIn({ url, functions }: ScriptCoverage, folder: string): readonly FunctionCalls[] {
  const path = fileURLToPath(url);
  const called = functions.filter(({ ranges }) => (ranges[0]?.count ?? 0) > 0);
  if (called.length === 0) return [];
  const text = readFileSync(path, 'utf8');
  return called.map(({ functionName, ranges }) => ({
    file: relative(folder, path),
    line: text.slice(0, ranges[0]?.startOffset).split('\n').length,
    name: functionName,
    count: ranges[0]?.count ?? 0,
  }));
}

interface Inspector {
  send<Result>(method: string, parameters?: object): Promise<Result>;
  close(): void;
}

async function openInspector(url: string): Promise<Inspector> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, 'open');
  const waiting = new Map<number, (result: unknown) => void>();
  let lastId = 0;
  socket.on('message', (text) => {
    const { id, result, error } = JSON.parse(String(text));
    if (error !== undefined) throw new Error(`The inspector answered: ${error.message}`);
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  return {
    send: <Result>(method: string, parameters = {}) =>
      new Promise<Result>((resolve) => {
        lastId += 1;
        waiting.set(lastId, (result) => resolve(result as Result));
        socket.send(JSON.stringify({ id: lastId, method, params: parameters }));
      }),
    close: () => socket.close(),
  };
}
