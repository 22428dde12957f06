/**
 * Formats a shell script that is named `node` and comes first on PATH. It restores the hook if a program has replaced
 * NODE_OPTIONS, for example `NODE_OPTIONS=--no-warnings jest`. Then it executes the next `node` on PATH.
 */
export function formatNodeShim(folder: string, requireHook: string): string {
  const own = quote(folder);
  const hook = quote(requireHook);
  // The search starts after this folder: the shim of an outer `exec` would otherwise start this one again.
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
