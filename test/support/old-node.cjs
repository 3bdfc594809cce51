// Loaded before the shim, it has Node say that it is an old one.
const version = '18.19.1';
Object.defineProperty(process, 'version', { value: `v${version}` });
Object.defineProperty(process, 'versions', { value: { ...process.versions, node: version } });
