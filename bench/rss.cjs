// Loaded before the shim: writes the process's peak memory, in KiB, to the file PEAK_FILE names.
//
// As Linux counts it for this program (VmHWM): the figure of getrusage begins with the memory of the
// process that started it, before it became Node.

const { readFileSync, writeFileSync } = require('node:fs');

function peakKiB() {
  try {
    return /^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1];
  } catch {
    return process.resourceUsage().maxRSS;
  }
}

process.on('exit', () => writeFileSync(process.env.PEAK_FILE, String(peakKiB())));
