// What Prometheus can ask: counters and gauges without any id, name or address.

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** The collector's metrics. One per server, so that tests do not share them. */
export function makeMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    accepted: new Counter({
      name: 'collector_events_accepted_total',
      help: 'Events that were new and are on disk.',
      labelNames: ['dialect'],
      registers,
    }),
    duplicates: new Counter({
      name: 'collector_events_duplicate_total',
      help: 'Events that were on disk already.',
      labelNames: ['dialect'],
      registers,
    }),
    rejected: new Counter({
      name: 'collector_events_rejected_total',
      help: 'Events that became dead letters, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    bots: new Counter({
      name: 'collector_bots_total',
      help: 'Requests of programs that call themselves so, for sites: nothing of them is stored.',
      registers,
    }),
    requests: new Counter({
      name: 'collector_requests_total',
      help: 'Answers, by route and status.',
      labelNames: ['route', 'status'],
      registers,
    }),
    commitSeconds: new Histogram({
      name: 'collector_commit_seconds',
      help: 'How long a transaction took, the write to disk included.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    }),
    commitEvents: new Counter({
      name: 'collector_commit_events_total',
      help: 'Events and dead letters that went through a transaction.',
      registers,
    }),
    failedCommits: new Counter({
      name: 'collector_commit_failures_total',
      help: 'Transactions that were undone.',
      registers,
    }),
    whole: new Gauge({
      name: 'collector_store_whole',
      help: '1: the last check of the database found no damage. 0: it is damaged.',
      registers,
    }),
    waiting: new Gauge({
      name: 'collector_queue_events',
      help: 'Events that wait for a transaction.',
      registers,
    }),
    warehouseWaiting: new Gauge({
      name: 'collector_warehouse_waiting_events',
      help: 'Events that are stored and not in the warehouse yet.',
      registers,
    }),
  };
}

export type Metrics = ReturnType<typeof makeMetrics>;
