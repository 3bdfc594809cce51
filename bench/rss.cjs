// Loaded before the shim: writes the process's peak memory, in KiB, to the file PEAK_FILE names.
process.on('exit', () =>
  require('node:fs').writeFileSync(process.env.PEAK_FILE, String(process.resourceUsage().maxRSS)),
);
