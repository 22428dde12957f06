/**
 * A shell script to be named `node` and to come first on PATH: a program that is started by name below
 * `NODE_OPTIONS=--no-warnings jest` gets the hook back, then becomes the `node` that comes next on PATH.
 */
export function formatNodeShim(folder: string, requireHook: string): string {
  const own = quote(folder);
  const hook = quote(requireHook);
  // Only what follows this folder is searched: the shim of an outer `exec` would call back what comes before it.
  return `#!/bin/sh
case " $NODE_OPTIONS " in
  *' '${hook}' '*) ;;
  *) export NODE_OPTIONS="\${NODE_OPTIONS:+$NODE_OPTIONS }"${hook} ;;
esac
iothub_emulator_rest=$PATH
case ":$PATH:" in
  *:${own}:*) iothub_emulator_rest=":$PATH:"; iothub_emulator_rest=\${iothub_emulator_rest#*:${own}:} ;;
esac
set -f
IFS=:
for iothub_emulator_node in $iothub_emulator_rest; do
  iothub_emulator_node="\${iothub_emulator_node:-.}/node"
  if [ -f "$iothub_emulator_node" ] && [ -x "$iothub_emulator_node" ]; then
    exec "$iothub_emulator_node" "$@"
  fi
done
echo 'node: not found' >&2
exit 127
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
