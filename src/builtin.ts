// Node's modules that few commands need. An `import` would load them for all, when the shim starts.

/** `node:crypto`: 1.5 ms. */
export const crypto = () => process.getBuiltinModule('node:crypto');

/** `node:zlib`: 1 ms. */
export const zlib = () => process.getBuiltinModule('node:zlib');

/** `node:tty`, with `node:net` behind it: 2 ms. */
export const tty = () => process.getBuiltinModule('node:tty');
