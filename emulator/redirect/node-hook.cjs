'use strict';

// Loaded by `--require` into every Node program below `iothub-emulator exec`. It redirects connections to the hub's
// names and default ports to the ports on which the hub listens. If a program removes the hook from the environment of
// its children and workers, it is restored. The syntax is that of Node 12, because a program may run on an old Node.

const VARIABLE = 'IOTHUB_EMULATOR_REDIRECT';
const TRUST_VARIABLES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'];
const INSTALLED = Symbol.for('iothub-emulator.redirect');

const redirect = readRedirect(process.env[VARIABLE]);
if (redirect !== undefined) install();

function install() {
  const net = require('net');
  if (net.Socket.prototype.connect[INSTALLED]) return;
  redirectConnections(net.Socket.prototype);
  const restore = createEnvironmentRestorer();
  hookChildren(require('child_process'), restore);
  hookWorkers(require('worker_threads'), restore);
  require('module').syncBuiltinESMExports();
}

function readRedirect(text) {
  try {
    const { address, names, ports } = JSON.parse(text);
    return { address, ports: { ...ports }, names: new Set(names.map((name) => name.toLowerCase())) };
  } catch {
    return undefined;
  }
}

function redirectConnections(prototype) {
  const connect = prototype.connect;
  prototype.connect = function (...args) {
    const [options, listener] = connectArguments(args);
    const port = redirectedPort(options);
    if (port === undefined) return connect.apply(this, args);
    connect.call(this, { ...options, host: redirect.address, port, lookup: undefined }, listener);
    // A later `tls.connect({ socket })` verifies the certificate against this name.
    this._host = options.host;
    return this;
  };
  prototype.connect[INSTALLED] = true;
}

/**
 * Returns `[options, listener]` of a `connect` call. Its forms are (options), (path) and (port, host), each with a
 * listener, or the array that Node makes of these.
 */
function connectArguments(args) {
  const [first, second] = args;
  if (Array.isArray(first)) return first;
  const last = args[args.length - 1];
  const listener = typeof last === 'function' ? last : undefined;
  if (typeof first === 'object' && first !== null) return [first, listener];
  return [{ port: first, host: second }, listener];
}

function redirectedPort(options) {
  if (!options || options.path || typeof options.host !== 'string') return undefined;
  if (!redirect.names.has(options.host.toLowerCase())) return undefined;
  return redirect.ports[Number(options.port)];
}

/**
 * Returns a function that adds the missing variables of the redirect to an environment. If none is missing, the
 * function returns the same object.
 */
function createEnvironmentRestorer() {
  const remembered = {};
  for (const name of [VARIABLE, ...TRUST_VARIABLES]) {
    if (process.env[name] !== undefined) remembered[name] = process.env[name];
  }
  const pythonFolder = require('path').join(__dirname, 'python');
  const separator = require('path').delimiter;
  const requireHook = `--require ${/[\s"]/.test(__filename) ? JSON.stringify(__filename) : __filename}`;

  return function restore(environment) {
    const missing = {};
    for (const name of Object.keys(remembered)) {
      if (environment[name] === undefined) missing[name] = remembered[name];
    }
    const { NODE_OPTIONS = '', PYTHONPATH = '' } = environment;
    if (!NODE_OPTIONS.includes(requireHook)) missing.NODE_OPTIONS = `${NODE_OPTIONS} ${requireHook}`.trim();
    if (!PYTHONPATH.split(separator).includes(pythonFolder)) {
      missing.PYTHONPATH = PYTHONPATH === '' ? pythonFolder : pythonFolder + separator + PYTHONPATH;
    }
    if (Object.keys(missing).length === 0) return environment;
    const complete = {};
    for (const name in environment) complete[name] = environment[name];
    return Object.assign(complete, missing);
  };
}

function hookChildren(childProcess, restore) {
  const prototype = childProcess.ChildProcess.prototype;
  const spawn = prototype.spawn;
  prototype.spawn = function (options) {
    if (options) options.envPairs = restorePairs(options.envPairs, restore);
    return spawn.call(this, options);
  };
  const afterArguments = (args) => (args[1] == null || Array.isArray(args[1]) ? 2 : 1);
  hookSync(childProcess, 'spawnSync', afterArguments, restore);
  hookSync(childProcess, 'execFileSync', afterArguments, restore);
  hookSync(childProcess, 'execSync', () => 1, restore);
}

/** Restores `envPairs`, Node's form of `env`: `['NAME=value', …]`. Without it the child inherits the environment. */
function restorePairs(envPairs, restore) {
  const given = envPairs ? fromPairs(envPairs) : process.env;
  const complete = restore(given);
  return complete === given ? envPairs : Object.keys(complete).map((name) => `${name}=${complete[name]}`);
}

function fromPairs(envPairs) {
  const environment = {};
  for (const pair of envPairs) {
    // Windows has variables such as `=C:`, whose names begin with an equals sign.
    const end = pair.indexOf('=', 1);
    environment[pair.slice(0, end)] = pair.slice(end + 1);
  }
  return environment;
}

/** Wraps a synchronous function. These bypass `ChildProcess`, so their `env` option is completed. */
function hookSync(childProcess, name, optionsIndex, restore) {
  const original = childProcess[name];
  childProcess[name] = function (...args) {
    const index = optionsIndex(args);
    const options = args[index] == null ? {} : args[index];
    const given = options.env || process.env;
    const complete = restore(given);
    if (complete !== given && typeof options === 'object') args[index] = { ...options, env: complete };
    return original.apply(this, args);
  };
}

function hookWorkers(workerThreads, restore) {
  workerThreads.Worker = new Proxy(workerThreads.Worker, {
    construct(Worker, [file, options, ...rest], newTarget) {
      const given = (options && options.env) || process.env;
      const complete = typeof given === 'object' ? restore(given) : given;
      const completed = complete === given ? options : { ...options, env: complete };
      return Reflect.construct(Worker, [file, completed, ...rest], newTarget);
    },
  });
}
