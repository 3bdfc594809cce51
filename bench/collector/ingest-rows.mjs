// Rows about taking events: how many, how fast, and in how much memory.

import { load } from './load.mjs';
import { row } from './report.mjs';
import { withServer } from './server.mjs';

const ms = (value) => `${value.toFixed(1)} ms`;
const mib = (value) => `${value.toFixed(0)} MiB`;
const KNOWN = 500;

/** Requests of 100 events, compressed. */
export const batches = (seconds) =>
  withServer(async (server) => {
    const job = { connections: 16, events: 100, gzip: true, known: KNOWN, seconds };
    const result = await load(server, { ...job, prepared: 450 * seconds });
    const events = result.perSecond * 100;
    row(
      '`/batch`, 100 events, gzip, 16 connections: on disk before the answer',
      '≥ 20,000 events/s',
      `${Math.round(events)} events/s, p99 ${ms(result.p99Ms)}, ${result.failed} failed`,
      events >= 20_000 && result.failed === 0,
      result,
    );
  });

/** Requests of one event. */
export const singles = (seconds) =>
  withServer(async (server) => {
    const job = { connections: 32, events: 1, known: KNOWN, seconds };
    const result = await load(server, { ...job, prepared: 10_000 * seconds });
    row(
      '`/batch`, 1 event, 32 connections',
      '≥ 5,000 requests/s, p99 ≤ 40 ms',
      `${Math.round(result.perSecond)} requests/s, p50 ${ms(result.p50Ms)}, p99 ${ms(result.p99Ms)}, ${result.failed} failed`,
      result.perSecond >= 5000 && result.p99Ms <= 40 && result.failed === 0,
      result,
    );
  });

/** Memory, a part of the time after the other: requests of 100 events, as fast as they are taken. */
export const soak = (minutes) =>
  withServer(async (server) => {
    const parts = [];
    const count = 5;
    for (let part = 0; part < count; part++) {
      const job = { connections: 16, events: 100, gzip: true, known: KNOWN };
      parts.push(await load(server, { ...job, seconds: (minutes * 60) / count }));
    }
    const of = (name) => parts.map((part) => part[name]);
    const isFlat = (peaks) => peaks.at(-1) <= 1.1 * Math.max(peaks[0], peaks[1]);
    const collector = of('peakMiB');
    const warehouse = of('warehousePeakMiB');
    const failed = of('failed').reduce((sum, each) => sum + each, 0);
    const events = of('requests').reduce((sum, each) => sum + each * 100, 0);
    row(
      `memory under that load for ${minutes} min, collector / warehouse process`,
      '≤ 200 / ≤ 450 MiB, flat',
      `${mib(Math.max(...collector))} / ${mib(Math.max(...warehouse))}; peaks of fifths ${collector.map(Math.round).join(', ')} / ${warehouse.map(Math.round).join(', ')}; ${events} events, ${failed} requests failed`,
      Math.max(...collector) <= 200 &&
        Math.max(...warehouse) <= 450 &&
        isFlat(collector) &&
        isFlat(warehouse) &&
        failed === 0,
    );
  });
