// Loaded before the shim, it has Node say that it is another one: 18.19.1, or what AS_NODE names.
const version = process.env.AS_NODE ?? '18.19.1';
Object.defineProperty(process, 'version', { value: `v${version}` });
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: version } });
